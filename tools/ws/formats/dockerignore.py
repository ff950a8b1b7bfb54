"""`.dockerignore`: which paths of a build context are not sent, and which such file applies.

As Docker matches (github.com/moby/patternmatcher, with its `ignorefile`; the walk over a context is
that of BuildKit's fsutil): Go's `filepath.Match` with `**` added, the last pattern that matches
decides, and what matches a folder matches all that is in it. In older engines (measured with 20.10)
`**b` does not match `ab`, and see `hangs_on_engine`.
"""

from __future__ import annotations

import re
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.dockerfile_expansion import SPACES
from ws.model.docker import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Container

_SPECIAL = ".+()|{}$"
_SIGN = re.compile(r"\*\*/?|\*|\?|\\.?|[^*?\\]", re.DOTALL)
_CHUNK = re.compile(r"\[\^/\]\*((?:[^/\[(.\\]|\\.|\[\^/\](?!\*))+)(?=\[\^/\]\*)")
"""In an expression, what stands between two stars of one name: the first that fits will do."""
_ENDS = re.compile(r"\\.|[^\\-]", re.DOTALL)
_RANGE = re.compile(r"(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?", re.DOTALL)


class Pattern(NamedTuple):
    """One line of the file."""

    text: str
    """As it is matched: without the `!`, blanks and slashes around it."""
    line: int
    exception: bool
    """Whether it keeps what a line before leaves out: `!`."""
    matches: Callable[[str], bool]
    """Whether a path matches, its folders left aside."""


class Dockerignore:
    """The patterns of one file, in order."""

    def __init__(self, patterns: tuple[Pattern, ...], problems: tuple[Problem, ...] = ()) -> None:
        self.patterns = patterns
        self.problems = problems
        """What makes a builder refuse the file; the rest of it is matched."""
        self._folders: dict[str, tuple[bool, ...]] = {}

    def ignores(self, path: str) -> bool:
        """Whether a path, relative to the context's root with forward slashes, is not sent."""
        decisive = self.decisive(path)
        return decisive is not None and not decisive.exception

    def decisive(self, path: str) -> Pattern | None:
        """The pattern that decides about a path; `None` where none matches it."""
        path = normpath(path).strip("/")
        if path == ".":
            return None
        found = [p for p, hit in zip(self.patterns, self._hits(path), strict=True) if hit]
        return found[-1] if found else None

    def hangs_on_engine(self, path: str) -> bool:
        """Whether an older engine (20.10) may answer otherwise about a path.

        In a folder that is left out, it looks for no more unless the text of an exception begins
        with that folder: after `*`, `!**/*.py` keeps only what lies at the root. And it lets a
        pattern match by a folder that was not in question itself: `a/b`, then `!a`, keeps `a/b`.
        """
        parts = normpath(path).strip("/").split("/")
        folders = ["/".join(parts[:end]) for end in range(1, len(parts))]
        if self.ignores(path):
            return not self._ignored_by_any(["/".join(parts), *folders])
        return self._ignored_by_any(["/".join(parts), *folders]) or any(
            self.ignores(folder) and not self.excepted_below(folder) for folder in folders
        )

    def _ignored_by_any(self, paths: list[str]) -> bool:
        """The answer where each pattern is asked for a path and its folders anew."""
        ignored = False
        for pattern in self.patterns:
            if pattern.exception == ignored and any(pattern.matches(path) for path in paths):
                ignored = not ignored
        return ignored

    def excepted_below(self, folder: str) -> bool:
        """Whether an exception names something in a folder."""
        return any(p.exception and f"{p.text}/".startswith(f"{folder}/") for p in self.patterns)

    def _hits(self, path: str) -> tuple[bool, ...]:
        """Which patterns match a path: in itself, or since they match the folder that it is in."""
        folder = path.rpartition("/")[0]
        above = self._of_folder(folder) if folder else ()
        hits, ignored = [], False
        for index, pattern in enumerate(self.patterns):
            # A pattern that could change nothing is not asked, and so does not match in a folder.
            asked = pattern.exception == ignored
            hit = bool(above and above[index]) or (asked and pattern.matches(path))
            hits.append(hit)
            ignored = not pattern.exception if hit else ignored
        return tuple(hits)

    def _of_folder(self, folder: str) -> tuple[bool, ...]:
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = self._hits(folder)
        return known


def read(text: str) -> Dockerignore:
    """What a `.dockerignore` says; lines that a builder refuses are in `problems`."""
    patterns: list[Pattern] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if line.startswith("#") or not line.strip(SPACES):
            continue
        written = line.strip(SPACES)
        exception = written.startswith("!")
        cleaned = _cleaned(written[exception:].strip(SPACES))
        matches = _matching(cleaned) if cleaned and "\0" not in cleaned else None
        if matches is None:
            problems.append(Problem(number, f"{written} is no pattern"))
        else:
            patterns.append(Pattern(cleaned, number, exception, matches))
    return Dockerignore(tuple(patterns), tuple(problems))


def candidates(dockerfile: str, context: str) -> tuple[str, str]:
    """The ignore files that may apply to a build, the one that wins first.

    The path of the Dockerfile, that of the context's root (empty: the workspace root), and those
    given back are relative to the workspace root. Docker's reference, "Filename and location".
    """
    return f"{dockerfile}.dockerignore", normpath(join(context, ".dockerignore"))


def applying(dockerfile: str, context: str, files: Container[str]) -> str | None:
    """The one of the `candidates` that applies where `files` are those that exist, if any does."""
    return next((name for name in candidates(dockerfile, context) if name in files), None)


def of_names(pattern: str) -> Callable[[str], object] | None:
    """What tells whether a name matches a pattern of Go's `filepath.Match` without slashes.

    `None` for a pattern that a builder refuses ("syntax error in pattern"): as here, a range such
    as `[z-a]` is one to it. Takes linear time for each `*`.
    """
    if not _well_formed(pattern):
        return None
    chunks, at = [""], 0
    while at < len(pattern):
        start, sign = at, pattern[at]
        at = _after_set(pattern, at + 1) if sign == "[" else at + 1 + (sign == "\\")
        if sign == "*":
            chunks.append("")
        elif sign == "[":
            chunks[-1] += _set(pattern[start + 1 : at - 1])
        else:
            chunks[-1] += "[^/]" if sign == "?" else re.escape(pattern[at - 1])
    # Whatever follows, what stands between two stars may be the first that fits.
    first, *inner = chunks
    between = "".join(f"(?>[^/]*?{chunk})" for chunk in inner[:-1] if chunk)
    regex = first + between + "".join(f"[^/]*{chunk}" for chunk in inner[-1:])
    try:
        return re.compile(regex, re.DOTALL).fullmatch
    except re.error:
        return None


def is_pattern(path: str) -> bool:
    """Whether a builder takes a path with `*`, `?` and `[...]` in its names."""
    return all(of_names(name) is not None for name in path.split("/"))


def _set(inside: str) -> str:
    negated = inside.startswith("^")
    parts = (
        "-".join(re.escape(one.removeprefix("\\") or one) for one in _ENDS.findall(found[0]))
        for found in _RANGE.finditer(inside, negated)
    )
    return f"[{'^' * negated}{''.join(parts)}]"


def _cleaned(pattern: str) -> str:
    """Go's `filepath.Clean`, without the slash at the beginning."""
    if not pattern:
        return ""
    cleaned = normpath(pattern)
    return cleaned.lstrip("/") or "/"


def _matching(pattern: str) -> Callable[[str], bool] | None:
    """What tells whether a path matches; `None` for a pattern that is malformed."""
    if not _well_formed(pattern):
        return None
    regex, kind = _regex(pattern)
    if kind == "exact":
        return pattern.__eq__
    if kind == "prefix":
        prefix = pattern[:-2]
        return lambda path: path.startswith(prefix)
    if kind == "suffix":
        suffix, alone = pattern[2:], pattern[3:] if pattern[2:3] == "/" else None
        return lambda path: path.endswith(suffix) or path == alone
    try:
        match = re.compile(regex, re.ASCII).fullmatch
    except re.error:
        return None
    return lambda path: match(path) is not None


def _regex(pattern: str) -> tuple[str, str]:
    """A pattern as a regular expression, and how its matching can be done without one."""
    parts: list[str] = []
    kind, at = "exact", 0
    while at < len(pattern):
        found = _SIGN.match(pattern, at)
        assert found is not None
        sign, start, at = found[0], at, found.end()
        if sign.startswith("**"):
            last = at == len(pattern)
            parts.append(".*" if last else "(?:.*/)?")
            only_here = last and kind == "exact"
            kind = "suffix" if start == 0 else "prefix" if only_here else "regex"
        else:
            parts.append(_part(sign))
            kind = kind if sign not in ("*", "?", "[", "]") and sign[0] != "\\" else "regex"
    regex = _without_sets_in_sets("".join(parts))
    return (regex if "[" in pattern else _CHUNK.sub(r"(?>[^/]*?\1)", regex)), kind


def _part(sign: str) -> str:
    if sign in ("*", "?"):
        return "[^/]*" if sign == "*" else "[^/]"
    return f"\\{sign}" if sign in _SPECIAL else sign


def _without_sets_in_sets(regex: str) -> str:
    """The same expression, with what Python would take for sets of a later version escaped."""
    parts, inside = [], False
    for part in re.findall(r"\\.|.", regex, re.DOTALL):
        parts.append(f"\\{part}" if inside and part in "[&~|" else part)
        inside = (inside or part == "[") and part != "]"
    return "".join(parts)


def _well_formed(pattern: str) -> bool:
    """Whether Go's `filepath.Match` takes a pattern: escapes and ranges end, and say something."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "[":
            at = _after_set(pattern, at + 1)
            if at < 0:
                return False
        elif pattern[at] == "\\":
            at += 2
        else:
            at += 1
    return at == len(pattern)


def _after_set(pattern: str, at: int) -> int:
    """Where a set such as `[^a-z]` ends, from after its bracket; -1 where it is malformed."""
    at += pattern[at : at + 1] == "^"
    first = at
    while at < len(pattern) and (at == first or pattern[at] != "]"):
        found = _RANGE.match(pattern, at)
        if found is None:
            return -1
        at = found.end()
    return at + 1 if at < len(pattern) else -1
