"""What is watched of a tree in which not everything may be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.files import watched

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_folder_that_may_not_be_read_is_watched_without_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("app", "data/pg/base"):
        (tmp_path / name).mkdir(parents=True)
    scandir = os.scandir

    def refuse(path: str) -> object:  # root, who may run this, may read everything
        if path.endswith("data/pg"):
            raise PermissionError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert {*watched.skeleton(tmp_path)} == {".git/info/exclude", ".", "app", "data", "data/pg"}
