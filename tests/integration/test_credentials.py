"""A package index that wants credentials: they get there, and are seen nowhere else."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest
from tests.integration.conftest import BUILD, need, program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

USER, PASSWORD, WRONG = "bob", "s3cr/t@w:rd", "wr0ng/t@w:rd"
SECRETS = [form for word in (PASSWORD, WRONG) for form in (word, quote(word, safe=""))]


class Guarded(BaseHTTPRequestHandler):
    """A package index (PEP 503) over a folder of wheels, for those who know the password."""

    folder: Path
    asked: int

    def do_GET(self) -> None:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            self._answer(401, b"")
        elif self.path.startswith("/simple/"):
            files = self.folder.glob(f"{self.path.split('/')[2].replace('-', '_')}-*.whl")
            links = (f'<a href="/files/{file.name}">{file.name}</a><br>' for file in files)
            self._answer(200, f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode())
        else:
            self._answer(200, (self.folder / self.path.split("/")[-1]).read_bytes())

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.send_header("Content-Type", "text/html" if b"<html>" in body else "application/zip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def host(wheels: Path, socket_enabled: None) -> Iterator[str]:  # noqa: ARG001 - opens sockets
    """Where the guarded index listens, as `HOST:PORT`."""
    Guarded.folder = wheels
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Way(NamedTuple):
    """One way to give the credentials of an index: a manifest, and variables."""

    manifest: str
    variables: dict[str, str]


def in_the_mirror(host: str, password: str) -> Way:
    mirror = f"http://{USER}:{quote(password, safe='')}@{host}/simple/"
    return Way(f'gamma = "^1.0"\n{BUILD}', {"POETRY_PYPI_MIRROR_URL": mirror})


def source(address: str) -> str:
    return (
        f'gamma = {{version = "^1.0", source = "ours"}}\n{BUILD}\n[[tool.poetry.source]]\n'
        f'name = "ours"\nurl = "{address}"\npriority = "explicit"\n'
    )


def in_variables(host: str, password: str) -> Way:
    names = "POETRY_HTTP_BASIC_OURS_USERNAME", "POETRY_HTTP_BASIC_OURS_PASSWORD"
    variables = dict(zip(names, (USER, password), strict=True))
    return Way(source(f"http://{host}/simple/"), variables)


def in_the_source(host: str, password: str) -> Way:
    return Way(source(f"http://{USER}:{quote(password, safe='')}@{host}/simple/"), {})


def seen(root: Path, ran: Ran) -> list[str]:
    """Where a password stands that should not."""
    texts = {"stdout": ran.out.encode(), "stderr": ran.err.encode()}
    written = [*root.glob(".ws/**/*"), *root.glob("events*"), *root.glob("*/.venv/*")]
    texts |= {str(path.relative_to(root)): path.read_bytes() for path in written if path.is_file()}
    return [where for where, text in texts.items() for word in SECRETS if word.encode() in text]


@pytest.mark.parametrize("way", [in_the_mirror, in_variables, in_the_source])
def test_the_password_of_an_index_is_seen_nowhere(
    way: Callable[[str, str], Way],
    host: str,
    make_workspace: Make,
    ws: Ws,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    need(program("uv"))
    monkeypatch.setenv("POETRY_REQUESTS_MAX_RETRIES", "0")

    def given(password: str) -> Path:
        manifest, variables = way(host, password)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        for name in ("UV_CACHE_DIR", "POETRY_CACHE_DIR"):  # what was fetched is not asked for again
            monkeypatch.setenv(name, str(tmp_path_factory.mktemp("cache")))
        return make_workspace({"solo": manifest, "solo/solo.py": ""})

    root = given(WRONG)
    ran = ws("lock", "-v", "--events", "events")
    assert (ran.code, seen(root, ran)) == (1, []), ran.out + ran.err
    given(PASSWORD)
    ran = ws("lock", "--events", "events")
    assert (ran.code, seen(root, ran)) == (0, []), ran.out + ran.err
    for engine in ("poetry", "uv"):
        command = ("install", "--engine", engine, "--reinstall", "--events", "events")
        given(WRONG)
        ran = ws(*command, "-v")
        assert (ran.code, seen(root, ran)) == (1, []), ran.out + ran.err
        given(PASSWORD)
        ran = ws(*command, "--format", "json")
        assert (ran.code, seen(root, ran)) == (0, []), ran.out + ran.err
