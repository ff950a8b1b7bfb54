"""`ws install` without network, and from a folder of archives: both engines, for real."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.conftest import member
from tests.integration.conftest import BUILD, program, wheel

from ws.engines.which_poetry import MIRROR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("socket_enabled")

ENGINES = ("poetry", "uv")
SETUPTOOLS = (
    '[project]\nname = "old-style"\nversion = "1.0"\n[tool.setuptools]\npackages = ["old_style"]\n'
    '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
)
ONE = (
    'shared = {path = "../shared", develop = true}\nold-style = {path = "../old-style", develop ='
    f' true}}\nalpha = "^1.0"\ndelta = "*"\n{BUILD}'
)
TWO = (
    'gamma = {version = "*", source = "ours"}\nzeta = {url = "ADDRESS/zeta-1.0-py3-none-any.whl"}\n'
    '[[tool.poetry.source]]\nname = "ours"\nurl = "ADDRESS/simple/"\npriority = "explicit"\n'
    f"{BUILD}"
)
FILES = {
    "workspace.toml": '[workspace]\nmembers = ["one", "two", "shared"]\n',
    "shared/pyproject.toml": member("shared", BUILD).replace("packages = []\n", ""),
    "shared/shared.py": "",
    "old-style/pyproject.toml": SETUPTOOLS,
    "old-style/old_style/__init__.py": "",
    "one/pyproject.toml": member("one", ONE),
    "one/one.py": "",
    "two/two.py": "",
    "two/pyproject.toml": member("two", TWO),
}
IMPORTS = "import alpha, delta, shared, old_style; print(alpha.VERSION, delta.VERSION)"


class Place(NamedTuple):
    """The workspace, and how `ws` and others are run in it."""

    root: Path
    house: Path
    """What the index serves: wheels, and an sdist."""
    environ: dict[str, str]
    asked: list[str]
    """What the index has been asked for."""

    def ws(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ws", *args]
        return subprocess.run(
            command, cwd=self.root, env=self.environ, capture_output=True, text=True, check=False
        )

    def install(self, *args: str) -> str:
        """`ws install` in new environments, which must succeed."""
        for name in ("one", "two", "shared"):
            shutil.rmtree(self.root / name / ".venv", ignore_errors=True)
        ran = self.ws("install", *args)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def is_whole(self) -> bool:
        """Whether the environments hold what they should, and `ws` has nothing to do."""
        python = self.root / "one/.venv/bin/python"
        ran = subprocess.run([python, "-c", IMPORTS], capture_output=True, text=True, check=False)
        assert ran.stdout == "1.1.0 1\n", ran.stderr
        return self.ws("install", "--check").returncode == 0

    def forget(self) -> None:
        """Empty the caches of both engines."""
        for name in ("POETRY_CACHE_DIR", "UV_CACHE_DIR"):
            shutil.rmtree(self.environ[name], ignore_errors=True)


def _sdist(folder: Path) -> None:
    text = f'[project]\nname = "delta"\nversion = "1.0"\n{BUILD}'
    info = "Metadata-Version: 2.1\nName: delta\nVersion: 1.0\n"
    files = {"pyproject.toml": text, "PKG-INFO": info, "delta.py": "VERSION = 1\n"}
    with tarfile.open(folder / "delta-1.0.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            item = tarfile.TarInfo(f"delta-1.0/{name}")
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content.encode()))


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheelhouse with all that the members and what builds them need."""
    folder = tmp_path_factory.mktemp("house") / "with blanks, and a comma"
    folder.mkdir()
    for name, version in (("alpha", "1.0.0"), ("alpha", "1.1.0"), ("gamma", "1.0.0")):
        wheel(folder, name, version)
    wheel(folder, "zeta", "1.0")
    _sdist(folder)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    subprocess.run([*command, "poetry-core>=2,<3", "setuptools"], check=True)
    return folder


@pytest.fixture(scope="module")
def counting(archives: Path) -> Iterator[tuple[str, list[str], Callable[[], None]]]:
    """An index of these (PEP 503): its address, what it has been asked for, and how to end it.

    It says nothing of how long its pages hold, so Poetry keeps none of them.
    """
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(archives))

        def do_GET(self) -> None:
            asked.append(self.path)
            if not self.path.startswith("/simple/"):
                super().do_GET()
                return
            name = self.path.removeprefix("/simple/").strip("/").replace("-", "[-_]")
            links = (
                f'<a href="/{path.name}">{path.name}</a>' for path in archives.glob(f"{name}-*")
            )
            page = "".join(links).encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    yield f"http://127.0.0.1:{server.server_port}/simple", asked, end
    end()


@pytest.fixture(scope="module")
def stocked(
    archives: Path,
    counting: tuple[str, list[str], Callable[[], None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    """The workspace, locked, and installed once online with either engine."""
    address, asked, _ = counting
    root = tmp_path_factory.mktemp("workspace")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text.replace("ADDRESS", address.removesuffix("/simple")))
    environ = os.environ | {
        "WS_POETRY": os.environ.get("WS_POETRY") or str(program("poetry")),
        "WS_UV": str(program("uv")),
        MIRROR: f"{address}/",
        "POETRY_CACHE_DIR": str(tmp_path_factory.mktemp("poetry")),
        "UV_CACHE_DIR": str(tmp_path_factory.mktemp("uv")),
    }
    place = Place(root, archives, environ, asked)
    ran = place.ws("lock")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for engine in ENGINES:
        place.install("--engine", engine)
        assert place.is_whole()
    asked.clear()
    return place


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each of both."""
    return str(request.param)


def test_what_was_once_installed_is_installed_again_without_asking_anybody(
    stocked: Place, engine: str
) -> None:
    stocked.install("--engine", engine, "--offline")
    assert stocked.asked == []
    assert stocked.is_whole()


@pytest.fixture
def apart(stocked: Place, tmp_path: Path) -> Place:
    """The same with caches of its own, which are empty, and no index that anybody could ask."""
    environ = stocked.environ | {
        MIRROR: "http://127.0.0.1:9/simple/",
        "POETRY_CACHE_DIR": str(tmp_path / "poetry"),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
    }
    stocked.asked.clear()
    house = tmp_path / "a house"
    shutil.copytree(stocked.house, house)
    return stocked._replace(environ=environ, house=house)


def test_a_wheelhouse_is_enough_without_index_and_cache(apart: Place, engine: str) -> None:
    alien = wheel(apart.house, "setuptools", "999.0")
    alien.rename(apart.house / "setuptools-999.0-cp27-none-any.whl")
    house = os.path.relpath(apart.house, apart.root)
    apart.install("--engine", engine, "--wheelhouse", house)
    assert apart.is_whole()
    assert set(apart.asked) == {"/zeta-1.0-py3-none-any.whl"}  # it has an address of its own
    apart.asked.clear()
    apart.install("--engine", engine, "--wheelhouse", house, "--offline")
    assert apart.is_whole()
    assert apart.asked == []


CACHE = {"poetry": "Poetry's cache", "uv": "uv's cache"}


def failures(place: Place, *args: str) -> dict[str, str]:
    """How each member fares in a run that fails."""
    import json

    for name in ("one", "two", "shared"):
        shutil.rmtree(place.root / name / ".venv", ignore_errors=True)
    ran = place.ws("install", "--format", "json", *args)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    outcomes = json.loads(ran.stdout)["outcomes"]
    return {
        outcome["member"]: outcome["reason"] if outcome["status"] == "failed" else outcome["status"]
        for outcome in outcomes
    }


def test_what_the_cache_lacks_is_named_and_other_members_are_done(
    stocked: Place, apart: Place, engine: str
) -> None:
    for name in ("POETRY_CACHE_DIR", "UV_CACHE_DIR"):
        shutil.copytree(stocked.environ[name], apart.environ[name])
    stock = apart._replace(
        environ=stocked.environ | apart.environ | {MIRROR: stocked.environ[MIRROR]}
    )
    for found in list(Path(stock.environ["POETRY_CACHE_DIR"]).rglob("gamma-*.whl")):
        found.unlink()
    command = [stocked.environ["WS_UV"], "cache", "clean", "-q", "gamma"]
    subprocess.run(command, env=stock.environ, check=True)
    assert failures(stock, "--engine", engine, "--offline") == {
        "one": "done",
        "two": f"gamma 1.0.0 is not in {CACHE[engine]}: run once without --offline, or --wheelhouse"
        " DIR",
        "shared": "done",
    }


def test_what_the_wheelhouse_lacks_is_named(apart: Place, engine: str) -> None:
    (apart.house / "gamma-1.0.0-py3-none-any.whl").unlink()
    reasons = failures(apart, "--engine", engine, "--wheelhouse", str(apart.house))
    assert reasons == {
        "one": "done",
        "two": f"gamma 1.0.0 is not in the wheelhouse ({apart.house}): put its wheel or sdist"
        " there",
        "shared": "done",
    }


def test_a_wheel_for_another_python_is_not_enough(apart: Place) -> None:
    """Of the right name and hash, but a lock may name wheels for many."""
    lock = apart.root / "two/poetry.lock"
    text = lock.read_text()
    name = "gamma-1.0.0-py3-none-any.whl"
    other = name.replace("py3", "cp27")
    (apart.house / name).rename(apart.house / other)
    lock.write_text(text.replace(name, other))
    try:
        reasons = failures(apart, "--engine", "poetry", "--wheelhouse", str(apart.house))
    finally:
        lock.write_text(text)
    assert reasons["two"] == (
        f"an archive of gamma 1.0.0 for this Python is not in the wheelhouse ({apart.house}): put"
        " its wheel or sdist there"
    )


def test_what_a_build_requires_and_the_wheelhouse_lacks_is_named(apart: Place, engine: str) -> None:
    for found in apart.house.glob("setuptools-*"):
        found.unlink()
    reasons = failures(apart, "--engine", engine, "--wheelhouse", str(apart.house))
    assert "setuptools" in reasons["one"]
    assert f"is not in the wheelhouse ({apart.house})" in reasons["one"]


def test_an_archive_that_is_not_the_locked_one_is_refused(apart: Place, engine: str) -> None:
    altered = apart.house / "gamma-1.0.0-py3-none-any.whl"
    with altered.open("ab") as file:
        file.write(b"\0")
    reasons = failures(apart, "--engine", engine, "--wheelhouse", str(apart.house))
    assert "has another hash than the lock says" in reasons["two"]
    assert not list((apart.root / "two").glob(".venv/lib/python*/site-packages/gamma.py"))


def test_what_has_an_address_of_its_own_must_be_in_the_cache_offline(
    apart: Place, engine: str
) -> None:
    reasons = failures(apart, "--engine", engine, "--wheelhouse", str(apart.house), "--offline")
    named = {"poetry": "zeta-1.0-py3-none-any.whl, from its URL,", "uv": "zeta"}[engine]
    told = f"{named} is not in {CACHE[engine]}: run once without --offline"
    assert reasons == {"one": "done", "two": told, "shared": "done"}
    assert apart.asked == []


def test_a_wheelhouse_must_be_there(apart: Place) -> None:
    ran = apart.ws("install", "--wheelhouse", "nowhere")
    assert ran.returncode == 2
    assert "there is no such folder" in ran.stderr
