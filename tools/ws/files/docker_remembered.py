"""Build contexts for many Dockerfiles: what the disk said once is not asked again in the same run.

Five hundred Dockerfiles copy the same few shared packages from the same context.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.files.docker_context import DiskContext

if TYPE_CHECKING:
    from pathlib import Path


class Contexts:
    """The contexts of a workspace at one moment."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[tuple[str, str], DiskContext] = {}
        self._of: dict[tuple[str, str], DiskContext] = {}

    def of(self, folder: str, dockerfile: str) -> DiskContext:
        """The context of a Dockerfile; both paths are relative to the workspace root.

        Dockerfiles that are built from one folder, and have no ignore file of their own, share it.
        """
        known = self._of.get((folder, dockerfile))
        if known is None:
            own = _Remembered(self._root, folder, dockerfile)
            known = self._made.setdefault((folder, own.ignore_file), own)
            self._of[folder, dockerfile] = known
        return known


class _Remembered(DiskContext):
    """A context that answers the same question from memory."""

    def __init__(self, root: Path, folder: str, dockerfile: str) -> None:
        super().__init__(root, folder, dockerfile)
        self._exist: dict[str, bool] = {}
        self._folders: dict[str, bool] = {}
        self._links: dict[str, str] = {}

    def exists(self, path: str) -> bool:
        if path not in self._exist:
            self._exist[path] = super().exists(path)
        return self._exist[path]

    def is_folder(self, path: str) -> bool:
        if path not in self._folders:
            self._folders[path] = super().is_folder(path)
        return self._folders[path]

    def link(self, path: str) -> str:
        if path not in self._links:
            self._links[path] = super().link(path)
        return self._links[path]
