"""A member's files under another name, for `ws new --like`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.model.plan import NewFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ws.planning.naming import Names


class Renaming:
    """Replaces one member's names, in all their spellings, and its folder, by another's.

    `shared-python`, `shared_python`, `shared python`, `Shared Python`, `SharedPython`,
    `SHARED_PYTHON` are spellings of one name. One of a single word could be any word: only whole
    ones are replaced, as written or with a capital. What a `chunker-worker` calls itself counts
    too, where it cannot mean anything else: `"chunker"`, `Chunker`, `test_chunker`. The names of
    other members stay, even where this one's name is part of them.
    """

    def __init__(
        self, old: Names, new: Names, folders: tuple[str, str], others: Iterable[str] = ()
    ) -> None:
        short = new.short_name.replace("-", "_")
        kept = [other for other in others if other not in old]
        rules: dict[str, tuple[str, Callable[[str], str]]] = {
            "kept": (_whole(kept), lambda text: text),
            "folder": (_whole([folders[0]] if "/" in folders[0] else []), lambda _: folders[1]),
            "name": (_names(old), lambda text: _spelt_like(text, new.import_name)),
            "short": (_short_names(old), lambda text: _spelt_like(text, short)),
            "quoted": (_quoted(old), lambda _: new.short_name),
        }
        self._new = {group: replaced for group, (_, replaced) in rules.items()}
        self._pattern = re.compile(
            "|".join(f"(?P<{group}>{pattern})" for group, (pattern, _) in rules.items() if pattern)
        )

    def text(self, text: str) -> str:
        """The text with the names replaced."""
        return self._pattern.sub(lambda found: self._new[found.lastgroup or ""](found[0]), text)

    def files(self, files: Iterable[NewFile]) -> tuple[NewFile, ...]:
        """The files with the names replaced, in paths too; what is no text only has a new path."""
        return tuple(
            NewFile(
                self.text(file.path),
                file.data if file.text is None else self.text(file.text).encode(),
                file.executable,
            )
            for file in files
        )


def _names(old: Names) -> str:
    both = dict.fromkeys((old.name.replace("-", "_"), old.import_name))
    return "|".join(
        _anywhere(name.split("_")) if "_" in name.strip("_") else _whole_word(name) for name in both
    )


def _short_names(old: Names) -> str:
    """A worker's name without `-worker`; empty if that is no other name."""
    short = old.short_name
    if short in old:
        return ""
    if "-" in short:
        return _anywhere(short.split("-"))
    return rf"(?:(?<=\btest_){short}|(?<![\w.-]){short.capitalize()})(?![\w-])"


def _quoted(old: Names) -> str:
    """The same as a string of its own."""
    short = old.short_name
    return "" if short in old or "-" in short else rf"""(?<=["']){short}(?=["'])"""


def _anywhere(words: list[str]) -> str:
    """A name of several words, with whatever between them and in whatever case."""
    joined = "|".join(separator.join(words) for separator in ("-", "_", " ", ""))
    return rf"(?<![A-Za-z0-9])(?i:{joined})(?![a-z0-9])"


def _whole_word(word: str) -> str:
    return rf"(?:(?<![\w.-])|(?<=\btest_))(?:{word}|{word.capitalize()})(?![\w-])"


def _whole(literals: list[str]) -> str:
    """Exactly these, not as a part of a longer word; the longest first. Empty for none."""
    inside = "|".join(map(re.escape, sorted(literals, key=len, reverse=True)))
    return rf"(?<![\w-])(?:{inside})(?![\w-])" if literals else ""


def _spelt_like(old: str, new: str) -> str:
    """A new name (`with_underscores`) with the separators and the capitals that the old one has."""
    words = new.split("_")
    separator = next((each for each in "-_ " if each in old), "")
    if old.isupper():
        return (separator or "_").join(words).upper()
    if old.islower():
        return (separator or "_").join(words)
    titled = [word.capitalize() for word in words]
    if not separator:
        return "".join(titled if old[0].isupper() else (words[0], *titled[1:]))
    last = old.rpartition(separator)[2]
    return separator.join(titled if last[0].isupper() else (titled[0], *words[1:]))
