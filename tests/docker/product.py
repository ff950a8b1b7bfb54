"""A copy of the reference workspace whose services are started for real, apart from all others."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from .conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVER = "insight-server"
WORKERS = ("chat-worker", "router-worker", "chunker-worker")
MESSAGES: dict[str, dict[str, Any]] = {
    "chat": {"question": "Who runs?", "passages": [{"id": "1", "text": "The worker runs."}]},
    "router": {"utterance": "what is the weather"},
    "chunker": {"text": "One sentence. And another one."},
}
"""Something for each of the workers."""
_PATIENCE = 60.0
_DIRECT = build_opener(ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Product:
    """The workspace, and how it is run; all that is made for it bears its name."""

    root: Path
    name: str = field(default_factory=lambda: f"ws-test-{uuid.uuid4().hex[:10]}")
    port: int = field(default_factory=free_port)

    def make(self) -> None:
        """Copy the workspace, as it would be checked out, under its own name."""
        without = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache", ".ws")
        for folder in ("packages", "workers", "docker", "ops"):
            shutil.copytree(REPOSITORY / folder, self.root / folder, ignore=without)
        shutil.copy(REPOSITORY / ".dockerignore", self.root)
        self.root.chmod(0o755)
        text = (REPOSITORY / "workspace.toml").read_text()
        text = text.replace('name = "insight"', f'name = "{self.name}"')
        text += f'\n[docker]\nregistry = "{self.name}"\n'
        (self.root / "workspace.toml").write_text(text)
        self.edit("packages/server/pyproject.toml", "8000:8000", f"{self.port}:8000")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text, path
        (self.root / path).write_text(text.replace(old, new))

    def ws(self, *args: str, code: int | None = 0, **variables: str) -> dict[str, Any]:
        """What `ws` says in JSON; it must end with this code, if one is given."""
        environ = {**os.environ, "WS_DOCKER_NETWORK": "host", **variables}
        command = [sys.executable, "-m", "ws", *args, "--format", "json"]
        ran = subprocess.run(
            command, cwd=self.root, env=environ, capture_output=True, text=True, check=False
        )
        assert code in (None, ran.returncode), ran.stdout + ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def handled(self, *, port: int = 0) -> dict[str, dict[str, Any]]:
        """Post one message for each worker, and give their results, by worker."""
        at = f"http://127.0.0.1:{port or self.port}"
        ids = {}
        for worker, payload in MESSAGES.items():
            body = {"id": uuid.uuid4().hex, "payload": payload}
            ids[worker] = call(f"{at}/workers/{worker}/messages", body)["id"]
        return {
            worker: until(lambda id_=id_: call(f"{at}/results/{id_}")["result"])  # type: ignore[misc]
            for worker, id_ in ids.items()
        }


def call(address: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    with _DIRECT.open(Request(address, data=data), timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def until(ask: Callable[[], Any]) -> Any:
    """The first answer that is something."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            if answer := ask():
                return answer
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, "no answer in time"
        time.sleep(0.2)


def statuses(report: dict[str, Any]) -> dict[str, str]:
    return {each["member"]: each["status"] for each in report["outcomes"]}


def reasons(report: dict[str, Any]) -> dict[str, str]:
    return {each["member"]: re.sub(r"\d+", "N", each["reason"]) for each in report["outcomes"]}
