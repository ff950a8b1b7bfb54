"""`ws install` beside others and in trouble: a slow index, another `ws`, Ctrl-C, a full disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.conftest import member, sample
from tests.integration.conftest import BUILD, program
from tests.integration.living import living, mark
from tests.integration.slow_index import slowly
from tests.integration.test_install_kill import big_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("socket_enabled")

NAMES = ("ann", "bob", "cid", "dee", "eve")
COMMON = 6
MODULES = 60


class Place(NamedTuple):
    """A workspace whose members' locks are alike in part, and how `ws` is run in it."""

    root: Path
    environ: dict[str, str]

    def start(self, *args: str) -> subprocess.Popen[str]:
        """`ws install` in a session of its own, as a terminal's foreground group is."""
        return subprocess.Popen(
            [sys.executable, "-m", "ws", "install", *args],
            cwd=self.root,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Whatever runs these tests in the background may have it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )

    def install(self, *args: str) -> tuple[int, dict[str, dict[str, Any]], str]:
        """The exit code, the outcome of each member, and what was said besides."""
        with self.start("--format", "json", *args) as process:
            out, err = process.communicate()
        return process.returncode, outcomes(out), err

    def sync_finds(self, name: str) -> str:
        """What the real Poetry would do in a member."""
        environ = {key: text for key, text in self.environ.items() if key != "VIRTUAL_ENV"}
        command = [str(program("poetry")), "sync", "--dry-run", "--no-ansi", "-n"]
        ran = subprocess.run(
            command, cwd=self.root / name, env=environ, capture_output=True, text=True, check=True
        )
        return ran.stdout


def outcomes(out: str) -> dict[str, dict[str, Any]]:
    return {outcome["member"]: outcome for outcome in json.loads(out)["outcomes"]}


def statuses(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: outcome["status"] for name, outcome in found.items()}


@pytest.fixture(params=["poetry", "uv"])
def engine(request: pytest.FixtureRequest) -> str:
    program(request.param)
    return str(request.param)


@pytest.fixture
def place(engine: str, index: str, wheels: Path, tmp_path: Path) -> Iterator[Place]:
    """All locked and nothing installed, the caches cold, the index slow."""
    common = [f"common-{number}" for number in range(COMMON)]
    for name in (*common, *(f"of-{name}" for name in NAMES)):
        big_wheel(wheels, name, MODULES)
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "workspace.toml").write_text(
        f'[workspace]\nmembers = ["*"]\n\n[install]\nengine = "{engine}"\n'
    )
    for number, name in enumerate(NAMES):
        needed = [*common[: COMMON - number // 2], f"of-{name}"]
        (root / name).mkdir()
        (root / name / f"{name}.py").touch()
        text = "".join(f'{package} = "1.0"\n' for package in needed)
        manifest = member(name, f"{text}{BUILD}").replace("packages = []\n", "")
        (root / name / "pyproject.toml").write_text(manifest)
    environ = os.environ | {
        "WS_POETRY": str(program("poetry")),
        "POETRY_PYPI_MIRROR_URL": f"{index}/",
        "POETRY_CACHE_DIR": str(tmp_path / "cache-lock"),
        "UV_CACHE_DIR": str(tmp_path / "cache-uv"),
    }
    command = [sys.executable, "-m", "ws", "lock"]
    subprocess.run(command, cwd=root, env=environ, check=True, capture_output=True)
    with slowly(index) as address:
        cold = {
            "POETRY_PYPI_MIRROR_URL": f"{address}/",
            "POETRY_CACHE_DIR": str(tmp_path / "cache-poetry"),
        }
        yield Place(root, environ | cold)


def test_four_at_a_time_succeed_on_a_cold_cache_with_slow_chunked_answers(place: Place) -> None:
    code, found, said = place.install("--jobs", "4")
    assert (code, statuses(found)) == (0, dict.fromkeys(NAMES, "done")), (found, said)
    for name in NAMES:
        assert "0 installs, 0 updates, 0 removals" in place.sync_finds(name)


def waits_for(place: Place, process: subprocess.Popen[str], is_so: Callable[[str], bool]) -> None:
    """Wait until the events of a run (`--events` at the root) are so."""
    events = place.root / "events.jsonl"
    while not (events.exists() and is_so(events.read_text())):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_of_two_at_once_one_waits_and_says_so_and_then_has_nothing_to_do(place: Place) -> None:
    with place.start("--events", "events.jsonl", "--format", "json") as first:
        waits_for(place, first, lambda text: '"started"' in text)
        code, found, said = place.install()
        out, _ = first.communicate()
    assert (first.returncode, statuses(outcomes(out))) == (0, dict.fromkeys(NAMES, "done"))
    assert "another ws is at work in this workspace: waiting for it to end" in said
    assert (code, statuses(found)) == (0, dict.fromkeys(NAMES, "skipped"))


def interrupt(process: subprocess.Popen[str]) -> None:
    """A SIGINT to `ws` itself."""
    process.send_signal(signal.SIGINT)


def interrupt_group(process: subprocess.Popen[str]) -> None:
    """Ctrl-C, as a terminal does it: all of the foreground group hears it."""
    os.killpg(process.pid, signal.SIGINT)


def interrupt_twice(process: subprocess.Popen[str]) -> None:
    """Somebody has no patience."""
    interrupt_group(process)
    time.sleep(0.1)
    if process.poll() is None:
        interrupt_group(process)


@pytest.mark.parametrize("engine", ["poetry"], indirect=True)
def test_who_waits_for_another_can_be_interrupted_and_the_other_goes_on(place: Place) -> None:
    with place.start("--events", "events.jsonl", "--format", "json") as first:
        waits_for(place, first, lambda text: '"started"' in text)
        with place.start() as second:
            assert second.stderr is not None
            assert "waiting for it to end" in second.stderr.readline()
            interrupt_group(second)
            second.communicate(timeout=10)
        assert second.returncode == 130
        out, _ = first.communicate()
    assert (first.returncode, statuses(outcomes(out))) == (0, dict.fromkeys(NAMES, "done"))


@pytest.mark.parametrize("how", sample([interrupt_group, interrupt, interrupt_twice], 2))
def test_after_ctrl_c_nothing_is_left_at_work_and_the_next_run_goes_on(
    place: Place, how: Callable[[subprocess.Popen[str]], None]
) -> None:
    marked = mark()
    here = place._replace(environ=place.environ | marked)
    with here.start("--events", "events.jsonl", "--format", "json", "--jobs", "1") as process:
        waits_for(
            here,
            process,
            lambda text: '"finished"' in text and '"step"' in text.partition('"finished"')[2],
        )
        # Between two programs of one member there is none for a moment.
        while len(living(marked)) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        how(process)
        out, _ = process.communicate(timeout=30)
    assert living(marked) == {}
    assert process.returncode == 130
    found = statuses(outcomes(out))
    finished = [name for name, status in found.items() if status == "done"]
    assert finished
    assert {status for name, status in found.items() if name not in finished} == {"aborted"}

    code, found_then, said = place.install()
    then = {name: "skipped" if name in finished else "done" for name in NAMES}
    assert (code, statuses(found_then)) == (0, then), (found_then, said)
    assert found_then[finished[0]]["reason"] == "up to date"


@pytest.fixture
def tiny_disk(place: Place) -> Iterator[Callable[[str], None]]:
    """Mounts a disk as one member's `.venv`, and, called again, gives it other options."""
    venv = place.root / "ann/.venv"
    venv.mkdir()
    mounted = False

    def mount(options: str) -> None:
        nonlocal mounted
        again = ["-o", f"remount,{options}"] if mounted else ["-t", "tmpfs", "-o", options]
        ran = subprocess.run(
            ["mount", *again, "tmpfs", str(venv)], capture_output=True, text=True, check=False
        )
        if ran.returncode != 0:
            pytest.skip(f"no disk can be mounted here: {ran.stderr.strip()}")
        mounted = True

    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a tiny disk, on Linux")
    yield mount
    if mounted:
        subprocess.run(["umount", "--lazy", str(venv)], check=True)


def test_a_full_disk_is_told_and_with_room_again_the_next_install_ends_well(
    place: Place, tiny_disk: Callable[[str], None]
) -> None:
    tiny_disk("size=600k,nr_inodes=220")
    code, found, said = place.install()
    others = dict.fromkeys(NAMES[1:], "done")
    assert (code, statuses(found)) == (1, {"ann": "failed", **others}), (found, said)
    assert "full" in found["ann"]["reason"]

    tiny_disk("size=200m,nr_inodes=100000")
    code, found, said = place.install()
    others = dict.fromkeys(NAMES[1:], "skipped")
    assert (code, statuses(found)) == (0, {"ann": "done", **others}), (found, said)
    assert "0 installs, 0 updates, 0 removals" in place.sync_finds("ann")
    assert place.install()[1]["ann"]["reason"] == "up to date"


def test_an_environment_that_cannot_be_written_is_told(
    place: Place, tiny_disk: Callable[[str], None]
) -> None:
    tiny_disk("size=200m")
    tiny_disk("ro")
    code, found, said = place.install("--filter", "ann", "--filter", "bob")
    assert (code, statuses(found)) == (1, {"ann": "failed", "bob": "done"}), (found, said)
    assert "Read-only file system" in found["ann"]["reason"]


@pytest.mark.parametrize("options", [(), ("--reinstall",)])
def test_what_lies_in_the_place_of_the_environment_is_left_alone(
    place: Place, options: tuple[str, ...]
) -> None:
    precious = place.root / "ann/.venv"
    precious.write_text("mine\n")
    code, found, said = place.install("--filter", "ann", *options)
    assert (code, found["ann"]["status"]) == (1, "failed"), (found, said)
    assert found["ann"]["reason"] == (
        "its .venv is no environment, and not empty: it was left alone; move it away, and run ws"
        " install again"
    )
    assert precious.read_text() == "mine\n"
    precious.unlink()
    precious.mkdir()  # an empty folder is nobody's work
    code, found, said = place.install("--filter", "ann")
    assert (code, found["ann"]["status"]) == (0, "done"), (found, said)


@pytest.mark.parametrize("exists", [True, False])
def test_an_environment_behind_a_link_is_left_alone(
    place: Place, tmp_path: Path, *, exists: bool
) -> None:
    outside = tmp_path / "outside"
    if exists:
        outside.mkdir()
        (outside / "precious").write_text("mine\n")
    link = place.root / "ann/.venv"
    link.symlink_to(outside)
    code, found, said = place.install("--filter", "ann")
    assert (code, found["ann"]["status"]) == (1, "failed"), (found, said)
    assert found["ann"]["reason"] == (
        "its .venv is a link: it was left alone; move it away, and run ws install again"
    )
    assert link.readlink() == outside
    assert outside.exists() is exists
    assert [path.name for path in outside.glob("*")] == (["precious"] if exists else [])
