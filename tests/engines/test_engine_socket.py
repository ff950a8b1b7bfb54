"""Where the engine is looked for, and what is taken for an answer of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from ws.engines import engine_socket

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_looked_for_where_the_client_looks(tmp_path: Path) -> None:
    config = {"DOCKER_CONFIG": str(tmp_path)}
    assert engine_socket.endpoint(config) == engine_socket.DEFAULT
    folder = tmp_path / "contexts/meta" / hashlib.sha256(b"far").hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": "far", "Endpoints": {"docker": {"Host": "ssh://far.example"}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    (tmp_path / "config.json").write_text('{"currentContext": "far"}')
    assert engine_socket.endpoint(config) == "ssh://far.example"
    assert engine_socket.endpoint({**config, "DOCKER_CONTEXT": "default"}) == engine_socket.DEFAULT
    assert engine_socket.endpoint({**config, "DOCKER_CONTEXT": "gone"}) == ""
    assert engine_socket.endpoint({**config, "DOCKER_HOST": "tcp://x:1"}) == "tcp://x:1"


@pytest.mark.parametrize("text", ["", "[]", "nothing", '{"currentContext": 5}'])
def test_a_broken_configuration_harms_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    assert engine_socket.endpoint({"DOCKER_CONFIG": str(tmp_path)}) in ("", engine_socket.DEFAULT)


@pytest.mark.parametrize("where", ["", "tcp://x:1", "npipe:////./pipe/docker", "unix:///nowhere"])
@pytest.mark.usefixtures("socket_enabled")
def test_there_is_no_answer_from_elsewhere(where: str) -> None:
    assert engine_socket.images(where, ["one:latest"]) is None
    assert engine_socket.volumes(where, ["one"]) is None
    assert not engine_socket.answers(where)
