from __future__ import annotations

import base64
import contextlib
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from ws.files import stamps, venvs
from ws.files.environment import facts, integrity
from ws.files.orphans import waited_for
from ws.files.store import Store
from ws.model.environment import Environment, Inputs, Integrity, Stamp


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A small environment with one package and one editable one, of a member `one`."""
    venv = tmp_path / "one/.venv"
    site = venv / "lib/python3.11/site-packages"
    files = {
        "pyvenv.cfg": "home = /usr/bin\n",
        "bin/hello": "#!python\n",
        "lib/python3.11/site-packages/rich/__init__.py": "",
        "lib/python3.11/site-packages/shared.pth": "/repo/shared\n",
    }
    for name, text in files.items():
        (venv / name).parent.mkdir(parents=True, exist_ok=True)
        (venv / name).write_text(text)
    (venv / "bin/python").symlink_to(sys.executable)
    info(site, "rich-14.0", "rich/__init__.py,,\nrich/__pycache__/x.pyc,,\n")
    info(site, "shared-0.1.0", f"shared.pth,,\n../../../bin/hello,,\n{tmp_path}/precious,,\n")
    return venv


def info(site: Path, name: str, record: str) -> None:
    folder = site / f"{name}.dist-info"
    folder.mkdir()
    (folder / "METADATA").touch()
    (folder / "INSTALLER").write_text("poetry")
    own = "".join(f"{folder.name}/{file},,\n" for file in ("METADATA", "INSTALLER", "RECORD"))
    (folder / "RECORD").write_text(record + own)


def site_of(venv: Path) -> Path:
    return venv / "lib/python3.11/site-packages"


def test_the_facts_of_an_environment(venv: Path) -> None:
    site = site_of(venv)
    (site / "__pycache__").mkdir()
    python = Path(sys.executable).resolve()
    assert facts(str(venv)) == Environment(
        config="home = /usr/bin\n",
        python=(str(python), python.stat().st_size, python.stat().st_mtime_ns),
        scripts=frozenset({"hello", "python"}),
        packages=frozenset({"rich", "rich-14.0.dist-info", "shared.pth", "shared-0.1.0.dist-info"}),
        infos={path.name: path.stat().st_mtime_ns for path in site.glob("*.dist-info")},
        links={"shared.pth": "/repo/shared\n"},
    )


def test_no_environment_has_no_facts_and_a_broken_one_few(tmp_path: Path) -> None:
    assert facts(str(tmp_path / ".venv")) is None
    (tmp_path / ".venv").touch()
    assert facts(str(tmp_path / ".venv")) == Environment("", None, frozenset(), frozenset(), {}, {})


def test_integrity_is_that_of_the_files_in_each_record(venv: Path, tmp_path: Path) -> None:
    both = frozenset({"rich", "shared"})
    (tmp_path / "precious").touch()
    assert integrity(str(venv)) == Integrity(installed=both)
    (site_of(venv) / "rich/__init__.py").unlink()
    assert integrity(str(venv)) == Integrity(damaged=("rich",), installed=both)
    (site_of(venv) / "shared-0.1.0.dist-info/INSTALLER").unlink()
    assert integrity(str(venv)) == Integrity(("shared",), ("rich",), both)


def test_a_pth_file_that_does_not_say_what_its_record_says_is_damage(
    venv: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").touch()
    site = site_of(venv)
    digest = "sha256=_XF3vkM94gKgBF_qT1YjP1cNxFYaYfpVIk2PCZrXW2I"  # of another text
    record = site / "shared-0.1.0.dist-info/RECORD"
    record.write_text(record.read_text().replace("shared.pth,,", f"shared.pth,{digest},13"))
    both = frozenset({"rich", "shared"})
    assert integrity(str(venv)) == Integrity(damaged=("shared",), installed=both)
    data = hashlib.sha256((site / "shared.pth").read_bytes()).digest()
    right = f"sha256={base64.urlsafe_b64encode(data).decode().rstrip('=')}"
    record.write_text(record.read_text().replace(digest, right))
    assert integrity(str(venv)) == Integrity(installed=both)


def test_what_is_taken_out_lies_in_the_environment(venv: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    venvs.take_out(Store(tmp_path), "one/.venv", ["shared"])
    assert not (venv / "bin/hello").exists()
    assert sorted(path.name for path in site_of(venv).iterdir()) == ["rich", "rich-14.0.dist-info"]
    assert (tmp_path / "precious").exists()


def test_an_environment_is_moved_away_and_deleted_later(venv: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    venvs.set_aside(store, "one/.venv")
    assert not venv.exists()
    assert len(list((tmp_path / ".ws/trash").iterdir())) == 1
    venvs.sweep(store)
    assert not (tmp_path / ".ws/trash").exists()


def test_a_stamp_is_read_as_it_was_written_and_goes_with_the_environment(
    venv: Path, tmp_path: Path
) -> None:
    inputs = Inputs("poetry/1", "/w", "one", ("install",), {"a": "b"}, {"a": {"scripts": "c"}})
    environment = facts(str(venv))
    assert environment is not None
    others = inputs._replace(folder="two")
    assert stamps.read_stamps(tmp_path, "one/.venv") == {}
    assert not stamps.is_ours(tmp_path, "one/.venv")
    stamps.write_stamps(tmp_path, "one/.venv", {"one": inputs, "two": others}, environment)
    assert stamps.read_stamps(tmp_path, "one/.venv") == {
        "one": Stamp(inputs, environment),
        "two": Stamp(others, environment),
    }
    assert stamps.is_ours(tmp_path, "one/.venv")
    assert facts(str(venv)) == environment
    stamps.remove_stamps(tmp_path, "one/.venv")
    stamps.remove_stamps(tmp_path, "one/.venv")
    assert stamps.read_stamps(tmp_path, "one/.venv") == {}


@pytest.mark.parametrize("text", ["", "{}", "[2, [], []]", "[2, {}, 3]", "[0, 1, 2]", "\0"])
def test_a_stamp_that_cannot_be_read_is_none(text: str, venv: Path, tmp_path: Path) -> None:
    (venv / ".ws-stamp.json").write_text(text)
    assert stamps.read_stamps(tmp_path, "one/.venv") == {}


def test_a_marker_is_one_members_own(tmp_path: Path) -> None:
    marker = stamps.mark(Store(tmp_path), "workers/a")
    assert stamps.is_marked(tmp_path, "workers/a")
    assert not stamps.is_marked(tmp_path, "workers%2Fa")
    marker.unlink()
    assert not stamps.is_marked(tmp_path, "workers/a")


WAITING = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def test_programs_that_outlive_a_killed_ws_are_waited_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    told: list[str] = []
    with contextlib.suppress(ZeroDivisionError), waited_for(store, told.append) as held:
        child = subprocess.Popen(WAITING, stdin=subprocess.PIPE, pass_fds=held)
        _ = 1 / 0  # as sudden as a kill

    def end(text: str) -> None:
        told.append(text)
        child.communicate()

    with waited_for(store, end):
        assert child.poll() == 0
    assert told == ["programs of a ws that was killed are still at work here: waiting for them"]
