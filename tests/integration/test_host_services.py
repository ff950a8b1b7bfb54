"""The same services without Docker: the programs of the members' own environments."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.docker.conftest import REPOSITORY
from tests.docker.product import SERVER, WORKERS, Product, free_port, statuses
from tests.integration.conftest import need

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("socket_enabled")
ALL = (SERVER, *WORKERS)
FOLDERS = {
    "insight-server": "packages/server",
    "chat-worker": "workers/general/conversation/chat",
    "router-worker": "workers/general/conversation/router",
    "chunker-worker": "workers/general/documents/chunker",
}


@pytest.fixture
def product(tmp_path: Path, socket_enabled: None) -> Iterator[Product]:  # noqa: ARG001 - finds ports
    """The workspace with the environments of the repository, and ports of its own."""
    need(Path(shutil.which("redis-server") or "/usr/bin/redis-server"))
    made = Product(tmp_path)
    made.make()
    for folder in FOLDERS.values():
        venv = need(REPOSITORY / folder / ".venv")
        (made.root / folder / ".venv").symlink_to(venv)
    broker = free_port()
    manifest = made.root / "workspace.toml"
    text = manifest.read_text().replace("127.0.0.1:6379", f"127.0.0.1:{broker}")
    text = text.replace("--port 6379", f"--port {broker}").replace(
        "port = 6379", f"port = {broker}"
    )
    manifest.write_text(text)
    server = "packages/server/pyproject.toml"
    made.edit(server, "\nport = 8000\n", f"\nport = {made.port}\n")
    host = 'INSIGHT_HOST = "127.0.0.1"\n'
    made.edit(server, host, f'{host}INSIGHT_PORT = "{made.port}"\n')
    yield made
    made.ws("docker", "down", "--host", code=None)


def test_a_message_comes_back_handled_by_each_of_three_workers_without_docker(
    product: Product,
) -> None:
    report = product.ws("docker", "up", *ALL, "--host", DOCKER_HOST="unix:///nowhere")
    assert statuses(report) == dict.fromkeys(("broker", *ALL), "done")
    results = product.handled()
    assert {name: result["status"] for name, result in results.items()} == {
        "chat": "ok",
        "router": "ok",
        "chunker": "ok",
    }
    again = product.ws("docker", "up", *ALL, "--host")
    assert set(statuses(again).values()) == {"skipped"}
    down = product.ws("docker", "down", "--host")
    assert statuses(down) == dict.fromkeys(("broker", *ALL), "done")
    assert not list((product.root / ".ws/up").iterdir())
