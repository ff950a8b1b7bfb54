"""Constraints on versions, in the meaning that Poetry gives them (by poetry-core).

poetry-core is imported in each function: most runs find nothing to compare.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poetry.core.constraints.version import VersionConstraint


_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_BOUND = re.compile(rf"\s*(>=|<)\s*({_RELEASE.pattern})\s*")


def same(one: str, other: str) -> bool:
    """Whether two constraints allow the same versions."""
    return one == other or (_known(one, other) and bool(_constraint(one) == _constraint(other)))


def covers(wide: str, narrow: str) -> bool:
    """Whether the first constraint allows every version that the second one allows."""
    return wide == narrow or (
        _known(wide, narrow) and bool(_constraint(wide).allows_all(_constraint(narrow)))
    )


def admits(constraint: str, version: str) -> bool:
    """Whether a constraint allows a version; yes for what cannot be read, which others report."""
    if not constraint:
        return True
    plain = _plain(constraint, version)
    if plain is not None:
        return plain
    if not _known(constraint, version):
        return True
    return bool(_constraint(constraint).allows_all(_constraint(version)))


def published(version: str) -> str:
    """The range in which a package of this version may be exchanged for another (Poetry's caret).

    Empty for a version that cannot be read, such as one that is only known when it is built.
    """
    public = version.partition("+")[0]  # a local version may stand in no range (PEP 440)
    return specifier(f"^{public}") if version and _known(version) else ""


def widened(constraint: str, version: str) -> str:
    """The narrowest range that holds a constraint, and what a version's caret allows."""
    from poetry.core.constraints.version import VersionRange, parse_constraint

    caret = parse_constraint(f"^{version.partition('+')[0]}")
    whole = parse_constraint(constraint).union(caret)
    parts = getattr(whole, "ranges", [whole])
    lowest, highest = parts[0], parts[-1]
    return _specifier(
        VersionRange(lowest.min, highest.max, lowest.include_min, highest.include_max)
    )


def specifier(constraint: str) -> str:
    """A constraint of Poetry's as a PEP 440 specifier set; empty where none says the same."""
    return _specifier(_constraint(constraint)) if _known(constraint) else ""


def markers_cover(wide: str, narrow: str) -> bool:
    """Whether one PEP 508 marker holds wherever another one does; an empty one holds everywhere."""
    if not wide or wide == narrow:
        return True
    from poetry.core.version.markers import InvalidMarkerError, parse_marker

    try:
        one, other = parse_marker(wide), parse_marker(narrow)
    except InvalidMarkerError:
        return False
    return bool(one.is_any() or other.intersect(one) == other)


def python_marker(constraint: str) -> str:
    """A constraint on Python's version as a PEP 508 marker."""
    from poetry.core.packages.utils.utils import create_nested_marker

    return str(create_nested_marker("python_version", _constraint(constraint)))


def _plain(constraint: str, version: str) -> bool | None:
    """Whether a plain range such as `>=0.1,<0.2` holds a plain version; `None` for all others.

    Most ranges are that plain, and reading these takes a tenth of the time that importing
    poetry-core does.
    """
    bounds = [_BOUND.fullmatch(part) for part in constraint.split(",")]
    if not _RELEASE.fullmatch(version) or not all(bounds):
        return None
    mine = _release(version)
    return all(
        mine >= _release(bound[2]) if bound[1] == ">=" else mine < _release(bound[2])
        for bound in bounds
        if bound
    )


def _release(version: str) -> tuple[int, ...]:
    numbers = [int(number) for number in version.split(".")]
    while numbers and numbers[-1] == 0:  # 1.0 is 1 (PEP 440)
        numbers.pop()
    return tuple(numbers)


def _specifier(constraint: VersionConstraint) -> str:
    text = str(constraint)
    if text == "*" or "||" in text:
        return ""
    return f"=={text}" if text[:1].isdigit() else text


def _known(*constraints: str) -> bool:
    """Whether poetry-core can read all of them."""
    try:
        for constraint in constraints:
            _constraint(constraint)
    except ValueError:
        return False
    return True


@cache
def _constraint(text: str) -> VersionConstraint:
    from poetry.core.constraints.version import parse_constraint

    return parse_constraint(text)
