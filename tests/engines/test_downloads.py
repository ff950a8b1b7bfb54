"""What comes from an address; real servers: tests/docker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.engines.downloads import fetch
from ws.errors import WorkError

if TYPE_CHECKING:
    from pathlib import Path


def test_an_address_that_is_none_is_refused_at_once_without_its_password(tmp_path: Path) -> None:
    address = "https://user:s3cret@models.example/m.tar"
    with pytest.raises(WorkError) as raised:
        fetch(address, "0" * 64, tmp_path / "m", is_over=lambda: False, pause=60)
    assert raised.value.reason == "https://models.example/m.tar is no address"
    assert "s3cret" not in f"{raised.value!r} {raised.value.hint}"
