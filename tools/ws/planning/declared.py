"""Where in a manifest a fact stands that Poetry copies into locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.formats import requirement
from ws.formats.toml import value_at
from ws.model.manifest import POETRY_MAIN, PROJECT_MAIN
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.formats.toml_places import Keys

_PYTHON: tuple[Keys, ...] = ((*POETRY_MAIN, "python"), ("project", "requires-python"))


def keys_of(document: Mapping[str, Any], field: str, name: str = "") -> Keys:
    """The keys that lead to a field (`version`, `dependencies` …) of a manifest, or its table.

    `name` says which dependency or extra. What is not there leads to where it would stand; empty
    if there is no such place.
    """
    candidates = _places(document, field, name)
    return next((keys for keys in candidates if value_at(document, keys) is not None), ())


def _places(document: Mapping[str, Any], field: str, name: str) -> Iterator[Keys]:
    if field in ("dependencies", "source"):
        yield from _dependencies(document, name)
    elif field == "extras":
        yield from _extras(name)
    elif field == "python":
        yield from _PYTHON
    else:
        yield from (("project", field), ("tool", "poetry", field))


def _extras(name: str) -> Iterator[Keys]:
    for table in (("project", "optional-dependencies"), ("tool", "poetry", "extras")):
        yield (*table, name)
        yield table


def _dependencies(document: Mapping[str, Any], name: str) -> Iterator[Keys]:
    project = document.get("project", {})
    lists: dict[Keys, list[str]] = {PROJECT_MAIN: project.get("dependencies", [])}
    for extra, texts in project.get("optional-dependencies", {}).items():
        lists["project", "optional-dependencies", extra] = texts
    for keys, texts in lists.items():
        for index, text in enumerate(texts):
            parsed = requirement.parse(text)
            if parsed is not None and normalise(parsed.name) == normalise(name):
                yield (*keys, index)
    table = document.get("tool", {}).get("poetry", {}).get("dependencies", {})
    for key in table:
        if normalise(key) == normalise(name):
            yield (*POETRY_MAIN, key)
    yield from (PROJECT_MAIN, POETRY_MAIN)
