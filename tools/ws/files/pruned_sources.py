"""What lies in a member's folder and belongs into a build context: somebody's work, no secret."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.errors import Where, WorkError
from ws.files.ignored import Ignored
from ws.model.pruned import PrunedFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ws.formats.dockerignore import Dockerignore

_NEVER = frozenset({".git", ".venv"})


class Sources:
    """The files of members; all paths are relative to the root."""

    def __init__(
        self,
        root: Path,
        dockerignore: Dockerignore,
        without: Collection[str] = (),
        *,
        all_of_git: bool = False,
    ) -> None:
        """Passed over is what `dockerignore` or git ignores, and the folders `without`.

        With `all_of_git`, what git ignores is taken like everything else.
        """
        self._root = root.resolve()
        self._dockerignore = dockerignore
        self._without = frozenset(without)
        self._git = None if all_of_git else Ignored(root)
        self.left_out: list[str] = []
        """What was passed over for git's sake alone; folders have a slash at their end."""

    def files(self, folder: str, named: Collection[str]) -> tuple[PrunedFile, ...]:
        """The files below a folder, sorted by path, with those that are `named` in any case.

        `named` are paths or globs, relative to the folder. Links that stay in the folder remain
        links. Raises `WorkError` for one that leads outside, and for what cannot be read.
        """
        top = self._root / folder
        try:
            found = set(self._below(folder))
            for pattern in named:
                for path in top.glob(pattern):
                    if path.is_file() or path.is_symlink():
                        found.add(path.relative_to(self._root).as_posix())
            return tuple(self._file(path, top.resolve()) for path in sorted(found))
        except OSError as error:
            raise self._unreadable(error, folder) from error

    def _below(self, folder: str) -> Iterator[str]:
        with os.scandir(self._root / folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            path = entry.name if folder == "." else f"{folder}/{entry.name}"
            if entry.name in _NEVER or path in self._without:
                continue
            ignored = self._dockerignore.ignores(path)
            if entry.is_dir(follow_symlinks=False):
                is_environment = os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
                hidden = ignored and not self._dockerignore.excepted_below(path)
                if is_environment or hidden:
                    continue
                if self._git and self._git.folder(path):
                    self.left_out.append(f"{path}/")
                else:
                    yield from self._below(path)
            elif not ignored and (entry.is_file() or entry.is_symlink()):
                if self._git and self._git.file(path):
                    self.left_out.append(path)
                else:
                    yield path

    def one(self, path: str) -> PrunedFile:
        """A file, whatever ignores it; a link is what it leads to. Raises `WorkError`."""
        try:
            full = self._root / path
            return PrunedFile(path, full.read_bytes(), os.access(full, os.X_OK))
        except OSError as error:
            raise self._unreadable(error, path) from error

    def _file(self, path: str, top: Path) -> PrunedFile:
        full = self._root / path
        if not full.is_symlink():
            return PrunedFile(path, full.read_bytes(), os.access(full, os.X_OK))
        target = os.readlink(full)
        if os.path.isabs(target) or not full.resolve().is_relative_to(top):
            raise WorkError(
                f"this link leads to {target}, outside of what is copied",
                rule="docker/link",
                where=Where(path),
                hint="put a copy there, or leave it out: a line in .dockerignore",
            )
        return PrunedFile(path, os.fsencode(target), link=True)

    def _unreadable(self, error: OSError, folder: str) -> WorkError:
        path = str(error.filename or folder).removeprefix(f"{self._root}{os.sep}")
        return WorkError(
            f"cannot read this: {error.strerror}",
            rule="file/read",
            where=Where(path.replace(os.sep, "/")),
            hint="check that its permissions let you read it",
        )
