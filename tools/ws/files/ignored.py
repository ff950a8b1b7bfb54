"""What git ignores, as its `.gitignore` files say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec


class Ignored:
    """The `.gitignore` files of the root, of the folders below it, and of those above it in git."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._top = _git_top(self._root)
        self._specs: dict[str, GitIgnoreSpec | None] = {}

    def folder(self, path: str) -> bool:
        """Whether git ignores the folder at `path` (relative to the root) by a rule of its own.

        A deeper file decides before a higher one, as in git; what lies below an ignored folder is
        ignored with it and need not be asked for.
        """
        full = os.path.join(self._root, path)
        above = full
        while above not in (self._top, os.path.dirname(above)):
            above = os.path.dirname(above)
            spec = self._spec(above)
            if spec is not None:
                relative = os.path.relpath(full, above).replace(os.sep, "/")
                included = spec.check_file(f"{relative}/").include
                if included is not None:
                    return included
        return False

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            self._specs[folder] = _read(os.path.join(folder, ".gitignore"))
        return self._specs[folder]


def _read(path: str) -> GitIgnoreSpec | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    from pathspec import GitIgnoreSpec  # costs start-up; only a repository with rules needs it

    return GitIgnoreSpec.from_lines(lines)


def _git_top(root: str) -> str:
    """The folder of the repository that `root` lies in, or `root` itself outside of one."""
    folder = root
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return root
        folder = parent
    return folder
