"""What asks registries, with a client that does what is wanted; real ones: tests/docker."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ws.engines.images import Docker
from ws.engines.process import Processes
from ws.engines.registry import SILENT, Registry
from ws.errors import WorkError

from .test_docker import client

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("way", ["with Buildx", "without"])
def test_a_registry_that_does_not_answer_is_waited_for_once(way: str, tmp_path: Path) -> None:
    environ = client(tmp_path, f"echo asked >> {tmp_path}/asked; sleep 60")
    docker = Docker(str(tmp_path / "docker"), environ, Processes())
    asking = Registry(docker, way == "with Buildx", "linux/amd64", patience=0.3)
    begin = time.monotonic()
    for name in ("r.example/a:1", "r.example/b:1"):
        with pytest.raises(WorkError, match=r"the registry r\.example does not answer") as fault:
            asking.look(name)
        assert fault.value.rule == SILENT
    assert time.monotonic() - begin < 5
    assert (tmp_path / "asked").read_text() == "asked\n"
