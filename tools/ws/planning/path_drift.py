"""Whether the path dependencies in a lock are still as their own manifests say.

Poetry copies the requirements of a path dependency into the lock of each member that uses it, but
its content-hash covers the member's own manifest alone; so `poetry check --lock` does not see that
such a copy is out of date (python-poetry issues 7053 and others).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.formats import requirement
from ws.formats.toml import value_at
from ws.model.manifest import POETRY_MAIN
from ws.model.names import normalise
from ws.planning import lock_text
from ws.planning.lock_entry import UNKNOWN, CannotTellError, Entry, Requested, expected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ws.model.lock import LockedPackage
    from ws.model.workspace import Member


class PathPackage(NamedTuple):
    """A folder that a lock names as a path dependency, as it is on the disk."""

    path: str
    """Relative to the workspace root; `..` in front where it lies outside."""
    text: str = ""
    """Its `pyproject.toml`."""
    document: Mapping[str, Any] | None = None
    """What that says; `None` if there is none, or none that can be read."""
    problem: str = ""
    """Why there is no document."""
    is_built: bool = False
    """Whether there is a `setup.py` instead, which says more when it is run."""

    @property
    def manifest(self) -> str:
        """Where its manifest is, relative to the workspace root."""
        return posixpath.normpath(posixpath.join(self.path, "pyproject.toml"))


class Difference(NamedTuple):
    """One thing that a lock says otherwise than the manifest of a path dependency."""

    field: str
    """`name`, `version`, `description`, `python`, `extras` or `dependencies`; `develop` or `url`,
    which follow from who needs it; `source`, an index that is unknown; or `cannot-tell`."""
    name: str
    """Which dependency or extra; empty for the other fields."""
    locked: Any
    """The value in the lock; `None` if it has none."""
    declared: Any
    """The value that follows from the manifest; `None` if there is none."""


class _Edge(NamedTuple):
    """One requirement on a path dependency."""

    extras: frozenset[str]
    marker: str
    """Where it holds; empty for everywhere."""
    develop: bool | None
    """Whether it is to be editable; `None` where the requirement does not say by path."""


class Renderer:
    """Works out entries, each only once: fifteen members ask the same of one shared package."""

    def __init__(self, root: Path, remember: Callable[[str, Callable[[], Any]], Any]) -> None:
        self._root = root
        self._remember = remember
        self._done: dict[tuple[str, Requested], Entry | str] = {}

    def entry(self, package: PathPackage, requested: Requested) -> Entry | str:
        """What `poetry lock` would store of it; or why that cannot be told."""
        key = (package.path, requested)
        if key not in self._done:
            self._done[key] = self._entry(package, requested)
        return self._done[key]

    def _entry(self, package: PathPackage, requested: Requested) -> Entry | str:
        def render() -> list[Any] | str:
            try:
                entry = expected(package.document or {}, self._root / package.path, requested)
            except CannotTellError as error:
                return str(error)
            return [*entry[:-2], sorted(entry.unsure), sorted(entry.loose)]

        if "path" in package.text:  # what lies there is not in the text
            plain = render()
        else:
            asked = [requested.python, sorted(requested.extras), requested.markers]
            plain = self._remember(f"entry {asked} {package.text}", render)
        if isinstance(plain, str):
            return plain
        entry = Entry(*plain)
        return entry._replace(unsure=frozenset(entry.unsure), loose=frozenset(entry.loose))


def folder_of(member: Member, entry: LockedPackage) -> str:
    """The folder that an entry of a member's lock names, relative to the workspace root."""
    return posixpath.normpath(posixpath.join(member.path, entry.folder or "."))


def differences(
    member: Member,
    entry: LockedPackage,
    entries: Sequence[LockedPackage],
    package: PathPackage,
    renderer: Renderer,
    *,
    modern: bool,
) -> tuple[Difference, ...]:
    """What one of the path dependencies (`entries`) of a lock says otherwise than its manifest.

    `modern` is a lock of Poetry 2: its texts are compared as texts, since Poetry would rewrite
    them. In older ones the same meaning is enough.
    """
    assert package.document is not None
    edges = _edges(member, entry, entries)
    source = (*_source(entry, edges), *_unknown_indexes(member, package.document))
    if modern and lock_text.says_the_same(entry, package.document):
        return source
    wanted = renderer.entry(package, _requested(member, edges))
    if isinstance(wanted, str):
        return (*source, Difference("cannot-tell", "", None, wanted))
    return (*source, *_compare(entry, wanted, modern=modern))


def _source(entry: LockedPackage, edges: Sequence[_Edge]) -> Iterator[Difference]:
    """Whether the entry says how the package is to be installed as those say who need it."""
    folder = entry.folder or "."
    if posixpath.normpath(folder) != folder:
        yield Difference("url", "", folder, posixpath.normpath(folder))
    wanted = {edge.develop for edge in edges if edge.develop is not None}
    develop = entry.table.get("develop")
    if len(wanted) == 1 and develop not in wanted:
        yield Difference("develop", "", develop, *wanted)


def _unknown_indexes(member: Member, document: Mapping[str, Any]) -> Iterator[Difference]:
    """Indexes that a path dependency names for what it needs, and the member does not know.

    Poetry asks the indexes of the member that it locks alone, and fails.
    """
    declared = value_at(member.manifest.document, ("tool", "poetry", "source")) or ()
    known = {"pypi", *(str(source.get("name", "")).lower() for source in declared)}
    for name, value in (value_at(document, POETRY_MAIN) or {}).items():
        for item in value if isinstance(value, list) else [value]:
            index = item.get("source") if isinstance(item, dict) else None
            if index is not None and str(index).lower() not in known:
                yield Difference("source", name, None, index)


def _compare(entry: LockedPackage, wanted: Entry, *, modern: bool) -> Iterator[Difference]:
    fields = (
        ("name", entry.name, normalise(wanted.name)),
        ("version", _version(entry.version), _version(wanted.version)),
        ("description", entry.table.get("description", ""), wanted.description),
        ("python", entry.table.get("python-versions", "*"), wanted.python),
    )
    for field, locked, declared in fields:
        if declared not in (locked, UNKNOWN):
            yield Difference(field, "", locked, declared)
    for name in sorted({*entry.extras, *wanted.extras}):
        one, other = entry.extras.get(name), wanted.extras.get(name)
        if one != other:
            yield Difference("extras", name, one, other)
    yield from _compare_dependencies(entry.dependencies, wanted, modern=modern)


def _compare_dependencies(
    locked: Mapping[str, Any], wanted: Entry, *, modern: bool
) -> Iterator[Difference]:
    for name in sorted({*locked, *wanted.dependencies}):
        one, other = locked.get(name), wanted.dependencies.get(name)
        if one is None or other is None:
            yield Difference("dependencies", name, one, other)
        elif name in wanted.unsure:
            reason = f"the solver decides between its requirements of {name}, which overlap"
            yield Difference("cannot-tell", name, one, reason)
        elif one != other and not (
            (name in wanted.loose or not modern) and _means_the_same(one, other)
        ):
            yield Difference("dependencies", name, one, other)


def _means_the_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - TOML values
    """Whether two requirements are the same, though their texts differ.

    Of several for one name, Poetry does not keep the order, nor always the text.
    """
    mine, theirs = _meanings(one), _meanings(other)
    return len(mine) == len(theirs) and all(meaning in theirs for meaning in mine)


def _meanings(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a TOML value
    from poetry.core.constraints.version import parse_constraint
    from poetry.core.version.markers import parse_marker

    meanings = []
    for item in value if isinstance(value, list) else [value]:
        table = dict(item) if isinstance(item, dict) else {"version": item}
        if "version" in table:
            table["version"] = parse_constraint(table["version"])
        table["markers"] = parse_marker(table.get("markers", ""))
        meanings.append(table)
    return meanings


def _version(text: str) -> str:
    """A version in one spelling (PEP 440, "Normalization"); most are plain numbers."""
    if text.replace(".", "").isdigit() or text == UNKNOWN:
        return text
    from poetry.core.constraints.version import Version

    try:
        return str(Version.parse(text).to_string())
    except ValueError:
        return text


def _edges(member: Member, entry: LockedPackage, entries: Sequence[LockedPackage]) -> list[_Edge]:
    """How an entry is depended on: by the member itself, and by its other path dependencies."""
    document = member.manifest.document
    own = [d.keys for d in member.manifest.dependencies if d.name == entry.name]
    edges = [_edge(value_at(document, keys)) for keys in own]
    if any(keys[0] == "project" for keys in own):  # which has the say, but for how to install it
        edges = [
            edge._replace(extras=frozenset()) if keys[:3] == POETRY_MAIN else edge
            for keys, edge in zip(own, edges, strict=True)
        ]
    for other in entries:
        for name, value in other.dependencies.items():
            if normalise(name) == entry.name:
                items = value if isinstance(value, list) else [value]
                edges += [_below(_edge(item), other) for item in items]
    return edges


def _below(edge: _Edge, parent: LockedPackage) -> _Edge:
    """An edge that counts only where the package is needed from which it comes."""
    stored = parent.table.get("markers", "")
    if isinstance(stored, dict):  # by group; where one has none, it is needed everywhere
        markers = [stored.get(group, "") for group in parent.table.get("groups", ())]
        stored = "" if "" in markers else " or ".join(f"({marker})" for marker in markers)
    both = " and ".join(f"({marker})" for marker in (stored, edge.marker) if marker)
    return edge._replace(marker=both)


def _requested(member: Member, edges: Sequence[_Edge]) -> Requested:
    markers = {edge.marker for edge in edges}
    return Requested(
        python=_python(member.manifest.document),
        extras=frozenset(extra for edge in edges for extra in edge.extras),
        markers="" if "" in markers else " or ".join(f"({marker})" for marker in sorted(markers)),
    )


def _edge(value: Any) -> _Edge:  # noqa: ANN401 - a TOML value
    if isinstance(value, str):
        parsed = requirement.parse(value)
        if parsed is None:
            return _Edge(frozenset(), "", None)
        names = frozenset(normalise(extra) for extra in parsed.extra_names)
        return _Edge(names, parsed.marker.strip(" ;"), None)
    if not isinstance(value, dict):
        return _Edge(frozenset(), "", None)
    markers = [f"({value['markers']})"] if value.get("markers") else []
    if value.get("python"):
        from ws.planning.ranges import python_marker

        markers.append(f"({python_marker(value['python'])})")
    extras = frozenset(normalise(extra) for extra in value.get("extras", ()))
    develop = bool(value.get("develop", False)) if "path" in value else None
    return _Edge(extras, " and ".join(markers), develop)


def _python(document: Mapping[str, Any]) -> str:
    """The Python for which Poetry locks: that of `[tool.poetry]` narrows that of `[project]`."""
    poetry = document.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("python")
    if isinstance(poetry, str):
        return poetry
    return str(document.get("project", {}).get("requires-python", "*"))
