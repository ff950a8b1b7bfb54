"""A kill at any moment of `ws install` leaves nothing that the next one takes for whole.

The kills are spread over the whole time that an install takes. They hit `ws` alone, whose programs
go on, or all of them; an install from nothing, on top of one that is there, and with a cache to be
filled. `WS_TEST_LONG=1` makes fifty of them for each engine.
"""

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
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.conftest import LONG
from tests.integration.conftest import BUILD, program
from tests.integration.living import kill_all, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("socket_enabled")

ROUNDS = 50 if LONG else 3
PACKAGES = 6
MODULES = {"poetry": 200, "uv": 1500}
"""How many files a package has: as many as an engine needs a moment to unpack."""


KINDS = 3


class Place(NamedTuple):
    """A workspace with one member that needs much, and what the engines keep outside of it."""

    root: Path
    away: Path
    caches: dict[str, Path]
    names: frozenset[str]

    @property
    def venv(self) -> Path:
        return self.root / "one/.venv"

    def move_away(self, path: Path) -> None:
        """Deleting would take long, and slow down what comes next."""
        if path.exists():
            path.rename(self.away / str(time.monotonic_ns()))

    def was_at_work(self) -> bool:
        return any(self.root.glob(".ws/installing/*"))


@pytest.fixture(params=MODULES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "uv":
        program("uv")
    return str(request.param)


@pytest.fixture
def place(
    make_workspace: Make,
    tmp_path: Path,
    wheels: Path,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    names = [f"big-{engine}-{number}" for number in range(PACKAGES)]
    for name in names:
        big_wheel(wheels, name, MODULES[engine])
    needed = "".join(f'{name} = "1.0"\n' for name in names)
    shared = 'shared = {path = "../shared", develop = true}\n'
    root = make_workspace(
        {
            "workspace.toml": '[workspace]\nmembers = ["shared", "one"]\n\n[install]\n'
            f'engine = "{engine}"\nlink-mode = "copy"\n',
            "shared": f"{needed}{BUILD}",
            "shared/shared.py": "",
            "one": f"{shared}{BUILD}",
            "one/one.py": "",
        }
    )
    (tmp_path / "away").mkdir()
    caches = {f"{name.upper()}_CACHE_DIR": tmp_path / f"cache-{name}" for name in MODULES}
    for name, folder in caches.items():
        monkeypatch.setenv(name, str(folder))
    infos = {f"{name.replace('-', '_')}-1.0.dist-info" for name in names}
    all_of_it = infos | {"one-0.1.0.dist-info", "shared-0.1.0.dist-info"}
    return Place(root, tmp_path / "away", caches, frozenset(all_of_it))


def big_wheel(folder: Path, name: str, modules: int) -> None:
    """A wheel of many files, so that a kill hits its unpacking."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    files = {f"{module}/m{number}.py": f"NUMBER = {number}\n" for number in range(modules)}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(
        f"{file},{digest(text.encode())},{len(text)}\n" for file, text in files.items()
    )
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")


def digest(data: bytes) -> str:
    found = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={found.decode().rstrip('=')}"


def assert_whole(place: Place) -> None:
    """Every distribution has all the files of its RECORD, with the content that it says."""
    infos = list(place.venv.glob("lib/python*/site-packages/*.dist-info"))
    assert {info.name for info in infos} >= place.names
    for info in infos:
        assert (info / "INSTALLER").exists(), info.name
        with (info / "RECORD").open(newline="") as file:
            for path, expected, _ in csv.reader(file):
                if not path.endswith(
                    (".pyc", "__pycache__")
                ):  # virtualenv names some that never were
                    data = (info.parent / path).read_bytes()
                    assert expected in ("", digest(data)), path


def run(place: Place, seconds: float | None = None, *, children: bool = False) -> float:
    """Run `ws install`, to its end or until it is killed; give the time that it took.

    With `children`, what it has started is killed with it.
    """
    marked = mark()
    begin = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "ws", "install"],
        cwd=place.root,
        env=os.environ | marked,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            if children:
                kill_all(marked)
    return time.monotonic() - begin


def moments() -> Iterator[float]:
    """When to kill, in parts of the whole time: once in each of equal parts, in any order."""
    chosen = random.Random(None if LONG else 5)
    parts = list(range(ROUNDS))
    chosen.shuffle(parts)
    return ((part + chosen.random()) / ROUNDS for part in parts)


def disturb(place: Place, count: int) -> None:
    """Give the next install something to do, another thing each time."""
    if count % KINDS == 0:  # on top of what is there
        infos = sorted(place.venv.glob("lib/python*/site-packages/big_*.dist-info"))
        info = infos[count % PACKAGES]
        place.move_away(info.with_name(info.name.partition("-")[0]))
        return
    place.move_away(place.venv)
    if count % KINDS == 1:  # the caches are filled as well
        for folder in place.caches.values():
            place.move_away(folder)


def test_after_a_kill_the_next_install_ends_with_what_poetry_finds_complete(
    place: Place, ws: Ws, real_poetry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POETRY_CACHE_DIR", str(place.caches["POETRY_CACHE_DIR"]))
    assert ws("lock").code == 0
    run(place)
    assert_whole(place)
    times = []
    for kind in range(KINDS):
        disturb(place, kind)
        times.append(run(place))
    environ = {key: text for key, text in os.environ.items() if key != "VIRTUAL_ENV"}
    hits = 0
    for count, part in enumerate(moments()):
        disturb(place, count)
        run(place, part * times[count % KINDS], children=bool(count % 2))
        hits += place.was_at_work()
        ran = ws("install")
        assert ran.code == 0, ran.out + ran.err
        assert_whole(place)
        ended = subprocess.run(
            [real_poetry, "sync", "--dry-run", "--no-ansi"],
            cwd=place.root / "one",
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "0 installs, 0 updates, 0 removals, " in ended.stdout, ended.stdout
        assert ws("install", "--check").code == 0
    assert hits or not LONG, "none of the kills hit an install at work"
    print(f"{hits} of {ROUNDS} kills hit an install at work, of {times} seconds")  # with -rP
