"""Services of the reference workspace, started from the files of `ws generate compose`."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket

from .product import SERVER, WORKERS, Product, statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Engine

pytestmark = pytest.mark.usefixtures("socket_enabled")
BROKER = "redis:7-alpine"
ALL = (SERVER, *WORKERS)


@pytest.fixture(scope="module")
def product(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The workspace with its images; nothing of it is in the engine afterwards."""
    from .conftest import lacking

    if docker_engine.call("image", "inspect", BROKER).code:
        lacking(f"the image {BROKER} is missing")
    pytest_socket.enable_socket()  # before a test's own fixtures do
    made = Product(tmp_path_factory.mktemp("product"))
    made.make()
    cache = '[tool.ws.docker.volumes.cache]\npath = "/cache"\nshared = "member"\n\n[build-system]'
    made.edit("workers/general/documents/chunker/pyproject.toml", "[build-system]", cache)
    variables: dict[str, Any] = {
        name: docker_engine.environ[name]
        for name in ("DOCKER_HOST", "DOCKER_CONFIG")
        if name in docker_engine.environ
    }
    for command in (("generate", "bake"), ("generate", "bake", "--dev"), ("generate", "compose")):
        made.ws(*command)
    try:
        made.ws("docker", "build", *ALL, **variables)
        yield made
    finally:
        made.ws("docker", "down", "--volumes", code=None, **variables)
        if left := of_project(docker_engine, made, "volume", "ls"):
            docker_engine.call("volume", "rm", *left)
        listed = ("images", f"--filter=reference={made.name}/*", "--format={{.ID}}")
        found = docker_engine.call(*listed).output.split()
        if found:
            docker_engine.call("rmi", "--force", *dict.fromkeys(found))


def of_project(engine: Engine, product: Product, *listed: str) -> list[str]:
    label = f"--filter=label=com.docker.compose.project={product.name}"
    return engine.call(*listed, label, "--quiet").output.split()


@pytest.mark.parametrize("overlays", [(), ("dev",), ("prod",)])
@pytest.mark.parametrize("alone", [True, False])
def test_compose_accepts_every_generated_file(
    docker_engine: Engine, product: Product, overlays: tuple[str, ...], *, alone: bool
) -> None:
    names = [f"compose.{each}.yaml" for each in overlays]
    names = names if alone and overlays else ["compose.yaml", *names]
    files = [f"--file={product.root}/ops/{name}" for name in names]
    taken = docker_engine.call("compose", *files, "config", "--quiet")
    assert (taken.code, taken.output) == (0, "")


def test_a_message_comes_back_handled_by_each_of_three_workers_and_down_leaves_nothing(
    docker_engine: Engine, product: Product
) -> None:
    report = product.ws("docker", "up", *ALL)
    assert statuses(report) == dict.fromkeys(("broker", *ALL), "done")
    results = product.handled()
    assert {name: result["status"] for name, result in results.items()} == {
        "chat": "ok",
        "router": "ok",
        "chunker": "ok",
    }
    write = ("exec", f"{product.name}-chunker-worker-1", "touch", "/cache/mine")
    assert docker_engine.call(*write).code == 0
    volumes = of_project(docker_engine, product, "volume", "ls")
    assert f"{product.name}-chunker-worker-cache" in volumes
    again = product.ws("docker", "up", *ALL)
    assert statuses(again) == dict.fromkeys(ALL, "skipped")
    assert len(product.ws("docker", "logs", "broker", "--tail", "1")["data"]["lines"]) == 1
    product.ws("docker", "down", "--volumes")
    for listed in (("ps", "--all"), ("network", "ls"), ("volume", "ls")):
        assert of_project(docker_engine, product, *listed) == []
    assert statuses(product.ws("docker", "down")) == {"": "skipped"}


def test_the_overlay_for_development_shows_an_edit_of_shared_source_without_a_build(
    docker_engine: Engine, product: Product
) -> None:
    product.ws("docker", "up", *ALL, "--dev")
    image = ("image", "inspect", "--format={{.Id}}", f"{product.name}/chat-worker:dev")
    before = docker_engine.call(*image).output
    worker = "packages/shared/python/src/shared/worker.py"
    product.edit(
        worker, "Result(id=message.id, worker=self.name,", "Result(id=message.id, worker='edited',"
    )
    assert product.handled()["chat"]["worker"] == "chat"
    restarted = docker_engine.call("compose", f"--project-name={product.name}", "restart", *WORKERS)
    assert restarted.code == 0, restarted.output
    assert {result["worker"] for result in product.handled().values()} == {"edited"}
    assert docker_engine.call(*image).output == before
    product.ws("docker", "down")


def test_what_was_added_by_hand_survives_and_runs(docker_engine: Engine, product: Product) -> None:
    path = product.root / "ops/compose.yaml"
    before = path.read_text()
    mine = (
        "  # Ours: says hello, once.\n"
        f"  hello:\n    image: {product.name}/chat-worker:latest\n"
        "    command: ['echo', 'hello']  # by hand\n    volumes: [greetings:/greetings]\n\n"
    )
    text = before.replace("  broker:\n", f"{mine}  broker:\n", 1)
    text = text.replace("\n# What `ws", "\n  greetings:  # mine\n\n# What `ws")
    path.write_text(text)
    product.edit("workspace.toml", 'restart = "unless-stopped"', 'restart = "always"')
    product.ws("generate", "compose")
    written = path.read_text()
    assert written.count("restart: always") == 1
    assert [line for line in text.splitlines() if line not in written.splitlines()] == [
        line for line in text.splitlines() if line.startswith("  services.broker:")
    ]
    report = product.ws("docker", "up", "hello", "--infra")
    assert statuses(report) == {"hello": "done"}
    assert report["outcomes"][0]["reason"] == "completed"
    said = product.ws("docker", "logs", "hello")["data"]["lines"]
    assert [line.partition("|")[2].strip() for line in said] == ["hello"]
    product.ws("docker", "down", "--volumes")
    assert of_project(docker_engine, product, "volume", "ls") == []


def test_who_has_no_port_fails_alone(docker_engine: Engine, product: Product) -> None:
    create = ("compose", f"--file={product.root}/ops/compose.yaml", "create", "router-worker")
    assert docker_engine.call(*create).code == 0  # as an `up` that was interrupted leaves it
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", product.port))
        taken.listen()
        report = product.ws("docker", "up", SERVER, "chat-worker", code=1)
    assert statuses(report) == {"broker": "done", SERVER: "failed", "chat-worker": "done"}
    (failed,) = (each for each in report["outcomes"] if each["status"] == "failed")
    assert f"port {product.port} of this machine is taken" in failed["reason"]
    product.ws("docker", "down")


def test_two_at_once_wait_for_each_other_and_down_needs_no_log(
    docker_engine: Engine, product: Product
) -> None:
    log = product.root / ".ws/logs/docker down/compose.log"
    product.ws("docker", "down")  # whatever ran before
    with ThreadPoolExecutor() as pool:
        one, other = (pool.submit(product.ws, "docker", "up", "broker") for _ in range(2))
    said = sorted(statuses(each.result())["broker"] for each in (one, other))
    assert said == ["done", "skipped"]
    log.unlink()
    log.mkdir()  # as little of a file as one on a disk that cannot be written to
    try:
        product.ws("docker", "down")
    finally:
        log.rmdir()
    assert of_project(docker_engine, product, "ps", "--all") == []


def test_one_that_dies_at_once_has_failed_and_down_needs_no_sound_file(
    docker_engine: Engine, product: Product
) -> None:
    product.edit(
        "workers/general/conversation/chat/pyproject.toml",
        "[build-system]",
        '[tool.ws.compose]\ncommand = ["sh", "-c", "echo there is no way; exit 3"]\n\n'
        "[build-system]",
    )
    product.ws("generate", "compose")
    report = product.ws("docker", "up", "chat-worker", code=1)
    (failed,) = (each for each in report["outcomes"] if each["status"] == "failed")
    assert failed["member"] == "chat-worker"
    assert failed["reason"].endswith(": there is no way")
    assert failed["output"][-1] == "there is no way"
    with (product.root / "ops/compose.yaml").open("a") as file:
        file.write("services: twice\n")
    assert len(product.ws("docker", "logs", "broker", "--tail", "1")["data"]["lines"]) == 1
    product.ws("docker", "down", "--volumes")
    assert of_project(docker_engine, product, "ps", "--all") == []
