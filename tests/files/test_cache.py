"""What is remembered is never trusted over the file, and deleting it changes nothing but time."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import re
import resource
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ws.files import cache, origin
from ws.files.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TICK = 20_000_000
"""Twice the longest tick of a disk's clock here, in nanoseconds; in the code it is 3 s."""


class Worker:
    """Makes a text of a file's bytes, and counts how often."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, data: bytes) -> str:
        self.runs += 1
        return data.decode().upper()


class Watched(Cache):
    """A cache that tells which files it has read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "facts")
        self.read: list[str] = []

    def _read(self, path: str) -> tuple[cache._File, bytes]:
        self.read.append(path)
        return super()._read(path)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file, `a`, that says `one`."""
    monkeypatch.setattr(cache, "_TICK", TICK)
    (tmp_path / "a").write_text("one")
    return tmp_path


def after_a_tick() -> None:
    time.sleep(2 * TICK / 1e9)


def ask(root: Path, worker: Worker | None = None) -> tuple[str, list[str]]:
    """What a new process would be told of `a`, and what it had to read for it."""
    with Watched(root) as known:
        return known.remembered("a", "text", worker or Worker()), known.read


def stored(root: Path) -> Path:
    return root / ".ws" / "cache" / "facts.json"


def test_a_file_that_is_the_same_is_not_read_again(root: Path) -> None:
    worker = Worker()
    after_a_tick()
    assert ask(root, worker) == ("ONE", ["a"])
    assert ask(root, worker) == ("ONE", [])
    assert worker.runs == 1


def test_a_file_that_was_only_touched_is_read_but_not_worked_out_again(root: Path) -> None:
    worker = Worker()
    ask(root, worker)
    after_a_tick()
    os.utime(root / "a")
    after_a_tick()
    assert ask(root, worker) == ("ONE", ["a"])
    assert ask(root, worker) == ("ONE", [])
    assert worker.runs == 1


def test_a_file_of_this_very_moment_is_compared_by_content(root: Path) -> None:
    """It may change again within one tick of the disk's clock, and then looks the same."""
    assert ask(root) == ("ONE", ["a"])
    assert ask(root) == ("ONE", ["a"])
    after_a_tick()
    assert ask(root) == ("ONE", ["a"])
    assert ask(root) == ("ONE", [])


def same_size_and_time(path: Path) -> None:
    before = path.stat()
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced_by_another(path: Path) -> None:
    before = path.stat()
    other = path.with_name("other")
    other.write_text("two")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(path)


def linked_to_another(path: Path) -> None:
    before = path.stat()
    other = path.with_name("other")
    other.write_text("two")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    path.unlink()
    path.symlink_to(other)


CHANGES = [same_size_and_time, replaced_by_another, linked_to_another]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("pause", [after_a_tick, lambda: None], ids=["later", "at once"])
def test_every_change_is_seen_whatever_size_and_time_say(
    change: Callable[[Path], None], pause: Callable[[], None], root: Path
) -> None:
    pause()
    assert ask(root)[0] == "ONE"
    change(root / "a")
    assert ask(root)[0] == "TWO"
    assert ask(root)[0] == "TWO"


def test_each_kind_is_worked_out_by_itself(root: Path) -> None:
    with Cache(root, "facts") as known:
        assert known.remembered("a", "text", bytes.decode) == "one"
        assert known.remembered("a", "size", len) == 3
    with Cache(root, "facts") as known:
        assert known.remembered("a", "size", len) == 3
        assert known.remembered("a", "text", bytes.decode) == "one"


def test_what_comes_out_is_the_same_the_first_time_as_the_second(root: Path) -> None:
    for _ in range(2):
        with Cache(root, "facts") as known:
            assert known.remembered("a", "pair", lambda data: (1, data.decode())) == [1, "one"]
            assert known.by_content("key", lambda: {"of": ("a", None)}) == {"of": ["a", None]}


def test_what_json_cannot_hold_is_worked_out_each_time(root: Path) -> None:
    day = dt.date(2026, 1, 2)
    for _ in range(2):
        with Cache(root, "facts") as known:
            assert known.remembered("a", "day", lambda _: {"day": day}) == {"day": day}
            assert known.by_content("day", lambda: day) == day


def test_what_a_file_with_credentials_says_is_not_written_down(root: Path) -> None:
    (root / "a.txt").write_text('url = "https://bob:s3cret@host/simple"')
    (root / "b.txt").write_text('url = "ssh://git@host/b.git"\nmail = "bob <bob@host>"')
    worker = Worker()
    for _ in range(2):
        with Cache(root, "facts") as remembered:
            for name in ("a.txt", "b.txt"):
                remembered.remembered(name, "upper", worker)
    assert worker.runs == 3
    assert "s3cret" not in (root / ".ws/cache/facts.json").read_text().lower()


def test_a_file_that_is_not_there_is_an_error_though_it_was_there(root: Path) -> None:
    ask(root)
    (root / "a").unlink()
    with pytest.raises(FileNotFoundError):
        ask(root)


def test_what_goes_wrong_is_told_each_time_and_the_rest_is_kept(root: Path) -> None:
    def broken(data: bytes) -> None:
        raise ValueError(data)

    def work() -> None:
        with Cache(root, "facts") as known:
            known.remembered("b", "text", bytes.decode)
            known.remembered("a", "text", broken)

    (root / "b").write_text("b")
    for _ in range(2):
        with pytest.raises(ValueError, match="one"):
            work()
    assert '"text":"b"' in stored(root).read_text()


def test_a_result_is_kept_under_its_key(root: Path) -> None:
    with Cache(root, "facts") as known:
        key = f"{known.digest('a')} loud"
        assert known.by_content(key, lambda: "ONE!") == "ONE!"
    with Cache(root, "facts") as known:
        assert known.by_content(key, lambda: "never called") == "ONE!"
        assert known.digest("a") in key


def test_nothing_is_written_where_nothing_is_new(root: Path) -> None:
    after_a_tick()
    ask(root)
    before = stored(root).stat()
    ask(root)
    assert stored(root).stat() == before
    assert (root / ".ws" / ".gitignore").read_text() == "*\n"


def test_files_that_are_gone_are_forgotten(root: Path) -> None:
    (root / "b").write_text("b")
    with Cache(root, "facts") as known:
        known.remembered("a", "text", bytes.decode)
        known.remembered("b", "text", bytes.decode)
    (root / "a").unlink()
    (root / "b").write_text("c")
    with Cache(root, "facts") as known:
        known.remembered("b", "text", bytes.decode)
    assert list(json.loads(stored(root).read_text().split("\n")[1])["files"]) == ["b"]


def test_of_results_that_nobody_asks_for_the_oldest_are_forgotten(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_SPARE_RESULTS", 2)
    for keys in ("abcd", "a", "ax"):
        with Cache(root, "facts") as known:
            for key in keys:
                known.by_content(key, lambda: 1)
    assert list(json.loads(stored(root).read_text().split("\n")[1])["results"]) == list("cdax")


DAMAGE: dict[str, tuple[str, str]] = {
    "truncated": (r"(?s)(.{9}).*", r"\1"),
    "cut off after the head": (r"(?s)\n.*", ""),
    "no JSON": (r"\{", "<"),
    "nested without end": (r"(?s)\n.*", "\n" + "[" * 100_000),
    "without files": ('"files"', '"piles"'),
    "a list of files": (r'"files":\{.*\},"results"', '"files":[1],"results"'),
    "files of another form": (r'"a":\[.*\}\]', '"a":1'),
    "of another version": (r'^\["0\.', '["9.'),
}
"""What is found in the text, and what is put there instead."""


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_cannot_be_read_or_is_of_another_version_is_ignored(damage: str, root: Path) -> None:
    after_a_tick()
    ask(root)
    good = stored(root).read_text()
    assert ask(root)[1] == []
    broken = re.sub(*DAMAGE[damage], good)
    assert broken != good
    stored(root).write_text(broken)
    assert ask(root) == ("ONE", ["a"])
    assert ask(root) == ("ONE", [])


def test_what_is_no_text_is_ignored(root: Path) -> None:
    ask(root)
    stored(root).write_bytes(b"\xff\xfe")
    assert ask(root) == ("ONE", ["a"])


def test_a_cache_that_was_copied_from_elsewhere_is_ignored(root: Path) -> None:
    """Such as one that somebody has committed."""
    ask(root)
    forged = stored(root).read_text().replace("ONE", "NO!")
    (root / "copy").write_text(forged)
    (root / "copy").replace(stored(root))
    assert ask(root)[0] == "ONE"


def test_code_that_was_edited_believes_nothing_of_before(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path_factory.mktemp("package") / "__init__.py"
    monkeypatch.setattr("ws.__file__", str(module))
    look = origin._code.__wrapped__  # noqa: SLF001 - each time, not once in a process
    monkeypatch.setattr(origin, "_code", look)
    module.write_text("A = 1\n")
    after_a_tick()
    assert ask(root) == ("ONE", ["a"])
    assert ask(root) == ("ONE", [])
    module.write_text("A = 2\n")
    assert ask(root) == ("ONE", ["a"])


def test_a_disk_whose_clock_is_not_ours_proves_nothing(root: Path) -> None:
    after_a_tick()
    ask(root)
    assert ask(root) == ("ONE", [])
    written = stored(root).stat().st_mtime_ns
    os.utime(stored(root), ns=(written, written - 2_000_000_000))
    assert ask(root) == ("ONE", ["a"])


def test_where_nothing_can_be_made_all_goes_on_without(root: Path) -> None:
    (root / ".ws").touch()
    assert ask(root) == ("ONE", ["a"])
    assert ask(root) == ("ONE", ["a"])


def test_where_the_folder_leads_out_of_the_workspace_nothing_is_written(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / ".ws").symlink_to(outside)
    assert ask(root) == ("ONE", ["a"])
    assert list(outside.iterdir()) == []


def test_a_full_disk_leaves_what_was_there(root: Path) -> None:
    ask(root)
    before = stored(root).read_bytes()
    (root / "a").write_text("two")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # no file may grow beyond that
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            (root / "proof").write_bytes(b"x" * 101)
        assert ask(root)[0] == "TWO"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert stored(root).read_bytes() == before
    assert [path.name for path in stored(root).parent.iterdir()] == ["facts.json"]


def test_an_interruption_writes_nothing(root: Path) -> None:
    def work() -> None:
        with Cache(root, "facts") as known:
            known.remembered("a", "text", bytes.decode)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not stored(root).exists()


def test_several_at_once_leave_a_whole_file(root: Path) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            with Cache(root, "facts") as known:
                assert known.remembered("a", "text", bytes.decode) == "one"
                assert known.by_content(f"{number}-{turn}", lambda: "x" * 10_000)[0] == "x"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert [path.name for path in stored(root).parent.iterdir()] == ["facts.json"]
    assert ask(root)[0] == "one"


def test_what_a_killed_process_has_left_is_removed_after_a_minute(root: Path) -> None:
    ask(root)
    for name, age in (("old", 61), ("young", 10)):
        left = stored(root).with_name(f".facts.json.{name}")
        left.touch()
        os.utime(left, (time.time() - age,) * 2)
    (root / "a").write_text("two")
    ask(root)
    names = sorted(path.name for path in stored(root).parent.iterdir())
    assert names == [".facts.json.young", "facts.json"]


def test_only_its_owner_may_read_it(root: Path) -> None:
    """It repeats what stands in files that others may perhaps not read."""
    ask(root)
    assert stored(root).stat().st_mode & 0o777 == 0o600


def test_it_may_be_deleted(root: Path) -> None:
    ask(root)
    shutil.rmtree(root / ".ws")
    assert ask(root) == ("ONE", ["a"])
