"""Changing the dependencies of a `pyproject.toml` so that every byte not asked for stays.

What comes out is parsed once more and compared with what was asked for: an edit that cannot be made
without harm is refused.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, Where
from ws.formats import toml_edits
from ws.formats.toml_places import Keys, line_of, places

if TYPE_CHECKING:
    from collections.abc import Iterable

_SOURCES = ("version", "git", "branch", "tag", "rev", "subdirectory", "url", "file", "path")
_NOT_FOR_PATHS = (*_SOURCES, "source", "allow-prereleases", "develop")
"""What says where a dependency comes from; extras, markers, python and optional stay.

Poetry's schema allows none of these besides `path` and `develop` in a path dependency.
"""


class ToPath(NamedTuple):
    """The dependency at `keys`, in a table of Poetry's, is to come from `path`."""

    keys: Keys
    path: str
    develop: bool = True


class AddPath(NamedTuple):
    """A table of Poetry's is to have a dependency that comes from `path`."""

    table: Keys
    name: str
    path: str
    develop: bool = True


class KeepFirst(NamedTuple):
    """The list at `keys` is to become its first item."""

    keys: Keys


class ToConstraint(NamedTuple):
    """The dependency at `keys`, in a table of Poetry's, is to have this constraint."""

    keys: Keys
    constraint: str


class ToRequirement(NamedTuple):
    """The PEP 508 string at `keys` is to be this one."""

    keys: Keys
    requirement: str


class AddRequirement(NamedTuple):
    """An array of PEP 508 strings is to have this one, too."""

    array: Keys
    requirement: str


class Remove(NamedTuple):
    """What `keys` lead to is to be gone."""

    keys: Keys


Edit = ToPath | AddPath | KeepFirst | ToConstraint | ToRequirement | AddRequirement | Remove


def describe(edit: Edit) -> str:  # noqa: PLR0911 - one return for each kind of edit
    """An edit in a few words."""
    match edit:
        case ToPath(_, path, develop):
            return f'path = "{path}"{", develop = true" if develop else ""}'
        case AddPath(table, name, path, _):
            return f'add {name} = {{path = "{path}", ...}} to [{".".join(map(str, table))}]'
        case KeepFirst(keys):
            return f"one entry instead of a list for {keys[-1]}"
        case ToConstraint(_, constraint):
            return f'"{constraint}"'
        case ToRequirement(_, requirement):
            return f'"{requirement}"'
        case AddRequirement(array, requirement):
            return f'add "{requirement}" to [{".".join(map(str, array))}]'
        case Remove(keys):
            return "remove it" if isinstance(keys[-1], int) else f"remove {keys[-1]}"


def as_path(value: object, path: str, *, develop: bool) -> dict[str, Any]:
    """What a dependency says once it comes from `path`: extras, markers and the like are kept."""
    old = value if isinstance(value, dict) else {}
    kept = {key: item for key, item in old.items() if key not in _NOT_FOR_PATHS}
    develops = {"develop": develop} if develop or "develop" in old else {}
    return {"path": path, **develops, **kept}


def edited(text: str, edits: Iterable[Edit], path: str = "pyproject.toml") -> str:
    """`text` with these edits made, one after the other; their keys are those of the old text.

    Items are therefore taken out last, from the end. `path` (relative to the workspace root) is
    for messages. Raises `ManifestError` where an edit cannot be made without harm.
    """
    ordered = sorted(edits, key=lambda edit: isinstance(edit, Remove))
    removals = sorted((e.keys for e in ordered if isinstance(e, Remove)), key=_by_index)
    for edit in ordered:
        if not isinstance(edit, Remove):
            text = _checked(text, edit, path)
    for keys in reversed(removals):
        text = _checked(text, Remove(keys), path)
    return text


def _by_index(keys: Keys) -> tuple[tuple[int, str], ...]:
    return tuple((key, "") if isinstance(key, int) else (-1, key) for key in keys)


def _checked(text: str, edit: Edit, path: str) -> str:
    expected = tomllib.loads(text)
    _change(expected, edit)
    try:
        after = _made(text, edit)
        if tomllib.loads(after) == expected:
            return after
    except (KeyError, tomllib.TOMLDecodeError):
        pass
    keys = edit.table if isinstance(edit, AddPath) else _keys(edit)
    raise ManifestError(
        f"this cannot be edited without harm to what stands around it: {'.'.join(map(str, keys))}",
        rule="manifest/cannot-edit",
        where=Where(path, line_of(text, *keys)),
        hint="write it in a plainer form (a table with a header), and run the command again",
    )


def _keys(edit: Edit) -> Keys:
    return edit.array if isinstance(edit, AddRequirement) else edit[0]


def _made(text: str, edit: Edit) -> str:  # noqa: PLR0911 - one return for each kind of edit
    match edit:
        case ToPath():
            return _to_path(text, edit)
        case AddPath(table, name, path, develop):
            pairs = _pairs(toml_edits.quoted(path), develop=develop)
            value = toml_edits.inline_table(text, pairs)
            beside = "dependency-groups" if "group" in table else "project"
            return toml_edits.append_pair(text, table, name, value, beside=beside)
        case KeepFirst(keys):
            first = next(place for place in places(text) if place.keys == (*keys, 0))
            return toml_edits.replace_value(text, keys, text[first.value : first.end])
        case ToConstraint(keys, constraint):
            keys = keys if isinstance(_at(tomllib.loads(text), keys), str) else (*keys, "version")
            return _with_string(text, keys, constraint)
        case ToRequirement(keys, requirement):
            return _with_string(text, keys, requirement)
        case AddRequirement(array, requirement):
            return toml_edits.append_item(text, array, toml_edits.quoted(requirement))
        case Remove(keys):
            return toml_edits.remove(text, keys)


def _change(document: dict[str, Any], edit: Edit) -> None:
    """The same edit, made in the parsed document: what the edited text must say."""
    match edit:
        case AddPath(table, name, path, develop):
            place: Any = document
            for key in table:
                place = place.setdefault(key, {})
            place[name] = {"path": path, "develop": True} if develop else {"path": path}
        case AddRequirement(array, requirement):
            _at(document, array).append(requirement)
        case Remove(keys):
            del _at(document, keys[:-1])[keys[-1]]
        case ToRequirement(keys, requirement):
            _at(document, keys[:-1])[keys[-1]] = requirement
        case ToConstraint(keys, constraint):
            old = _at(document, keys)
            new = {**old, "version": constraint} if isinstance(old, dict) else constraint
            _at(document, keys[:-1])[keys[-1]] = new
        case ToPath(keys, path, develop):
            new = as_path(_at(document, keys), path, develop=develop)
            _at(document, keys[:-1])[keys[-1]] = new
        case KeepFirst(keys):
            _at(document, keys[:-1])[keys[-1]] = _at(document, keys)[0]


def _to_path(text: str, edit: ToPath) -> str:
    old = _at(tomllib.loads(text), edit.keys)
    if not isinstance(old, dict):
        place = next(p for p in places(text) if p.keys == edit.keys)
        path = toml_edits.quoted(edit.path, like=text[place.value])
        table = toml_edits.inline_table(text, _pairs(path, develop=edit.develop))
        return toml_edits.replace_value(text, edit.keys, table)
    source = "path" if "path" in old else next((key for key in old if key in _SOURCES), "")
    if not source:  # nothing but extras, markers and the like
        last = list(old)[-1]
        text = toml_edits.insert_pair(text, (*edit.keys, last), "path", '""')
        source, old = "path", {**old, "path": ""}
    place = next(p for p in places(text) if p.keys == (*edit.keys, source))
    like = text[place.value] if isinstance(old[source], str) else '"'
    path = toml_edits.quoted(edit.path, like=like)
    text = toml_edits.replace_pair(text, (*edit.keys, source), "path", path)
    if "develop" in old:
        develop = "true" if edit.develop else "false"
        text = toml_edits.replace_value(text, (*edit.keys, "develop"), develop)
    elif edit.develop:
        text = toml_edits.insert_pair(text, (*edit.keys, "path"), "develop", "true")
    for key in old:
        if key in _NOT_FOR_PATHS and key not in ("path", "develop", source):
            text = toml_edits.remove(text, (*edit.keys, key))
    return text


def _pairs(path: str, *, develop: bool) -> dict[str, str]:
    return {"path": path, "develop": "true"} if develop else {"path": path}


def _with_string(text: str, keys: Keys, value: str) -> str:
    place = next(p for p in places(text) if p.keys == keys)
    return toml_edits.replace_value(text, keys, toml_edits.quoted(value, like=text[place.value]))


def _at(document: Any, keys: Keys) -> Any:  # noqa: ANN401 - whatever stands there
    for key in keys:
        document = document[key]
    return document
