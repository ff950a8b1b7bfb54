"""When `ws install` has something to do, and when not: each way in which an environment goes stale.

One workspace for all of it and for each engine; each test breaks something, and `ws` mends it.
What one engine alone does is tested with that one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.conftest import member
from tests.integration.conftest import BUILD, program
from tests.integration.place import CODE, FILES, SHARED, Place, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("socket_enabled")

ENGINES = ("poetry", "uv")
only_poetry = pytest.mark.parametrize("engine", ["poetry"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of the workspace."""
    program(request.param)
    return str(request.param)


@pytest.fixture(scope="module")
def build(
    engine: str, index: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Mapping[str, str]], Place]:
    """Write a workspace and lock it; its engine is the one that is tested."""

    def build(files: Mapping[str, str]) -> Place:
        root = tmp_path_factory.mktemp("workspace")
        for name, text in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
        with (root / "workspace.toml").open("a") as file:
            file.write(f'[install]\nengine = "{engine}"\n')
        environ = os.environ | {
            "WS_POETRY": str(program("poetry")),
            "POETRY_PYPI_MIRROR_URL": f"{index}/",
            "POETRY_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
            "UV_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
            "PIP_INDEX_URL": f"{index}/",
        }
        place = Place(root, environ, engine, [])
        ran = place.ws("lock")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return place

    return build


@pytest.fixture(scope="module")
def made(build: Callable[[Mapping[str, str]], Place]) -> Place:
    return build(FILES)


@pytest.fixture
def place(made: Place) -> Place:
    """The workspace, all installed."""
    manifest = made.root / "shared/pyproject.toml"
    if manifest.read_text() != SHARED:
        manifest.write_text(SHARED)
    if made.fresh != [snapshot(made.root)] and made.needs():
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


def test_a_dependency_that_a_shared_package_gets_is_installed_after_it_is_locked(
    place: Place,
) -> None:
    manifest = place.root / "shared/pyproject.toml"
    manifest.write_text(SHARED.replace('"^3.11"\n', '"^3.11"\nbeta = "^1.0"\n'))
    ran = place.ws("install", "--filter", "one")
    assert ran.returncode == 1
    assert "✗ one failed: " in ran.stdout
    assert "beta" in ran.stdout
    assert place.ws("lock").returncode == 0
    assert place.needs()["one"].startswith("brought up to date: its lock has changed")
    place.mend()
    assert list(place.site.glob("beta-1.0.0.dist-info"))


def test_a_shared_package_with_another_name_stops_the_member_until_it_is_named_so(
    place: Place,
) -> None:
    manifest, own = place.root / "shared/pyproject.toml", place.root / "one/pyproject.toml"
    before = own.read_text()
    manifest.write_text(SHARED.replace('name = "shared"', 'name = "common"'))
    ran = place.ws("install", "--filter", "one")
    assert ran.returncode == 1
    assert "✗ one failed: " in ran.stdout
    assert "common" in ran.stdout
    own.write_text(before.replace("shared =", "common ="))
    packages = 'packages = [{include = "shared.py"}]\n'
    manifest.write_text(SHARED.replace('name = "shared"\n', f'name = "common"\n{packages}'))
    try:
        assert place.ws("lock").returncode == 0
        assert "one" in place.needs()
        place.mend("--sync")
        names = {path.name for path in place.site.glob("*.dist-info")}
        assert {"common-0.1.0.dist-info"} <= names
        assert "shared-0.1.0.dist-info" not in names
        assert place.runs("hello") == "hello"
    finally:
        own.write_text(before)


def test_a_dist_info_without_record_is_half_an_install_and_the_environment_is_made_anew(
    place: Place,
) -> None:
    next(place.site.glob("alpha-*.dist-info/RECORD")).unlink()
    assert place.needs() == {"one": "made anew: an install was killed, and has left half of alpha"}
    place.mend()
    assert place.has("alpha") == "1.1.0"
    assert not list((place.root / ".ws").glob("trash/*"))


def test_a_workspace_that_was_moved_gets_new_environments(place: Place, tmp_path: Path) -> None:
    moved = place._replace(root=tmp_path / "moved", fresh=[])
    shutil.copytree(place.root, moved.root, symlinks=True)
    assert moved.needs() == dict.fromkeys(
        ("shared", "one"), "made anew: the workspace was moved or copied"
    )
    moved.mend("--filter", "one...")
    assert moved.runs("hello") == "hello"
    assert str(place.root) not in (moved.venv / "bin/hello").read_text()


def test_a_member_that_was_moved_gets_a_new_environment(place: Place) -> None:
    (place.root / "one").rename(place.root / "two")
    moved = place.root / "two/.venv"
    try:
        assert place.needs() == {"one": "made anew: it was moved here from one"}
        place.mend()
        said = next(moved.glob("lib/python*/site-packages/one-*.dist-info/direct_url.json"))
        assert json.loads(said.read_text())["url"] == (place.root / "two").as_uri()
        assert str(place.root / "two") in (moved / "bin/activate").read_text()
    finally:
        (place.root / "two").rename(place.root / "one")


@pytest.mark.parametrize("name", ["one", "shared"])
def test_a_pth_file_that_was_emptied_by_hand_is_filled(place: Place, name: str) -> None:
    link = place.site / f"{name}.pth"
    before = link.read_text()
    link.write_text("")
    assert place.needs() == {"one": f"brought up to date: {name}.pth was changed by hand"}
    place.mend()
    assert link.read_text() == before


@pytest.mark.parametrize(("name", "file"), [("one", "direct_url.json"), ("shared", "METADATA")])
def test_what_is_gone_of_an_editables_dist_info_comes_back(
    place: Place, name: str, file: str
) -> None:
    lost = place.site / f"{name}-0.1.0.dist-info" / file
    before = lost.read_text()
    lost.unlink()
    assert place.needs() == {"one": f"brought up to date: {name} was installed anew by hand"}
    place.mend()
    assert lost.read_text() == before
    assert place.runs("hello") == "hello"


def test_other_settings_of_poetrys_are_looked_at(place: Place) -> None:
    settings = place.root / "one/poetry.toml"
    settings.write_text("[virtualenvs]\nprompt = 'mine'\n")
    assert place.needs() == {"one": "made anew: its poetry.toml has changed"}
    place.mend()
    settings.unlink()
    assert place.needs() == {"one": "made anew: its poetry.toml has changed"}


@only_poetry
def test_what_poetry_does_not_manage_is_left_alone(place: Place) -> None:
    """virtualenv's pip has a RECORD that names files which never were."""
    assert list(place.site.glob("pip-*.dist-info"))
    (place.root / "one/poetry.toml").write_text("[virtualenvs.options]\nno-pip = false\n")
    assert place.needs() == {"one": "made anew: its poetry.toml has changed"}
    place.mend()
    assert list(place.site.glob("pip-*.dist-info"))


def test_an_install_by_hand_is_no_harm(place: Place) -> None:
    place.poetry("install")
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
    assert cells[1][:3] == ["one", place.engine, "1 installed"]
    assert cells[2] == ["shared", "-", "nothing", "-"]
    assert ran.stderr.endswith(
        "install: 1 installed, 1 had nothing to do\n"
        "next: poetry -C <member> run <program>, or . <member>/.venv/bin/activate\n"
    )


@only_poetry  # uv is done too soon; test_install_together.py interrupts both
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


@only_poetry
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


SETUP_PY = "from setuptools import setup\n\nsetup()\n"
SETUP_CFG = (
    "[metadata]\nname = old-style\nversion = 1.0\n\n[options]\npy_modules = old_style\n\n"
    "[options.entry_points]\nconsole_scripts =\n    old = old_style:hello\n"
)
OLD_STYLE = {
    "workspace.toml": '[workspace]\nmembers = ["one"]\n',
    "one/pyproject.toml": member(
        "one", f'old-style = {{path = "../old-style", develop = true}}\n{BUILD}'
    ),
    "one/one.py": "",
    "old-style/pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n'
    'build-backend = "setuptools.build_meta"\n',
    "old-style/setup.py": SETUP_PY,
    "old-style/setup.cfg": SETUP_CFG,
    "old-style/old_style.py": CODE,
}


def test_the_setup_files_of_a_package_of_setuptools_have_a_say(
    build: Callable[[Mapping[str, str]], Place], wheels: Path
) -> None:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels)]
    subprocess.run([*command, "setuptools"], check=True)
    place = build(OLD_STYLE)
    place.mend()
    assert place.runs("old") == "hello"

    scripts = "setup(entry_points={'console_scripts': ['oldest = old_style:bye']})"
    (place.root / "old-style/setup.py").write_text(SETUP_PY.replace("setup()", scripts))
    (place.root / "old-style/setup.cfg").write_text(SETUP_CFG.partition("[options.entry")[0])
    changed = "old-style's setup.cfg has changed; old-style's setup.py has changed"
    assert place.needs() == {"one": f"brought up to date: {changed}"}
    place.mend()
    assert place.runs("oldest") == "bye"
    assert not (place.venv / "bin/old").exists()


@pytest.mark.usefixtures("place")
def test_at_the_end_of_all_this_poetry_has_nothing_to_do(made: Place) -> None:
    assert "0 installs, 0 updates, 0 removals" in made.poetry("sync", "--dry-run")
