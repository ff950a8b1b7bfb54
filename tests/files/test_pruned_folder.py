"""The folder of `--out`: what lies beside what was written survives whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from ws.errors import WorkError
from ws.files.pruned_folder import BUNDLE, marked, replace
from ws.model.pruned import PrunedFile

BEFORE = marked(BUNDLE, [PrunedFile("a", b"before")])
AFTER = marked(BUNDLE, [PrunedFile("a", b"after")])


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A bundle that was unpacked and used: it has volumes."""
    folder = tmp_path / "bundle"
    replace(folder, BEFORE, BUNDLE)
    (folder / ".ws/volumes").mkdir(parents=True)
    (folder / ".ws/volumes/model").write_text("weights")
    return folder


def found(folder: Path) -> tuple[list[str], str, str]:
    """What lies beside a folder, what was written into it, and what is in its volume."""
    beside = sorted(path.name for path in folder.parent.iterdir())
    return beside, (folder / "a").read_text(), (folder / ".ws/volumes/model").read_text()


def test_volumes_stay_where_a_bundle_is_written_anew(used: Path) -> None:
    assert replace(used, AFTER, BUNDLE)
    assert found(used) == (["bundle"], "after", "weights")


@pytest.mark.parametrize(("renames", "says"), [(0, "before"), (1, "before"), (2, "after")])
def test_volumes_stay_where_the_writing_is_interrupted(
    used: Path, monkeypatch: pytest.MonkeyPatch, renames: int, says: str
) -> None:
    rename = Path.rename
    done: list[Path] = []

    def interrupted(path: Path, target: Path) -> Path:
        if len(done) < renames:
            done.append(rename(path, target))
        if len(done) == renames:
            monkeypatch.setattr(Path, "rename", rename)
            raise KeyboardInterrupt
        return target

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace(used, AFTER, BUNDLE)
    assert found(used) == (["bundle"], says, "weights")


def test_a_folder_whose_volumes_cannot_move_is_as_it_was(
    used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.name == ".ws":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(WorkError, match="Permission denied"):
        replace(used, AFTER, BUNDLE)
    assert found(used) == (["bundle"], "before", "weights")
