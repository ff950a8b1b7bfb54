"""Texts in which git left a merge to a person: both sides of it.

git writes `<<<<<<<`, `=======` and `>>>>>>>` around what both sides changed, and `|||||||` before
what stood there before, where `merge.conflictStyle` is `diff3` or `zdiff3`. A merge of several
bases may leave conflicts in there, too: their markers are longer, so they are none here.
Source: git-merge(1), "How conflicts are presented"; gitattributes(5), "conflict-marker-size".
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MARKER = re.compile(rb"(<{7}|\|{7}|={7}|>{7})(?:[ \t][^\n]*)?\r?\n?")
_ANY = re.compile(rb"^(?:<{7}|>{7}|={7})", re.MULTILINE)
_OURS, _BASE, _MIDDLE, _THEIRS = b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"
_BEFORE = {_OURS: (b"",), _BASE: (_OURS,), _MIDDLE: (_OURS, _BASE), _THEIRS: (_MIDDLE,)}
"""Which marker may stand before each, none being the first one's."""


class Sides(NamedTuple):
    """Both sides of a merge, each as the whole text would be had it won every conflict."""

    ours: bytes
    theirs: bytes


class ConflictError(ValueError):
    """The markers make no conflicts that one could tell the sides of; the message says why."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def first_marker(text: bytes) -> int | None:
    """The line in which a merge was first left to a person; `None` if that is nowhere."""
    if not _ANY.search(text):
        return None  # most texts, in a hundredth of the time
    return next((n for n, line in enumerate(_lines(text), 1) if _marker(line)), None)


def split(text: bytes) -> Sides:
    """Both sides of a text, line ends kept; the same twice where there is no conflict.

    Raises `ConflictError` for markers out of order, one conflict inside another among them.
    """
    ours: list[bytes] = []
    theirs: list[bytes] = []
    takers = {b"": (ours, theirs), _OURS: (ours,), _BASE: (), _MIDDLE: (theirs,)}
    inside = b""
    begun = number = 0
    for number, line in enumerate(_lines(text), 1):
        marker = _marker(line)
        if not marker:
            for taker in takers[inside]:
                taker.append(line)
        elif inside not in _BEFORE[marker]:
            raise ConflictError(_misplaced(marker, inside, begun), number)
        else:
            inside = b"" if marker == _THEIRS else marker
            begun = number if marker == _OURS else begun
    if inside:
        raise ConflictError(f"the conflict that begins in line {begun} has no end", number)
    return Sides(b"".join(ours), b"".join(theirs))


def _lines(text: bytes) -> list[bytes]:
    """The lines as git sees them: a newline ends one, a lone carriage return does not."""
    return re.findall(rb"[^\n]*\n|[^\n]+\Z", text)


def _marker(line: bytes) -> bytes:
    found = _MARKER.fullmatch(line)
    return found[1] if found else b""


def _misplaced(marker: bytes, inside: bytes, begun: int) -> str:
    if not inside:
        return f"{marker.decode()} stands outside a conflict"
    if marker == _OURS:
        return f"a conflict begins inside the one that begins in line {begun}"
    return f"{marker.decode()} stands where the conflict of line {begun} cannot have it"
