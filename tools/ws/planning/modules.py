"""Which member an imported name belongs to."""

from __future__ import annotations

import posixpath
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.sources import Layout, Source


class _Module(NamedTuple):
    name: str
    words: frozenset[bytes]
    """Its parts: a file that imports it mentions them all."""


class Modules:
    """What each member installs, from the layouts by member name."""

    def __init__(self, layouts: Mapping[str, Layout]) -> None:
        self._owners: dict[str, list[str]] = {}
        self._by_last_word: dict[bytes, list[_Module]] = {}
        for member, layout in layouts.items():
            for name in layout.modules:
                if name.split(".")[0] not in sys.stdlib_module_names:  # Python finds its own first
                    self._owners.setdefault(name, []).append(member)
        for name in self._owners:
            words = name.encode().split(b".")
            module = _Module(name, frozenset(words))
            self._by_last_word.setdefault(words[-1], []).append(module)

    def of(self, member: str) -> list[str]:
        """The modules that a member installs."""
        return [name for name, owners in self._owners.items() if member in owners]

    def named(self, name: str) -> str:
        """The module of a member that a dotted name is, or lies in; empty if there is none."""
        return next((prefix for prefix in _prefixes(name) if prefix in self._owners), "")

    def owners(self, module: str) -> list[str]:
        """The members that install a module; two may, though only one can be imported."""
        return self._owners.get(module, [])

    def mentioned(self, words: set[bytes]) -> set[str]:
        """The members that a file of these words may import from."""
        return {
            owner
            for word in self._by_last_word.keys() & words
            for module in self._by_last_word[word]
            if module.words <= words
            for owner in self._owners[module.name]
        }


def is_own(layout: Layout, source: Source, module: str) -> bool:
    """Whether a file means its own member's module of that name, not another member's.

    What is installed is imported from the folder of its package; tests and scripts see the folders
    they lie in besides, as pytest and Python have it.
    """
    bases = list(layout.bases)
    if not source.runs:
        bases += ["", "src", *_above(source.path)]
    namespaces = {prefix for own in layout.modules for prefix in _prefixes(own) if prefix != own}
    return any(
        f"{stem}.py" in layout.files or f"{stem}/__init__.py" in layout.files
        for prefix in _prefixes(module)
        if prefix not in namespaces
        for base in bases
        for stem in [posixpath.join(base, *prefix.split("."))]
    )


def _prefixes(name: str) -> Iterator[str]:
    """`a.b.c`, `a.b`, `a`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _above(path: str) -> Iterator[str]:
    while path:
        path = posixpath.dirname(path)
        yield path
