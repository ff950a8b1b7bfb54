"""The templates of `ws new`: those that come with `ws`, and how one is filled in."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

from ws.errors import ManifestError, Where, WsError, raise_all
from ws.model.names import did_you_mean
from ws.model.plan import NewFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from ws.planning.placing import Kind
    from ws.planning.scaffold import NewMember

FOLDER = "templates/ws"
"""Where a workspace keeps templates of its own, `worker` and `package`, relative to its root."""

SUFFIX = ".template"
"""What a template's file may end in, so that no tool takes it for what it is not yet."""

_PLACEHOLDER = re.compile(r"\{\{\{\{|\{\{([a-z_]+)\}\}")


def built_in(kind: Kind) -> tuple[NewFile, ...]:
    """The template that comes with `ws`, sorted by path."""
    folder = resources.files(__package__) / "templates" / kind
    return tuple(sorted(_below(folder, ""), key=lambda file: file.path))


def filled(template: Iterable[NewFile], new: NewMember, folder: str) -> tuple[NewFile, ...]:
    """The files of a new member: placeholders replaced, in paths too, and `.template` taken off.

    `folder` is where the template lies, for messages. Raises all placeholders that do not exist
    (`ManifestError` or `Faults`). `{{{{` stands for `{{`; what is no UTF-8 text stays as it is.
    """
    values = _values(new)
    faults: list[WsError] = []
    files = []
    for file in template:
        text = file.text
        if text is not None:
            faults.extend(_faults(text, values, f"{folder}/{file.path}"))
        data = file.data if text is None else fill(text, values).encode()
        path = fill(file.path, values).removesuffix(SUFFIX)
        files.append(NewFile(path, data, file.executable))
    raise_all(faults)
    return tuple(files)


def refuse_unknown(text: str, values: Mapping[str, str], path: str) -> None:
    """Raise all placeholders of a template that have no value (`ManifestError` or `Faults`).

    `path` is where the template lies, for messages.
    """
    raise_all(list(_faults(text, values, path)))


def _values(new: NewMember) -> dict[str, str]:
    """What placeholders stand for, by their names."""
    return {
        "name": new.names.name,
        "import_name": new.names.import_name,
        "short_name": new.names.short_name,
        "class_name": new.names.class_name,
        "path": new.path,
        "python": new.python,
        "pytest": new.pytest,
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with the placeholders that have a value replaced."""
    return _PLACEHOLDER.sub(lambda m: values.get(m[1], m[0]) if m[1] else "{{", text)


def _faults(text: str, values: Mapping[str, str], path: str) -> Iterator[WsError]:
    for found in _PLACEHOLDER.finditer(text):
        if found[1] and found[1] not in values:
            near = did_you_mean(found[1], values) or f"known: {', '.join(values)}"
            yield ManifestError(
                f"there is no placeholder {found[0]}",
                rule="manifest/template",
                where=Where(path, text.count("\n", 0, found.start()) + 1),
                hint=f"{near}; for these characters themselves, write {{{{{found[0]}",
            )


def _below(folder: Traversable, path: str) -> Iterator[NewFile]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{path}{entry.name}/")
        else:
            yield NewFile(f"{path}{entry.name}", entry.read_bytes())
