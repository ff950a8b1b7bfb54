"""A kill at any moment of `ws install` leaves nothing that the next one takes for whole."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import random
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG
from tests.integration.conftest import BUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

ROUNDS = 50 if LONG else 4
PACKAGES = 6
MODULES = 200
NAMES = {
    *(f"big{number}-1.0.dist-info" for number in range(PACKAGES)),
    "one-0.1.0.dist-info",
    "shared-0.1.0.dist-info",
}


def big_wheel(folder: Path, name: str) -> None:
    """A wheel of many files, so that a kill hits its unpacking."""
    info = f"{name}-1.0.dist-info"
    files = {f"{name}/m{number}.py": f"NUMBER = {number}\n" for number in range(MODULES)}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(
        f"{file},{digest(text.encode())},{len(text)}\n" for file, text in files.items()
    )
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")


def digest(data: bytes) -> str:
    found = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={found.decode().rstrip('=')}"


def assert_whole(venv: Path) -> None:
    """Every distribution has all the files of its RECORD, with the content that it says."""
    infos = list(venv.glob("lib/python*/site-packages/*.dist-info"))
    assert {info.name for info in infos} >= NAMES
    for info in infos:
        assert (info / "INSTALLER").exists(), info.name
        with (info / "RECORD").open(newline="") as file:
            for path, expected, _ in csv.reader(file):
                if not path.endswith(
                    (".pyc", "__pycache__")
                ):  # virtualenv names some that never were
                    data = (info.parent / path).read_bytes()
                    assert expected in ("", digest(data)), path


def run(root: Path, seconds: float | None = None) -> float:
    """Run `ws install`, to its end or until it is killed; give the time that it took."""
    begin = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "ws", "install"],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return time.monotonic() - begin


@pytest.mark.usefixtures("socket_enabled")
def test_after_a_kill_the_next_install_ends_with_what_poetry_finds_complete(
    make_workspace: Make, ws: Ws, tmp_path: Path, real_poetry: str, wheels: Path
) -> None:
    names = [f"big{number}" for number in range(PACKAGES)]
    for name in names:
        big_wheel(wheels, name)
    needed = "".join(f'{name} = "1.0"\n' for name in names)
    shared = 'shared = {path = "../shared", develop = true}\n'
    root = make_workspace(
        {
            "shared": f"{needed}{BUILD}",
            "shared/shared.py": "",
            "one": f"{shared}{BUILD}",
            "one/one.py": "",
        }
    )
    assert ws("lock").code == 0
    slowest = run(root)
    environ = {key: text for key, text in os.environ.items() if key != "VIRTUAL_ENV"}
    chosen = random.Random(None if LONG else 5)
    for count in range(ROUNDS):
        if count % 2:  # on top of one that is there
            site = next((root / "one").glob(".venv/lib/python*/site-packages"))
            (site / f"big{count % PACKAGES}").rename(tmp_path / f"away-{count}")
        else:
            (root / "one/.venv").rename(tmp_path / f"away-{count}")
        run(root, seconds=chosen.uniform(0.1, slowest))
        assert ws("install").code == 0
        assert_whole(root / "one/.venv")
        ended = subprocess.run(
            [real_poetry, "sync", "--dry-run", "--no-ansi"],
            cwd=root / "one",
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "0 installs, 0 updates, 0 removals, " in ended.stdout, ended.stdout
        assert ws("install", "--check").code == 0
