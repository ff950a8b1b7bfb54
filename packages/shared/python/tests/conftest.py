from collections.abc import Iterator
from pathlib import Path

import pytest
from shared.testing import RedisServer, missing, redis_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A broker of this test alone."""
    if reason := missing():
        pytest.skip(reason)
    with redis_server(tmp_path) as one:
        yield one
