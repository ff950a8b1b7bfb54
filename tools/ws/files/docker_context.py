"""A build context as it lies on the disk, less what a `.dockerignore` keeps from the builder."""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from ws.formats import dockerignore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ws.formats.dockerignore import Dockerignore

_WILD = re.compile(r"[*?\[\\]")
_DEEPEST = 40
"""Links that are followed: as many as Linux does."""


class DiskContext:
    """The files of a folder that a build of one Dockerfile can see (`ws.model.image.Context`)."""

    def __init__(self, root: Path, folder: str, dockerfile: str) -> None:
        """`folder` and `dockerfile` are relative to the workspace `root`."""
        self.folder = folder
        self._root = root
        self._top = os.path.join(root, folder)
        self._dockerfile = dockerfile
        self._followed: dict[str, str] = {}
        self._targets: dict[str, str] = {}

    @cached_property
    def ignore_file(self) -> str:
        """The ignore file that applies, relative to the workspace root; empty for none."""
        names = dockerignore.candidates(self._dockerfile, "" if self.folder == "." else self.folder)
        there = (name for name in names if os.path.isfile(os.path.join(self._root, name)))
        return next(there, "")

    @cached_property
    def ignored(self) -> Dockerignore:
        """What it says; nothing is ignored where there is none."""
        if not self.ignore_file:
            return dockerignore.read("")
        path = os.path.join(self._root, self.ignore_file)
        with open(path, encoding="utf-8", errors="replace") as file:
            return dockerignore.read(file.read())

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder at a path relative to the context."""
        real = self._follow(path)
        return os.path.lexists(os.path.join(self._top, real)) and self._is_there(path, real)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        real = self._follow(path)
        return os.path.isdir(os.path.join(self._top, real)) and self._is_there(path, real)

    def link(self, path: str) -> str:
        """Where a symbolic link at a path leads, as written; empty where there is none."""
        folder, name = posixpath.split(path)
        target = self._target(posixpath.normpath(posixpath.join(self._follow(folder), name)))
        return target if target and self._is_sent(path) else ""

    def glob(self, pattern: str) -> Sequence[str]:
        """The paths that a pattern of Go's `filepath.Match` names, sorted."""
        found = [""]
        for part in posixpath.normpath(pattern).strip("/").split("/"):
            found = [
                posixpath.join(folder, name) for folder in found for name in self._in(folder, part)
            ]
        return sorted(path for path in found if self._is_sent(path))

    def hides(self, path: str) -> str:
        """What keeps a path, or a module below it, from the builder: `src in line 2 of FILE`.

        Empty where nothing does, or there is no such path.
        """
        top = os.path.join(self._top, path)
        below = (
            posixpath.join(path, os.path.relpath(folder, top).replace(os.sep, "/"), name)
            for folder, _, names in os.walk(top)
            for name in sorted(names)
            if name.endswith(".py")
        )
        for one in (path, *below) if os.path.lexists(top) else ():
            decisive = self.ignored.decisive(one)
            if decisive is not None and not decisive.exception:
                return f"{decisive.text} in line {decisive.line} of {self.ignore_file}"
        return ""

    def _in(self, folder: str, part: str) -> list[str]:
        """The names in a folder that a pattern without slashes matches."""
        if not _WILD.search(part):
            return [part] if os.path.lexists(os.path.join(self._top, folder, part)) else []
        matches = dockerignore.of_names(part)
        if matches is None:
            return []
        try:
            return [name for name in os.listdir(os.path.join(self._top, folder)) if matches(name)]
        except OSError:
            return []

    def _follow(self, path: str, depth: int = 0) -> str:
        """A path without links: for BuildKit none leaves the context (`FollowLinks` of fsutil)."""
        path = posixpath.normpath(path)
        if path == "." or path.startswith("../") or path == ".." or depth > _DEEPEST:
            return path
        if path not in self._followed:
            folder, name = posixpath.split(path)
            folder = self._follow(folder, depth)
            at = posixpath.normpath(posixpath.join(folder, name))
            if target := self._target(at):
                inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                self._followed[path] = self._follow(inside or ".", depth + 1)
            else:
                self._followed[path] = at
        return self._followed[path]

    def _target(self, at: str) -> str:
        """Where a link leads whose folders are none, as written; empty where there is no link."""
        if at not in self._targets:
            try:
                self._targets[at] = os.readlink(os.path.join(self._top, at))
            except (OSError, ValueError):  # no link, or nothing at all; a NUL is in no path
                self._targets[at] = ""
        return self._targets[at]

    def _is_there(self, path: str, real: str) -> bool:
        """Whether a path, and what it leads to, lie in the context and are sent."""
        if path == ".." or path.startswith("../"):
            return False
        return self._is_sent(path) and (path == real or self._is_sent(real))

    def _is_sent(self, path: str) -> bool:
        """An ignored folder is there all the same where an exception may name a part of it."""
        if not self.ignored.ignores(path):
            return True
        exceptions = (each.text for each in self.ignored.patterns if each.exception)
        below = f"{posixpath.normpath(path)}/"
        return os.path.isdir(os.path.join(self._top, path)) and any(
            text.startswith(below) or _WILD.search(text.partition("/")[0]) for text in exceptions
        )
