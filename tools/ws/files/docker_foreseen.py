"""A build context as it will be: what is not written yet is there, and ignored as is to be."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.files.docker_context import DiskContext
from ws.formats import dockerignore

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class ForeseenContext(DiskContext):
    """The context of a Dockerfile after some files are written. It raises nothing."""

    def __init__(
        self, root: Path, folder: str, dockerfile: str, ignore: str, files: Collection[str]
    ) -> None:
        """All paths are relative to the workspace `root`.

        `files` are those that will be written, `ignore` is what the ignore file will say.
        """
        super().__init__(root, folder, dockerfile)
        self.ignored = dockerignore.read(ignore)
        relative = (posixpath.relpath(path, folder) for path in files)
        self._files = {path for path in relative if not path.startswith("../")}

    def exists(self, path: str) -> bool:
        """Whether there will be a file or folder at a path relative to the context."""
        return super().exists(path) or (
            self._is_sent(path)
            and (posixpath.normpath(path) in self._files or self._is_above(path))
        )

    def is_folder(self, path: str) -> bool:
        """Whether there will be a folder."""
        return super().is_folder(path) or (self._is_sent(path) and self._is_above(path))

    def _is_above(self, path: str) -> bool:
        return any(each.startswith(f"{posixpath.normpath(path)}/") for each in self._files)
