"""When `ws install` has something to do, and when not: each way in which an environment goes stale.

One workspace for all of it, with the real Poetry; each test breaks something, and `ws` mends it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.conftest import member
from tests.integration.conftest import BUILD, program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("socket_enabled")

SHARED = (
    '[tool.poetry]\nname = "shared"\nversion = "0.1.0"\n\n[tool.poetry.scripts]\n'
    f'hello = "shared:hello"\n\n[tool.poetry.dependencies]\npython = "^3.11"\n{BUILD}'
)
CODE = "def hello():\n    print('hello')\n\n\ndef bye():\n    print('bye')\n"
ONE = (
    f'shared = {{path = "../shared", develop = true}}\nalpha = "^1.0"\ngamma = {{version = "*",'
    f' optional = true}}\n\n[tool.poetry.extras]\nmore = ["gamma"]\n{BUILD}'
)
FILES = {
    "workspace.toml": '[workspace]\nmembers = ["*"]\n',
    "shared/pyproject.toml": SHARED,
    "shared/shared.py": CODE,
    "one/pyproject.toml": member("one", ONE),
    "one/one.py": "",
}


class Place(NamedTuple):
    """The workspace, and how `ws` and others are run in it."""

    root: Path
    environ: dict[str, str]

    @property
    def venv(self) -> Path:
        return self.root / "one/.venv"

    @property
    def site(self) -> Path:
        return next(self.venv.glob("lib/python*/site-packages"))

    def ws(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ws", *args]
        return subprocess.run(
            command, cwd=self.root, env=self.environ, capture_output=True, text=True, check=False
        )

    def pip(self, *args: str) -> None:
        python = str(self.venv / "bin/python")
        command = [sys.executable, "-m", "pip", "--python", python, *args, "-q"]
        subprocess.run(command, env=self.environ, check=True)

    def needs(self, *filters: str) -> dict[str, str]:
        """What `ws install --check` says of each member, in which it writes nothing."""
        before = snapshot(self.root)
        ran = self.ws("install", "--check", "--format", "json", *filters)
        found = json.loads(ran.stdout)["findings"]
        assert ran.returncode == (1 if found else 0)
        assert snapshot(self.root) == before
        return {
            finding["member"]: finding["message"].removeprefix("its environment would be ")
            for finding in found
        }

    def mend(self, *args: str) -> None:
        """`ws install`; and then there is nothing to do."""
        ran = self.ws("install", *args)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert self.needs() == {}

    def runs(self, script: str) -> str:
        command = [self.venv / "bin" / script]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    def has(self, name: str) -> str:
        """The version of a package that the environment imports."""
        code = f"import {name}; print({name}.VERSION)"
        ran = subprocess.run(
            [self.venv / "bin/python", "-c", code], capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()


def snapshot(root: Path) -> dict[str, int]:
    return {
        str(path): path.lstat().st_mtime_ns
        for path in root.rglob("*")
        if ".ws" not in path.relative_to(root).parts
    }


@pytest.fixture(scope="module")
def made(index: str, tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("workspace")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    cache = tmp_path_factory.mktemp("cache")
    environ = os.environ | {
        "WS_POETRY": str(program("poetry")),
        "POETRY_PYPI_MIRROR_URL": f"{index}/",
        "POETRY_CACHE_DIR": str(cache),
        "PIP_INDEX_URL": f"{index}/",
    }
    place = Place(root, environ)
    ran = place.ws("lock")
    assert ran.returncode == 0, ran.stderr
    return place


@pytest.fixture
def place(made: Place) -> Place:
    """The workspace, all installed."""
    (made.root / "shared/pyproject.toml").write_text(SHARED)
    if made.needs():
        assert made.ws("lock").returncode == 0
        made.mend()
    return made


def test_the_second_time_there_is_nothing_to_do(place: Place) -> None:
    before = snapshot(place.root)
    ran = place.ws("install")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == "install: 2 had nothing to do\n"
    assert snapshot(place.root) == before


def test_using_an_environment_does_not_make_it_stale(place: Place) -> None:
    subprocess.run([place.venv / "bin/python", "-m", "compileall", "-q", place.site], check=True)
    assert (place.site / "__pycache__").exists()
    assert place.needs() == {}


def test_a_package_that_was_uninstalled_by_hand_is_put_back(place: Place) -> None:
    place.pip("uninstall", "-y", "alpha")
    assert place.needs() == {"one": "brought up to date: alpha was removed by hand"}
    place.mend()
    assert place.has("alpha") == "1.1.0"


def test_another_version_put_in_by_hand_is_put_right(place: Place) -> None:
    place.pip("install", "alpha==1.0.0")
    assert place.needs() == {
        "one": "brought up to date: alpha 1.0.0 was put in by hand in place of 1.1.0"
    }
    place.mend()
    assert place.has("alpha") == "1.1.0"


def test_files_of_a_package_that_are_gone_come_back_though_its_dist_info_is_there(
    place: Place,
) -> None:
    (place.site / "alpha.py").unlink()
    assert place.needs() == {
        "one": "brought up to date: alpha.py was removed from site-packages by hand"
    }
    place.mend()
    assert place.has("alpha") == "1.1.0"


def test_an_environment_whose_python_has_changed_is_looked_at_again(
    place: Place, tmp_path: Path
) -> None:
    python = place.venv / "bin/python"
    other = shutil.copy2(python.resolve(), tmp_path / "python")
    python.unlink()
    python.symlink_to(other)
    assert place.needs() == {"one": "brought up to date: the environment's Python has changed"}
    place.mend()


def test_an_environment_whose_python_is_gone_is_made_anew(place: Place) -> None:
    for path in place.venv.glob("bin/python*"):
        path.unlink()
    assert place.needs() == {"one": "made anew: the environment's Python is gone"}
    place.mend()
    assert place.has("alpha") == "1.1.0"


def test_a_script_that_a_shared_package_gets_or_loses_appears_and_vanishes(place: Place) -> None:
    assert place.runs("hello") == "hello"
    manifest = place.root / "shared/pyproject.toml"
    manifest.write_text(SHARED.replace('hello = "shared:hello"', 'bye = "shared:bye"'))
    assert place.needs() == {
        "shared": "brought up to date: its manifest has changed (scripts)",
        "one": "brought up to date: shared's manifest has changed (scripts)",
    }
    place.mend()
    assert place.runs("bye") == "bye"
    assert not (place.venv / "bin/hello").exists()


def test_what_has_no_say_in_an_environment_does_not_make_it_stale(place: Place) -> None:
    manifest = place.root / "shared/pyproject.toml"
    manifest.write_text(f"# a comment\n{SHARED}\n[tool.ruff]\nline-length = 99\n")
    assert place.needs() == {}


def test_a_shared_package_with_another_version_is_locked_and_installed_anew(place: Place) -> None:
    manifest = place.root / "shared/pyproject.toml"
    manifest.write_text(SHARED.replace("0.1.0", "0.2.0"))
    ran = place.ws("install", "--filter", "one")
    assert ran.returncode == 1
    assert "✗ one failed: " in ran.stdout
    assert "version" in ran.stdout
    assert "; run: ws lock --filter one, or install it as it is: --frozen" in ran.stdout
    ran = place.ws("install", "--filter", "one", "--frozen")
    assert (ran.returncode, "warning: one: " in ran.stdout) == (0, True)
    assert place.ws("lock").returncode == 0
    assert place.needs()["one"] == "brought up to date: its lock has changed"
    place.mend()
    assert [path.name for path in place.site.glob("shared*.dist-info")] == [
        "shared-0.2.0.dist-info"
    ]


def test_a_dist_info_without_record_is_half_an_install_and_the_environment_is_made_anew(
    place: Place,
) -> None:
    next(place.site.glob("alpha-*.dist-info/RECORD")).unlink()
    assert place.needs() == {"one": "made anew: an install was killed, and has left half of alpha"}
    place.mend()
    assert place.has("alpha") == "1.1.0"
    assert not list((place.root / ".ws").glob("trash/*"))


def test_a_workspace_that_was_moved_gets_new_environments(place: Place, tmp_path: Path) -> None:
    moved = place._replace(root=tmp_path / "moved")
    shutil.copytree(place.root, moved.root, symlinks=True)
    assert moved.needs() == dict.fromkeys(
        ("shared", "one"), "made anew: the workspace was moved or copied"
    )
    moved.mend("--filter", "one...")
    assert moved.runs("hello") == "hello"
    assert str(place.root) not in (moved.venv / "bin/hello").read_text()


def test_a_member_that_was_moved_gets_a_new_environment(place: Place) -> None:
    (place.root / "one").rename(place.root / "two")
    try:
        assert place.needs() == {"one": "made anew: it was moved here from one"}
    finally:
        (place.root / "two").rename(place.root / "one")


def test_what_poetry_does_not_manage_is_left_alone(place: Place) -> None:
    """virtualenv's pip has a RECORD that names files which never were."""
    assert list(place.site.glob("pip-*.dist-info"))
    (place.root / "one/poetry.toml").write_text("[virtualenvs.options]\nno-pip = false\n")
    assert place.needs() == {"one": "brought up to date: its poetry.toml has changed"}
    place.mend()
    assert list(place.site.glob("pip-*.dist-info"))


def test_an_install_by_hand_is_no_harm(place: Place) -> None:
    poetry = program("poetry")
    environ = {key: text for key, text in place.environ.items() if key != "VIRTUAL_ENV"}
    subprocess.run([poetry, "install", "-q"], cwd=place.root / "one", env=environ, check=True)
    place.mend()


def test_what_was_asked_for_is_part_of_what_was_done(place: Place) -> None:
    assert not list(place.site.glob("gamma*"))
    asked = ("--extras", "more", "--filter", "one")
    assert place.needs(*asked) == {
        "one": "brought up to date: other options were asked for: none, and now --extras more"
    }
    assert place.ws("install", *asked).returncode == 0
    assert place.needs(*asked) == {}
    assert place.has("gamma") == "1.0.0"
    place.mend("--sync")
    assert not list(place.site.glob("gamma*"))


def test_reinstall_makes_every_environment_anew(place: Place) -> None:
    before = (place.venv / "pyvenv.cfg").stat().st_ino
    (place.site / "mine.py").touch()
    ran = place.ws("install", "--reinstall", "--filter", "one", "--format", "json")
    outcome = json.loads(ran.stdout)["outcomes"][0]
    assert (outcome["status"], outcome["reason"]) == ("done", "made anew: asked for (--reinstall)")
    assert not (place.site / "mine.py").exists()
    assert (place.venv / "pyvenv.cfg").stat().st_ino != before


def test_the_table_at_the_end_says_what_was_done_to_whom(place: Place) -> None:
    place.pip("uninstall", "-y", "alpha")
    ran = place.ws("install")
    table = [line.split("  ") for line in ran.stdout.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in table]
    assert cells[0] == ["MEMBER", "ENGINE", "DONE", "TIME"]
    assert cells[1][:3] == ["one", "poetry", "1 installed"]
    assert cells[2] == ["shared", "-", "nothing", "-"]
    assert ran.stderr.endswith(
        "install: 1 installed, 1 had nothing to do\n"
        "next: poetry -C <member> run <program>, or . <member>/.venv/bin/activate\n"
    )


def test_after_an_interruption_the_next_run_goes_on(place: Place) -> None:
    shutil.rmtree(place.venv)
    with installing(place) as process:
        process.terminate()
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert [outcome["status"] for outcome in json.loads(out)["outcomes"]] == ["aborted", "skipped"]
    assert "one" in place.needs()
    place.mend()
    assert place.has("alpha") == "1.1.0"


def installing(place: Place) -> subprocess.Popen[str]:
    """A `ws install` whose Poetry is at work."""
    command = [sys.executable, "-m", "ws", "install", "--events", "events.jsonl"]
    events = place.root / "events.jsonl"
    events.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*command, "--format", "json"],
        cwd=place.root,
        env=place.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    while not events.exists() or '"step"' not in events.read_text():
        assert process.poll() is None
        time.sleep(0.02)
    return process


def test_a_poetry_that_a_killed_ws_has_left_at_work_is_waited_for(place: Place) -> None:
    shutil.rmtree(place.venv)
    with installing(place) as process:
        process.kill()
    ran = place.ws("install", "--format", "json")
    assert "programs of a ws that was killed are still at work here" in ran.stderr
    outcome = json.loads(ran.stdout)["outcomes"][0]
    assert (outcome["member"], outcome["status"]) == ("one", "done")
    assert outcome["reason"] == "made anew: the last install did not come to its end"
    assert place.needs() == {}
