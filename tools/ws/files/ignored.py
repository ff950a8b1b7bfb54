"""Which folders and files git ignores, as its `.gitignore` files say."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from ws.model.globs import matches

if TYPE_CHECKING:
    from pathlib import Path

_TRAILING_SPACES = re.compile(r"(?<!\\) +$")
_PLAIN = re.compile(r"[\w.-]+")
_ESCAPED = re.compile(r"\\(.)")


class _Rule(NamedTuple):
    """One line of a `.gitignore`; its glob is relative to the folder of the file."""

    glob: str
    ignores: bool
    folders_only: bool
    name: str = ""
    """Of a rule about one name at any depth, as most are: a glob would take time."""

    def fits(self, path: str) -> bool:
        """Whether it is about what lies at `path`, relative to the folder of the file."""
        if self.name:
            return path == self.name or path.endswith(f"/{self.name}")
        return matches(path, self.glob)


class Ignored:
    """The `.gitignore` files of the root, of the folders below it, and of those above it in git."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._top = git_top(self._root)
        self._rules: dict[str, list[tuple[str, list[_Rule]]]] = {}

    def folder(self, path: str) -> bool:
        """Whether git ignores the folder at `path` (relative to the root) by a rule of its own.

        A deeper file decides before a higher one, a later line before an earlier one, as in git;
        what lies below an ignored folder is ignored with it and need not be asked for.
        """
        return self._decided(path, is_file=False)

    def file(self, path: str) -> bool:
        """The same of a file: rules that end in a slash are not about it."""
        return self._decided(path, is_file=True)

    def _decided(self, path: str, *, is_file: bool) -> bool:
        full = os.path.join(self._root, path)
        if full == self._top:
            return False
        for folder, rules in self._in_force(os.path.dirname(full)):
            relative = full.removeprefix(folder).replace(os.sep, "/")
            for rule in reversed(rules):
                if rule.fits(relative) and not (is_file and rule.folders_only):
                    return rule.ignores
        return False

    def _in_force(self, folder: str) -> list[tuple[str, list[_Rule]]]:
        """The rules for what lies in a folder, by the folder that has them, the deepest first."""
        if folder not in self._rules:
            above = os.path.dirname(folder)
            higher = [] if folder in (self._top, above) else self._in_force(above)
            own = self._own(folder)
            self._rules[folder] = [(os.path.join(folder, ""), own), *higher] if own else higher
        return self._rules[folder]

    def _own(self, folder: str) -> list[_Rule]:
        """The rules of a folder's own file; the repository's own exclude file comes first."""
        rules = _read(os.path.join(folder, ".gitignore"))
        if folder == self._top:
            rules = _read(os.path.join(folder, ".git", "info", "exclude")) + rules
        return rules


def _read(path: str) -> list[_Rule]:
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            lines = file.read().split("\n")
            return [_rule(line) for line in lines if line.strip(" ") and not line.startswith("#")]
    except OSError:
        return []


def _rule(line: str) -> _Rule:
    """What a line means (gitignore(5)); an empty one matches nothing."""
    line = _TRAILING_SPACES.sub("", line)
    glob = line.removeprefix("!").removesuffix("/")
    name = glob if _PLAIN.fullmatch(glob) else ""
    if "/" not in glob:
        glob = f"**/{glob}"
    if glob.endswith("/**"):
        glob = f"{glob}/*"  # what lies in a folder, not the folder itself
    glob = _ESCAPED.sub(lambda found: f"[{found[1]}]" if found[1] in "*?[" else found[1], glob)
    return _Rule(
        glob.removeprefix("/").replace("[^", "[!"),
        ignores=not line.startswith("!"),
        folders_only=line.endswith("/"),
        name=name,
    )


def git_top(root: str) -> str:
    """The folder of the repository that `root` lies in, or `root` itself outside of one."""
    folder = root
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return root
        folder = parent
    return folder
