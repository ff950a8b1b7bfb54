"""On which disk an engine keeps its data, as its client tells."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from ws.engines.engine_disk import shares_disk
from ws.engines.images import Docker
from ws.engines.process import Processes

from .test_docker import client

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(not hasattr(os, "uname"), reason="the engine of Windows is in another machine")
@pytest.mark.parametrize(("machine", "shares"), [(None, True), ("another", False)])
def test_only_an_engine_of_this_machine_shares_its_disk(
    tmp_path: Path,
    machine: str | None,
    shares: bool,  # noqa: FBT001
) -> None:
    told = {
        "DockerRootDir": str(tmp_path),
        "Name": machine or os.uname().nodename,
        "KernelVersion": os.uname().release,
    }
    environ = client(tmp_path, f"echo '{json.dumps(told)}'")
    docker = Docker(str(tmp_path / "docker"), environ, Processes())
    assert shares_disk(docker, tmp_path) is shares
