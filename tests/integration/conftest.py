"""Real Poetry against a real package index on loopback, filled with small wheels."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything here is marked, and of what runs with both engines, CI takes a sample.

    All of it with uv, and about half with Poetry, which takes far longer: the same half each time.
    `WS_TEST_LONG=1` takes all.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.integration)
    if LONG:
        return
    names = {item.nodeid for item in items}
    left_out = [
        item
        for item in items
        if "[poetry" in item.nodeid
        and item.nodeid.replace("[poetry", "[uv") in names
        and item.path.name != "test_install_kill.py"
        and zlib.crc32(item.nodeid.encode()) % 2
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


BUILD = (
    '\n[build-system]\nrequires = ["poetry-core>=2,<3"]\n'
    'build-backend = "poetry.core.masonry.api"\n'
)


def need(path: Path) -> Path:
    """The path, if it is there; else CI fails, and others skip and are told what to do."""
    if not path.exists():
        message = f"{path.name} is missing ({path.parent}): run tools/run-tests.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def program(name: str) -> Path:
    """A program beside this interpreter."""
    return need(Path(sys.executable).with_name(name))


def wheel(folder: Path, name: str, version: str, requires: tuple[str, ...] = ()) -> Path:
    """A wheel with one module, which says its version (PEP 427)."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {requirement}\n" for requirement in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"{module}-{version}-py3-none-any.whl"
    record = ""
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += f"{file},sha256={digest.decode().rstrip('=')},{len(text.encode())}\n"
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of wheels that the index serves: three small ones, and what builds packages."""
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, "alpha", "1.0.0")
    wheel(folder, "alpha", "1.1.0")
    wheel(folder, "alpha", "2.0.0")
    wheel(folder, "beta", "1.0.0", ("alpha>=1",))
    wheel(folder, "gamma", "1.0.0")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    subprocess.run([*command, "poetry-core>=2,<3"], check=True)
    return folder


@pytest.fixture(scope="session")
def index(wheels: Path) -> Iterator[str]:
    """The address of a package index on loopback that speaks HTML (PEP 503), for this session."""
    server = program("pypi-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(server), "run", "-i", "127.0.0.1", "-p", str(port), "--disable-fallback"]
    with subprocess.Popen(
        [*command, str(wheels)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        address = f"http://127.0.0.1:{port}/simple"
        _wait_for(address)
        yield address
        process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{address}/", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the package index on loopback did not start")


@pytest.fixture
def real_poetry(
    index: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The path of the real Poetry, set to use nothing but the index on loopback."""
    poetry = program("poetry")
    monkeypatch.setenv("WS_POETRY", str(poetry))
    monkeypatch.setenv("POETRY_PYPI_MIRROR_URL", f"{index}/")
    monkeypatch.setenv("POETRY_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    return str(poetry)
