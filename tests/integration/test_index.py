"""How a package index answers is found out by asking it, under Poetry's own interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import program

import ws.engines

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("socket_enabled")

SCRIPT = Path(ws.engines.__file__).parent / "inside_poetry" / "facts.py"
BODIES = {
    "/json/poetry-core/": b'{"meta": {"api-version": "1.0"}, "name": "poetry-core", "files": []}',
    "/html/poetry-core/": b"<!DOCTYPE html><html><body></body></html>",
}


class Index(BaseHTTPRequestHandler):
    """An index that always claims to speak JSON, as some mirrors do."""

    def do_GET(self) -> None:
        body = BODIES.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def address(socket_enabled: None) -> Iterator[str]:  # noqa: ARG001 - to be open before it listens
    with HTTPServer(("127.0.0.1", 0), Index) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "reply"), [("json", "json"), ("html", "html"), ("gone", "answered 404")]
)
def test_an_index_is_told_by_its_reply_and_not_by_its_headers(
    path: str, reply: str, address: str
) -> None:
    program("poetry")
    ended = subprocess.run(
        [sys.executable, SCRIPT, "--index"],
        env=os.environ | {"PIP_INDEX_URL": f"{address}/{path}/"},
        capture_output=True,
        text=True,
        check=True,
    )
    facts = json.loads(ended.stdout)
    assert facts["indexes"][1] == [f"{address}/{path}", reply]
    assert facts["mirror_plugin"] is True
