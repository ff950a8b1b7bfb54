"""The real Poetry, asked what it would do to a lock."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.lock_oracle import index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `poetry lock` does to one lock."""

    lock: str
    """`same`: it leaves the bytes of the file; `changes`; or it `fails`."""
    check: str
    """What `poetry check --lock` says before: `fresh` or `stale`."""
    rewrites: str = ""
    """In short what changes: `+` a package, `-` a package, `~` what is said of one."""
    output: str = ""
    """What Poetry printed."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """The real Poetry with an index of its own."""

    run: Callable[[Path, Sequence[str]], tuple[int, str]]
    """Runs Poetry in a folder, and gives its exit code and what it printed."""

    def verdict(self, folder: Path, *, check: bool = True) -> Verdict:
        """Ask `poetry check --lock` (with `check`), then run `poetry lock` in this folder."""
        lock = folder / "poetry.lock"
        before = lock.read_bytes() if lock.exists() else b""
        fresh = ""
        if check:  # its complaints about other things than the lock are not asked for
            _, said = self.run(folder, ["check", "--lock"])
            fresh = "stale" if "poetry.lock" in said else "fresh"
        code, output = self.run(folder, ["lock"])
        if code:
            return Verdict("fails", fresh, output=output)
        after = lock.read_bytes()
        if after == before:
            return Verdict("same", fresh, output=output)
        return Verdict("changes", fresh, difference(before, after), output)


def difference(before: bytes, after: bytes) -> str:
    """In short what differs between two locks."""
    try:
        old = tomllib.loads(before.decode())
    except ValueError:
        return "all of it"
    new = tomllib.loads(after.decode())
    was, now = _packages(old), _packages(new)
    found = [f"-{name}" for name in was if name not in now]
    for name, value in now.items():
        if name not in was:
            found.append(f"+{name}")
        elif was[name] != value:
            found.append(f"~{name}")
    tables = ("extras", "metadata")
    found += [f"[{table}]" for table in tables if old.get(table) != new.get(table)]
    return " ".join(found) or "layout"


def _packages(lock: dict[str, Any]) -> dict[str, Any]:
    packages: dict[str, Any] = {}
    for package in lock.get("package", []):
        name = f"{package.get('name')}"
        if name in packages:
            name += f"@{package.get('version')}"
        packages[name] = package
    return packages


@contextmanager
def command_line(program: Path) -> Iterator[Oracle]:
    """Poetry's command line, a process each time."""
    with _index(program) as environ:

        def run(folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
            command = [str(program), "--no-interaction", "--no-ansi", *arguments]
            ended = subprocess.run(
                command, cwd=folder, env=environ, capture_output=True, text=True, check=False
            )
            return ended.returncode, ended.stdout + ended.stderr

        yield Oracle(run)


@contextmanager
def forked(program: Path) -> Iterator[Oracle]:
    """Poetry's command line, imported once and forked each time: three times as fast."""
    command = [str(program.with_name("python")), str(Path(__file__).with_name("forking.py"))]
    with (
        _index(program) as environ,
        subprocess.Popen(
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        asking, answering = process.stdin, process.stdout
        assert asking is not None
        assert answering is not None

        def run(folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
            asking.write(json.dumps([str(folder), *arguments]) + "\n")
            asking.flush()
            code, output = json.loads(answering.readline())
            return int(code), str(output)

        yield Oracle(run)
        asking.close()


@contextmanager
def _index(program: Path) -> Iterator[Mapping[str, str]]:
    """Serve the index on loopback, and give the variables with which Poetry uses nothing else."""
    server = program.with_name("pypi-server")
    with tempfile.TemporaryDirectory(prefix="ws-oracle-") as scratch:
        packages = Path(scratch, "packages")
        packages.mkdir()
        index.build(packages)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [str(server), "run", "-i", "127.0.0.1", "-p", str(port), "--disable-fallback"]
        with subprocess.Popen(
            [*command, "--hash-algo", "sha256", str(packages)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                address = f"http://127.0.0.1:{port}/simple/"
                _wait_for(address)
                yield _environ(scratch, address)
            finally:
                process.terminate()


def _environ(scratch: str, address: str) -> dict[str, str]:
    environ = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    return environ | {
        "HOME": scratch,
        "POETRY_CACHE_DIR": f"{scratch}/cache",
        "POETRY_CONFIG_DIR": f"{scratch}/config",
        "POETRY_PYPI_MIRROR_URL": address,
        "POETRY_VIRTUALENVS_CREATE": "false",
    }


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the package index on loopback did not start")


def beside_this_python() -> Path:
    """The Poetry that is installed beside this interpreter."""
    return Path(sys.executable).with_name("poetry")
