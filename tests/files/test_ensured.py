"""Nothing is remembered of a product that has changed since."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from ws.files import ensured
from ws.files.ensured import Remembered
from ws.files.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATHS = [".", "file", "folder", "folder/inside", "absent", "link"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder/inside", "folder/beside"):
        (tmp_path / name).write_text("text")
    (tmp_path / "link").symlink_to("file")
    Store(tmp_path).memory("x")
    return tmp_path


def note(root: Path, key: str = "key") -> None:
    seen = ensured.see(root, PATHS)
    assert seen is not None
    ensured.remember(Store(root), key, Remembered(seen, {"one": "1"}, {}, {"ok": True}))


def same_size(root: Path) -> None:
    (root / "file").write_text("TEXT")


def same_size_and_time(root: Path) -> None:
    before = (root / "file").stat()
    (root / "file").write_text("TEXT")
    os.utime(root / "file", ns=(before.st_atime_ns, before.st_mtime_ns))


def appeared(root: Path) -> None:
    (root / "absent").touch()


def beside(root: Path) -> None:
    (root / "folder/new").touch()


def gone(root: Path) -> None:
    (root / "folder/inside").unlink()


def led_elsewhere(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("folder/beside")


def replaced(root: Path) -> None:
    shutil.copy2(root / "file", root / "copy")
    (root / "copy").replace(root / "file")
    (root / "file").write_text("TEXT")


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize(
    "change",
    [same_size, same_size_and_time, appeared, beside, gone, led_elsewhere, replaced],
)
def test_every_change_is_seen(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], *, old: bool
) -> None:
    if old:
        time.sleep(0.05)  # some ticks of this disk's clock
        monkeypatch.setattr(ensured, "_TICK", 0)
    note(root)
    found = ensured.recall(root, "key")
    assert found is not None
    assert (found.images, found.data) == ({"one": "1"}, {"ok": True})
    change(root)
    assert ensured.recall(root, "key") is None


def test_another_question_and_another_version_have_no_answer(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(root)
    assert ensured.recall(root, "other") is None
    monkeypatch.setattr("ws.files.ensured.origin", lambda _status: ["another version"])
    assert ensured.recall(root, "key") is None


def test_a_copy_of_it_vouches_for_nothing(root: Path) -> None:
    note(root)
    (kept,) = (root / ".ws/ensure").glob("*.json")
    shutil.copy(kept, root / ".ws/copy")
    (root / ".ws/copy").replace(kept)
    assert ensured.recall(root, "key") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1, 2, 3, 4, 5, 6]", "nothing"])
def test_what_is_broken_is_forgotten(root: Path, text: str) -> None:
    note(root)
    (kept,) = (root / ".ws/ensure").glob("*.json")
    kept.write_text(text)
    assert ensured.recall(root, "key") is None


def test_a_change_within_one_tick_is_seen_by_the_content(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the disk's clock stood still, and no times told of a change."""
    monkeypatch.setattr(ensured, "identity", lambda status: [status.st_size])
    note(root)
    assert ensured.recall(root, "key")
    same_size(root)
    assert ensured.recall(root, "key") is None
    note(root)
    led_elsewhere(root)
    assert ensured.recall(root, "key") is None


def test_what_would_have_to_be_read_each_time_is_not_remembered(root: Path) -> None:
    (root / "file").write_bytes(bytes(5_000_000))
    assert ensured.see(root, PATHS) is None
