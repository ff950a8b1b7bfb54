"""From the globs of `workspace.toml` to the folders of the members."""

from __future__ import annotations

import os
import re
from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import ManifestError, Where, WsError
from ws.files.ignored import Ignored
from ws.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws.model.workspace import Settings

MANIFEST = "pyproject.toml"
NEVER = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Folders that are never looked into."""
_WILD = re.compile(r"[*?\[]")


class Found(NamedTuple):
    """A folder with a `pyproject.toml`."""

    path: str
    """Relative to the root, with forward slashes; `.` for the root itself."""
    dockerfiles: tuple[str, ...]
    explicit: bool
    """Whether a pattern without wildcards names it."""


def discover(root: Path, settings: Settings) -> tuple[list[Found], list[WsError]]:
    """The folders that the workspace's globs choose, sorted, and what is wrong with the globs.

    `*` and `?` match within one folder name, `**` any depth. Environments, `node_modules`, hidden
    folders and what git ignores are passed over, except where a pattern names a folder in full.
    A pattern that matches nothing, and a folder outside the root (behind a link, too), is a fault.
    """
    search = _Search(root, settings)
    found: dict[str, Found] = {}
    for pattern in settings.members:
        faults_before = len(search.faults)
        matches = list(search.matching(pattern))
        if not matches and len(search.faults) == faults_before:
            search.fault(
                "manifest/no-match",
                f'members: "{pattern}" matches no folder with a {MANIFEST}',
                search.where(pattern),
                "correct the pattern, or take it out",
            )
        for match in matches:
            if not (match.path in found and found[match.path].explicit):
                found[match.path] = match
    return [found[path] for path in sorted(found)], search.faults


def would_find(root: Path, settings: Settings, path: str) -> bool:
    """Whether a member in the folder at `path` would be found; the folder need not exist yet."""
    search = _Search(root, settings)
    return any(search.reaches(path, pattern) for pattern in settings.members)


class _Search:
    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.real_root = os.path.realpath(root)
        self.excluded = [_tidy(pattern, root) for pattern in settings.exclude]
        self.ignored = Ignored(root)
        self.faults: list[WsError] = []

    def where(self, pattern: str) -> Where:
        """Where a pattern stands."""
        from ws.formats.toml_places import line_of  # costs start-up; only a fault needs it

        index = self.settings.members.index(pattern)
        return Where("workspace.toml", line_of(self.settings.text, "workspace", "members", index))

    def fault(self, rule: str, reason: str, where: Where, hint: str) -> None:
        self.faults.append(ManifestError(reason, rule=rule, where=where, hint=hint))

    def matching(self, pattern: str) -> Iterator[Found]:
        """The folders that one pattern chooses."""
        if "\0" in pattern:
            return  # no folder has such a name, so it matches nothing
        tidy = _tidy(pattern, self.root)
        fixed = _fixed_part(tidy)
        if self._leaves_root(fixed):
            self._outside(f'members: "{pattern}"', fixed, self.where(pattern))
        elif fixed == tidy:
            yield from self._member(fixed, self._entries(fixed), fixed)
        else:
            yield from self._walk(fixed, tidy)

    def reaches(self, path: str, pattern: str) -> bool:
        """Whether one pattern chooses the folder at `path`, and the search for it comes there."""
        tidy = _tidy(pattern, self.root)
        folder = _fixed_part(tidy)
        if not matches(path, tidy) or self._is_excluded(path):
            return False
        if folder == tidy:
            return True
        way = path if folder == "." else path[len(folder) + 1 :]
        for name in [] if way in ("", ".") else way.split("/"):
            below = _join(folder, name)
            if self._is_environment(folder) or not self._is_walked(name, below):
                return False
            folder = below
        return not self._is_environment(folder)

    def _walk(self, path: str, pattern: str) -> Iterator[Found]:
        """All members that a glob chooses below `path`, and `path` itself.

        Links are not followed, so that nothing is found twice; one that leads out is a fault.
        """
        todo = [path]
        while todo:
            path = todo.pop()
            entries = self._entries(path)
            if any(entry.name == "pyvenv.cfg" for entry in entries):
                continue
            yield from self._member(path, entries, pattern)
            for entry in entries:
                below = _join(path, entry.name)
                if _is_folder(entry) and self._is_walked(entry.name, below):
                    if not entry.is_symlink():
                        todo.append(below)
                    elif self._leaves_root(below):
                        yield from self._member(below, self._entries(below), pattern, linked=True)

    def _member(
        self, path: str, entries: list[os.DirEntry[str]], pattern: str, *, linked: bool = False
    ) -> Iterator[Found]:
        """The folder at `path` itself, if it is a member; a fault if that lies outside the root.

        Where no link leads there (`linked`), it lies inside, and the disk need not be asked.
        """
        manifest = next((entry for entry in entries if entry.name == MANIFEST), None)
        if manifest is None or not matches(path, pattern) or self._is_excluded(path):
            return
        linked = linked or manifest.is_symlink()
        if linked and self._leaves_root(_join(path, MANIFEST)):
            self._outside("a member", path, Where(path))
        else:
            yield Found(path, _dockerfiles(path, entries), explicit=path == pattern)

    def _is_walked(self, name: str, path: str) -> bool:
        return not (name.startswith(".") or name in NEVER or self.ignored.folder(path))

    def _is_environment(self, path: str) -> bool:
        return (self.root / path / "pyvenv.cfg").exists()

    def _leaves_root(self, path: str) -> bool:
        real = os.path.realpath(self.root / path)
        return os.path.commonpath((real, self.real_root)) != self.real_root

    def _outside(self, what: str, path: str, where: Where) -> None:
        links = (self.root / path, self.root / path / MANIFEST)
        linked = " behind a link" if any(link.is_symlink() for link in links) else ""
        self.fault(
            "manifest/outside-root",
            f"{what} lies outside the workspace{linked}: {path}",
            where,
            "no member may lie outside the root: move it in, or exclude it",
        )

    def _is_excluded(self, path: str) -> bool:
        return any(matches(path, pattern) for pattern in self.excluded)

    def _entries(self, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self.root, path)) as entries:
                return sorted(entries, key=_name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            reason = f"cannot look into this folder: {error.strerror}"
            self.fault("file/read", reason, Where(path), "let yourself in, or exclude it")
            return []


_name = attrgetter("name")


def _dockerfiles(path: str, entries: list[os.DirEntry[str]]) -> tuple[str, ...]:
    return tuple(
        _join(path, entry.name)
        for entry in entries
        if (entry.name.startswith("Dockerfile") or entry.name.endswith(".Dockerfile"))
        and not entry.name.endswith(".dockerignore")
        and os.path.isfile(entry.path)
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _tidy(pattern: str, root: Path) -> str:
    """The pattern relative to the root, however it is written."""
    return os.path.relpath(root / pattern, root).replace(os.sep, "/")


def _fixed_part(pattern: str) -> str:
    """The folder above the first wildcard, so that nothing else is looked at."""
    fixed = takewhile(lambda part: not _WILD.search(part), pattern.split("/"))
    return "/".join(fixed) or "."
