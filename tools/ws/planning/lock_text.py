"""Whether an entry of a lock says just what a manifest says, by comparing texts alone.

Nine times of ten it does, and then poetry-core, whose import takes longer than all the rest of a
check, is not needed. Yes means yes; no means that poetry-core has to look (`lock_entry`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ws.formats import requirement
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ws.model.lock import LockedPackage

_VERSION = re.compile(r"\d+(?:\.\d+)*")
_RANGE = re.compile(r">=?\d+(?:\.\d+)*(?:,<=?\d+(?:\.\d+)*)?|==\d+(?:\.\d+)*")
_CARET = re.compile(r"\^([1-9]\d*)((?:\.\d+)*)")
_PYTHON = re.compile(r"(<|>=)(\d+\.\d+)")
_PLAIN_KEYS = {
    *("version", "path", "develop", "optional", "extras", "python", "markers"),
    *("source", "allow-prereleases"),  # of these nothing is stored
}


class _NotPlainError(ValueError):
    """Something in the manifest is not as plain as this module wants it."""


def says_the_same(entry: LockedPackage, document: Mapping[str, Any]) -> bool:
    """Whether an entry surely is what Poetry would store of the package with this manifest.

    What the content-hash of the locked member covers is taken for granted: the extras that it asks
    for, and its Python.
    """
    try:
        return _says_the_same(entry, document)
    except (_NotPlainError, AttributeError, KeyError, TypeError):  # the latter for odd types
        return False


def _says_the_same(entry: LockedPackage, document: Mapping[str, Any]) -> bool:
    project = document.get("project", {})
    tool = document.get("tool", {})
    poetry = tool.get("poetry", {})
    in_project = bool(project.get("dependencies") or project.get("optional-dependencies"))
    _refuse_what_is_not_plain(document, project, poetry, tool)
    version = project.get("version") or poetry["version"]
    return (
        entry.name == normalise(project.get("name") or poetry["name"])
        and entry.version == version
        and _VERSION.fullmatch(version) is not None
        and entry.table["description"]
        == (project.get("description") or poetry.get("description", ""))
        and entry.table["python-versions"] == _python(project, poetry)
        and (_same_as_project(entry, project) if in_project else _same_as_poetry(entry, poetry))
    )


def _refuse_what_is_not_plain(
    document: Mapping[str, Any],
    project: Mapping[str, Any],
    poetry: Mapping[str, Any],
    tool: Mapping[str, Any],
) -> None:
    """Whatever lets Poetry look further than at the main dependencies."""
    groups = (*document.get("dependency-groups", {}), *poetry.get("group", {}))
    standard = document.get("dependency-groups", {}).values()
    if (
        project.get("dynamic")
        or any("include-groups" in group for group in poetry.get("group", {}).values())
        or any(isinstance(item, dict) for items in standard for item in items)
        or "poetry-dynamic-versioning" in tool
        or any(normalise(group) == "main" for group in groups)
    ):
        raise _NotPlainError


def _python(project: Mapping[str, Any], poetry: Mapping[str, Any]) -> str:
    said = [
        table[key]
        for table, key in ((project, "requires-python"), (poetry.get("dependencies", {}), "python"))
        if key in table
    ]
    if len(said) != 1 or not isinstance(said[0], str):
        raise _NotPlainError
    return said[0]


def _same_as_poetry(entry: LockedPackage, poetry: Mapping[str, Any]) -> bool:
    declared = {
        name: value for name, value in poetry.get("dependencies", {}).items() if name != "python"
    }
    _refuse_twice(declared)
    stored = dict(entry.dependencies)
    for name, value in declared.items():
        optional = isinstance(value, dict) and value.get("optional") is True
        if not (optional and name not in stored) and stored.pop(name, None) != _plain(value):
            return False
    extras = {
        normalise(extra): sorted(_pep_508(name, declared[name]) for name in names)
        for extra, names in poetry.get("extras", {}).items()
    }
    return not stored and entry.extras == extras


def _same_as_project(entry: LockedPackage, project: Mapping[str, Any]) -> bool:
    declared = dict(_specified(project.get("dependencies", [])))
    extras = {
        normalise(extra): sorted(
            f"{name} ({version})" if version != "*" else name
            for name, version in _specified(requirements)
        )
        for extra, requirements in project.get("optional-dependencies", {}).items()
    }
    return entry.dependencies == declared and entry.extras == extras


def _specified(requirements: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and version of each requirement (PEP 508), where there is no more to it."""
    seen = set()
    for text in requirements:
        parsed = requirement.parse(text)
        if parsed is None or parsed.extras or parsed.marker or parsed.url:
            raise _NotPlainError
        version = re.sub(r"\s*(,|>=?|<=?|==)\s*", r"\1", parsed.version) or "*"
        if normalise(parsed.name) in seen or not (version == "*" or _RANGE.fullmatch(version)):
            raise _NotPlainError
        seen.add(normalise(parsed.name))
        yield parsed.name, version


def _plain(value: Any) -> Any:  # noqa: ANN401 - a TOML value
    """What the lock stores of a dependency as `[tool.poetry.dependencies]` has it."""
    if isinstance(value, str):
        return value
    if not value.keys() <= _PLAIN_KEYS or ("python" in value and "markers" in value):
        raise _NotPlainError
    table: dict[str, Any] = {}
    if "path" in value:
        table["path"] = value["path"]
        if value.get("develop"):
            table["develop"] = True
    else:
        table["version"] = value["version"]
    if value.get("extras"):
        table["extras"] = sorted(value["extras"])
    if value.get("optional"):
        table["optional"] = True
    if "python" in value:
        found = _PYTHON.fullmatch(value["python"])
        if found is None:
            raise _NotPlainError
        table["markers"] = f'python_version {found[1]} "{found[2]}"'
    elif "markers" in value:
        table["markers"] = value["markers"]
    return table["version"] if table.keys() == {"version"} else table


def _pep_508(name: str, value: Any) -> str:  # noqa: ANN401 - a TOML value
    """A requirement as an extra of the lock names it, for the plainest of them."""
    constraint = _plain({**value, "optional": False} if isinstance(value, dict) else value)
    if constraint == "*":
        return name
    if not isinstance(constraint, str):
        raise _NotPlainError
    if found := _CARET.fullmatch(constraint):
        zeros = re.sub(r"\d+", "0", found[2])
        constraint = f">={found[1]}{found[2]},<{int(found[1]) + 1}{zeros}"
    elif not _RANGE.fullmatch(constraint):
        raise _NotPlainError
    return f"{name} ({constraint})"


def _refuse_twice(names: Iterable[str]) -> None:
    names = list(names)
    if len({normalise(name) for name in names}) != len(names):
        raise _NotPlainError
