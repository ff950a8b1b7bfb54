"""Where the packages of a lock are needed: what markers mean, and which mean the same.

poetry-core is imported in the functions: most locks hold few markers, and most checks look at none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.lock import LockedPackage
    from ws.planning.lock_graph import Edge


def of(package: LockedPackage, group: str) -> str:
    """Where a package is needed for the sake of a group, as a marker; empty for everywhere.

    In a lock of Poetry 2 all groups share one text, or each that needs one has its own.
    """
    stored = package.table.get("markers", "")
    return stored if isinstance(stored, str) else str(stored.get(group, ""))


def is_void(edge: Edge, python: str) -> bool:
    """Whether there is no environment of this Python in which an edge counts.

    Neither does it count where the package that it comes from is not needed.
    """
    if not edge.marker:
        return False
    if edge.source is None:
        return _is_empty(edge.marker, "", python)
    groups = edge.source.table.get("groups", ()) or ("main",)
    return all(_is_empty(edge.marker, of(edge.source, group), python) for group in groups)


def both(one: str, other: str) -> str:
    """The marker that holds where both hold; what a package asks for knows no extras."""
    if not one or not other:
        return one or other
    return str(_parsed(one).intersect(_parsed(other)))


def without_extras(marker: str) -> str:
    """A marker without what it says of extras."""
    return _text(_parsed(marker).without_extras()) if "extra" in marker else marker


def same_everywhere(one: str, others: Iterable[str], python: str) -> bool:
    """Whether one marker holds where any of the others does, for any environment of this Python."""
    others = tuple(others)
    if one in others and len(set(others)) == 1:
        return True
    return _same(one, tuple(dict.fromkeys(others)), python)


@cache
def within(marker: str, where: str) -> str | None:
    """What a marker still asks in environments for which another one holds; `None` for never.

    Empty where it holds in all of them. What holds there of several conditions is left out, so that
    locks that only say more ask the same; else it stays as it was written.
    """
    from poetry.core.version.markers import MultiMarker

    mine, known = _parsed(marker), _parsed(where)
    if mine.intersect(known).is_empty():
        return None
    if _holds(mine, known):
        return ""
    if not isinstance(mine, MultiMarker):
        return marker
    open_ = [each for each in mine.markers if not _holds(each, known)]
    return str(MultiMarker(*open_)) if len(open_) < len(mine.markers) else marker


def _holds(marker: Any, where: Any) -> bool:  # noqa: ANN401 - untyped here
    """Whether a marker holds wherever another one does."""
    return bool(marker.invert().intersect(where).is_empty())


@cache
def _same(one: str, others: tuple[str, ...], python: str) -> bool:
    from poetry.core.version.markers import EmptyMarker

    union: Any = EmptyMarker()
    for other in others:
        union = union.union(_parsed(other))
    mine = _parsed(one)
    constraint = _constraint(python)
    if mine == union or mine == union.reduce_by_python_constraint(constraint):
        return True
    allowed = _allowed(python)
    return all(
        left.intersect(right.invert()).intersect(allowed).is_empty()
        for left, right in ((mine, union), (union, mine))
    )


@cache
def _is_empty(marker: str, other: str, python: str) -> bool:
    both = _parsed(marker).without_extras().intersect(_parsed(other).without_extras())
    return bool(both.intersect(_allowed(python)).is_empty())


@cache
def _parsed(marker: str) -> Any:  # noqa: ANN401 - untyped here
    from poetry.core.version.markers import parse_marker

    return parse_marker(marker)


@cache
def _constraint(python: str) -> Any:  # noqa: ANN401 - untyped here
    from poetry.core.constraints.version import parse_marker_version_constraint

    return parse_marker_version_constraint(python or "*")


@cache
def _allowed(python: str) -> Any:  # noqa: ANN401 - untyped here
    from poetry.core.packages.utils.utils import create_nested_marker

    return _parsed(create_nested_marker("python_version", _constraint(python)))


def _text(marker: Any) -> str:  # noqa: ANN401 - untyped here
    return "" if marker.is_any() else str(marker)
