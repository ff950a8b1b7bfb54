from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws.errors import WorkError
from ws.files.store import Store
from ws.model.plan import NewFile


@pytest.fixture
def store(tmp_path: Path) -> Store:
    root = tmp_path / "root"
    root.mkdir()
    return Store(root)


def fault(store: Store, path: str, before: str | None, after: str) -> tuple[str, str]:
    with pytest.raises(WorkError) as raised:
        store.write(path, before, after)
    assert raised.value.where is not None
    assert raised.value.where.path == path
    return raised.value.rule, raised.value.reason


def test_a_file_is_replaced_as_a_whole_and_nothing_else_is_left(store: Store) -> None:
    (store.root / "a.toml").write_text("old")
    assert store.write("a.toml", "old", "new")
    assert {path.name: path.read_text() for path in store.root.iterdir()} == {"a.toml": "new"}


@settings(max_examples=30)
@given(st.text(), st.text())
def test_what_is_written_is_read_again_byte_for_byte(before: str, after: str) -> None:
    """Line endings too."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.replace("a.toml", before.encode())
        assert store.write("a.toml", before, after) == (before != after)
        assert store.read("a.toml") == after.encode()


def test_an_unchanged_file_is_not_touched(store: Store) -> None:
    path = store.root / "a.toml"
    path.write_text("same")
    before = path.stat()
    assert not store.write("a.toml", "same", "same")
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o444])
def test_the_mode_stays(mode: int, store: Store) -> None:
    path = store.root / "a.toml"
    path.write_text("old")
    path.chmod(mode)
    store.write("a.toml", "old", "new")
    assert path.stat().st_mode & 0o7777 == mode


def test_a_new_file_gets_the_mode_that_the_umask_gives(store: Store) -> None:
    before = os.umask(0o027)
    try:
        store.replace("a.toml", b"new")
    finally:
        os.umask(before)
    assert (store.root / "a.toml").stat().st_mode & 0o7777 == 0o640


def test_a_file_that_was_changed_in_the_meantime_is_left_alone(store: Store) -> None:
    (store.root / "a.toml").write_text("theirs")
    assert fault(store, "a.toml", "old", "new") == (
        "write/changed",
        "the file was changed by somebody else in the meantime; it was left alone",
    )
    assert store.read("a.toml") == b"theirs"


def test_what_a_killed_run_has_left_beside_a_file_goes_with_the_next_write(store: Store) -> None:
    for name in (".a.1-22", ".a.mine-1", ".b.1-22"):
        (store.root / name).write_text("left")
    store.replace("a", b"new")
    assert sorted(path.name for path in store.root.iterdir()) == [".a.mine-1", ".b.1-22", "a"]


def test_a_file_that_was_deleted_in_the_meantime_stays_deleted(store: Store) -> None:
    assert fault(store, "a.toml", "old", "new")[0] == "write/changed"
    assert store.read("a.toml") is None


def test_a_file_that_does_not_exist_yet_is_made_with_the_folders_above_it(store: Store) -> None:
    assert store.write("a/b/c.toml", None, "")
    assert store.read("a/b/c.toml") == b""


def test_a_file_that_somebody_made_in_the_meantime_is_left_alone(store: Store) -> None:
    (store.root / "a.toml").write_text("theirs")
    assert fault(store, "a.toml", None, "new")[0] == "write/changed"
    assert store.read("a.toml") == b"theirs"


FILES = (NewFile("pyproject.toml", b"[project]\n"), NewFile("src/run", b"#!", executable=True))


def tree(store: Store) -> dict[str, bytes]:
    """All files below the root, and the empty folders."""
    return {
        path.relative_to(store.root).as_posix(): path.read_bytes() if path.is_file() else b"empty"
        for path in store.root.rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


@pytest.mark.parametrize("there_already", [".", "a", "a/b", "a/b/c"])
def test_a_folder_is_made_with_all_its_files_and_nothing_else(
    there_already: str, store: Store
) -> None:
    (store.root / there_already).mkdir(parents=True, exist_ok=True)
    store.make_folder("a/b/c", FILES)
    assert tree(store) == {"a/b/c/pyproject.toml": b"[project]\n", "a/b/c/src/run": b"#!"}
    assert os.access(store.root / "a/b/c/src/run", os.X_OK)
    assert not os.access(store.root / "a/b/c/pyproject.toml", os.X_OK)


def test_a_folder_that_somebody_put_something_into_is_left_alone(store: Store) -> None:
    store.write("a/theirs", None, "theirs")
    with pytest.raises(WorkError, match="something was put into this folder by somebody else"):
        store.make_folder("a", FILES)
    assert tree(store) == {"a/theirs": b"theirs"}


def test_a_folder_below_a_file_cannot_be_made(store: Store) -> None:
    store.write("a", None, "theirs")
    with pytest.raises(WorkError, match="Not a directory"):
        store.make_folder("a/b", FILES)
    assert tree(store) == {"a": b"theirs"}


def test_a_folder_behind_a_link_out_of_the_root_is_not_made(store: Store) -> None:
    (store.root / "a").symlink_to(store.root.parent)
    with pytest.raises(WorkError, match="outside the workspace"):
        store.make_folder("a/b", FILES)
    assert not (store.root.parent / "b").exists()


@pytest.mark.parametrize("there_already", [".", "a/b"])
def test_a_folder_whose_making_fails_is_not_there_at_all(there_already: str, store: Store) -> None:
    (store.root / there_already).mkdir(parents=True, exist_ok=True)
    before = tree(store)
    with pytest.raises(WorkError, match="File name too long"):
        store.make_folder("a/b", (*FILES, NewFile("x" * 300, b"")))
    assert tree(store) == before


def test_what_came_to_its_place_already_is_taken_back_when_the_rest_cannot(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, too; the manifest, given first, comes last, so that no half member is ever found."""
    (store.root / "a").mkdir()
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if target == store.root / "a" / "pyproject.toml":
            assert (store.root / "a" / "src").exists()
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.make_folder("a", FILES)
    assert tree(store) == {"a": b"empty"}


def test_a_link_within_the_root_is_followed_and_stays(store: Store) -> None:
    (store.root / "real.toml").write_text("old")
    (store.root / "link.toml").symlink_to("real.toml")
    store.write("link.toml", "old", "new")
    assert (store.root / "link.toml").is_symlink()
    assert (store.root / "real.toml").read_text() == "new"


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_out_of_the_root_is_left_alone(linked: str, store: Store) -> None:
    outside = store.root.parent / "outside"
    outside.mkdir()
    (outside / "a.toml").write_text("old")
    path = {"file": "a.toml", "folder": "x/a.toml"}[linked]
    (store.root / path.split("/")[0]).symlink_to(
        outside / "a.toml" if linked == "file" else outside
    )
    assert fault(store, path, "old", "new") == (
        "write/outside-root",
        "this lies outside the workspace, behind a link; it was left alone",
    )
    with pytest.raises(WorkError, match="outside the workspace"):
        store.delete(path)
    assert (outside / "a.toml").read_text() == "old"


def test_a_path_out_of_the_root_is_left_alone(store: Store) -> None:
    (store.root.parent / "a.toml").write_text("old")
    assert fault(store, "../a.toml", "old", "new")[0] == "write/outside-root"
    assert (store.root.parent / "a.toml").read_text() == "old"


def test_what_cannot_be_read_or_written_is_a_fault(store: Store) -> None:
    (store.root / "folder").mkdir()
    assert fault(store, "folder", "", "new") == (
        "file/read",
        "cannot read the file: Is a directory",
    )
    with pytest.raises(WorkError, match="cannot write the file: No such file or directory"):
        store.replace("nowhere/a.toml", b"new")
    with pytest.raises(WorkError, match="cannot delete the file: Is a directory"):
        store.delete("folder")


def test_a_missing_file_is_none_and_deleting_it_is_nothing(store: Store) -> None:
    assert store.read("a.toml") is None
    assert store.read("a/b/c.toml") is None
    store.delete("a.toml")


def test_a_file_is_deleted(store: Store) -> None:
    (store.root / "a.toml").write_text("old")
    store.delete("a.toml")
    assert list(store.root.iterdir()) == []


FULL_DISK = """
import resource, sys
from pathlib import Path
from ws.errors import WorkError
from ws.files.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Store(Path(sys.argv[1])).write("a.toml", "old", "new" * 1000)
except WorkError as error:
    sys.exit(error.reason)
"""


def test_a_write_that_fails_leaves_the_old_content_and_nothing_else(store: Store) -> None:
    (store.root / "a.toml").write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, store.root], capture_output=True, text=True, check=False
    )
    assert done.stderr == "cannot write the file: File too large\n"
    assert {path.name: path.read_text() for path in store.root.iterdir()} == {"a.toml": "old"}


def test_memory_lies_in_a_folder_that_git_ignores(store: Store) -> None:
    path = store.memory("logs", "lock", "chat.log")
    assert path == store.root / ".ws" / "logs" / "lock" / "chat.log"
    assert path.parent.is_dir()
    assert not path.exists()
    assert (store.root / ".ws" / ".gitignore").read_text() == "*\n"


def test_memory_that_cannot_be_made_is_a_fault(store: Store) -> None:
    (store.root / ".ws").touch()
    with pytest.raises(WorkError, match=r"cannot write the file: (File exists|Not a directory)"):
        store.memory("logs", "x.log")


HOLDER = """
import sys
from pathlib import Path
from ws.files.store import Store
with Store(Path(sys.argv[1])).exclusive(print):
    print("held", flush=True)
    sys.stdin.read()
    (Path(sys.argv[1]) / "ended").touch()
"""


def hold(store: Store) -> subprocess.Popen[str]:
    """Another process that holds the lock until its standard input ends."""
    command = [sys.executable, "-c", HOLDER, str(store.root)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_a_second_ws_waits_for_the_first_one_and_says_so_once(store: Store) -> None:
    said = []
    with hold(store) as other:

        def waiting(message: str) -> None:
            said.append(message)
            assert not (store.root / "ended").exists()
            assert other.stdin is not None
            other.stdin.close()

        with store.exclusive(waiting):
            assert (store.root / "ended").exists()
    assert said == ["another ws is at work in this workspace: waiting for it to end"]


def test_a_ws_that_was_killed_keeps_nobody_waiting(store: Store) -> None:
    with hold(store) as other:
        other.kill()
        other.wait()
    with store.exclusive(pytest.fail):
        pass


def test_one_ws_after_the_other_does_not_wait(store: Store) -> None:
    for _ in range(2):
        with store.exclusive(pytest.fail):
            pass


def test_a_file_that_was_changed_in_the_meantime_is_not_deleted(store: Store) -> None:
    store.write("a.toml", None, "mine")
    store.delete("a.toml", "mine")
    store.delete("a.toml", "mine")  # somebody was faster: it is gone, as was wanted
    store.write("a.toml", None, "theirs")
    with pytest.raises(WorkError, match="the file was changed by somebody else"):
        store.delete("a.toml", "mine")
    assert store.read("a.toml") == b"theirs"
