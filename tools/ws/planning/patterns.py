"""Few and general patterns that choose exactly the folders that are wanted, and no others."""

from __future__ import annotations

import os.path
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WILD = re.compile(r"[*?\[]")
_NO_TEXT = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes in a name that are no UTF-8."""
_MANY = 8
"""How many patterns are better than one `**` at the root, which takes in whatever comes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Patterns of folders, and of those among them that are not meant."""

    patterns: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __contains__(self, path: str) -> bool:
        """Whether the folder at `path` is chosen."""
        return _any(path, self.patterns) and not _any(path, self.exclude)

    def __or__(self, other: Choice) -> Choice:
        """What either of them chooses, each pattern once."""
        patterns = dict.fromkeys((*self.patterns, *other.patterns))
        return Choice(tuple(patterns), tuple(dict.fromkeys((*self.exclude, *other.exclude))))

    @property
    def size(self) -> int:
        """How much there is to read."""
        return len(self.patterns) + len(self.exclude)


def patterns_for(wanted: Iterable[str], others: Iterable[str], *, least: int = 1) -> Choice:
    """Patterns that choose all of `wanted` and none of `others`, all relative to one folder.

    `least` is how many wanted folders, side by side, warrant a `*`; at the root it is two.
    """
    wanted, others = sorted(set(wanted)), sorted(set(others))
    below = _Search(wanted, least).below(".", [path for path in wanted if path != "."], others)
    root = Choice((".",) if "." in wanted and not _any(".", below.patterns) else ())
    patterns = (root | below).patterns
    exclude = _Exclusion(wanted).of([path for path in others if _any(path, patterns)])
    choice = Choice(patterns, exclude)
    if any((path in choice) is not (path in wanted) for path in (*wanted, *others)):
        raise AssertionError("patterns choose other folders than they should")  # pragma: no cover
    return choice


class _Search:
    """Finds patterns from the top down, always the shorter of two ways to say it."""

    def __init__(self, wanted: Sequence[str], least: int) -> None:
        self.exclusion = _Exclusion(wanted)
        self.least = least

    def below(self, folder: str, wanted: Sequence[str], others: Sequence[str]) -> Choice:
        """Patterns for `wanted`, all of which lie below `folder`.

        `others` are all of those there and that folder itself, if it is one.
        """
        choice = self._beside(folder, [path for path in wanted if _parent(path) == folder], others)
        deeper = dict.fromkeys(_child(path, folder) for path in wanted if _parent(path) != folder)
        if not deeper:
            return choice
        for child in deeper:
            inside = [path for path in wanted if path.startswith(f"{child}/")]
            choice |= self.below(child, inside, [p for p in others if _is_in(p, child)])
        whole = self._with(_join(folder, "**"), others)
        dear = whole.size + (_MANY if folder == "." else 0)
        return whole if dear < choice.size else choice

    def _beside(self, folder: str, wanted: Sequence[str], others: Sequence[str]) -> Choice:
        """Patterns for folders that lie side by side in `folder`."""
        if not wanted:
            return Choice()
        names = [posixpath.basename(path) for path in wanted]
        globs = ["*"] if len(names) >= max(self.least, 2 if folder == "." else 1) else []
        globs += _affixes(names)
        options = [self._with(_join(folder, glob), others) for glob in globs]
        return min((*options, Choice(tuple(map(literal, wanted)))), key=lambda found: found.size)

    def _with(self, pattern: str, others: Sequence[str]) -> Choice:
        """The pattern, with what must be said so that it chooses no others."""
        return Choice(
            (pattern,), self.exclusion.of([path for path in others if matches(path, pattern)])
        )


class _Exclusion:
    """Finds patterns of what is not wanted, and that spare what is."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = wanted
        self.above = {".", *(above for path in wanted for above in _upwards(path))}

    def of(self, others: Sequence[str]) -> tuple[str, ...]:
        """Patterns for all of `others` and none of the wanted; a general one where it saves."""
        left, found = list(others), []
        while left:
            best = max(
                self._ways(left[0]), key=lambda way: sum(matches(path, way) for path in left)
            )
            found.append(best)
            left = [path for path in left if not matches(path, best)]
        return tuple(found)

    def _ways(self, path: str) -> Iterator[str]:
        """The folder itself; all of the folder that it lies in; all folders of that name."""
        yield literal(path)
        inmost = next((above for above in _upwards(path) if _parent(above) in self.above), path)
        if inmost != path:
            yield f"{literal(inmost)}/**"
            everywhere = f"**/{literal(posixpath.basename(inmost))}/**"
            if not any(matches(path, everywhere) for path in self.wanted):
                yield everywhere


def literal(path: str) -> str:
    """A pattern that matches this path alone, whatever it holds; `?` for what no text can hold."""
    return _NO_TEXT.sub("?", _WILD.sub(r"[\g<0>]", path))


def _affixes(names: Sequence[str]) -> Iterator[str]:
    """Globs for names that end alike, or begin alike, up to a separator (`*-worker`)."""
    if len(names) > 1:
        tail = _head([name[::-1] for name in names])[::-1]
        head = _head(names)
        yield from [f"*{literal(tail)}"] if tail else []
        yield from [f"{literal(head)}*"] if head else []


def _head(names: Sequence[str]) -> str:
    """What all of the names begin with, up to the last separator in it."""
    alike = os.path.commonprefix(names)  # noqa: RUF071 - by characters, as is meant here
    found = re.match(r".*[-_.]", alike)
    return found[0] if found else ""


def _any(path: str, patterns: Iterable[str]) -> bool:
    return any(matches(path, pattern) for pattern in patterns)


def _upwards(path: str) -> Iterator[str]:
    """The folder and all above it, without the root."""
    while path != ".":
        yield path
        path = _parent(path)


def _parent(path: str) -> str:
    return posixpath.dirname(path) or "."


def _child(path: str, folder: str) -> str:
    """The folder directly in `folder` that `path` lies in."""
    return next(above for above in _upwards(path) if _parent(above) == folder)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _join(folder: str, glob: str) -> str:
    return glob if folder == "." else f"{literal(folder)}/{glob}"
