"""`pyproject.toml`: text to `Manifest`, in both of the forms that Poetry reads."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ws.formats import member_settings
from ws.formats.tables import TableReader
from ws.formats.toml import parse
from ws.model.manifest import MAIN, Dependency, Manifest
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIREMENT_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_VALID_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")

_normalise = cache(normalise)
"""The same names come again in every member."""


def read(data: bytes, path: str, folder: str = "") -> Manifest | None:
    """What a `pyproject.toml` says; `None` if it describes no package (only tool settings).

    `path` is relative to the workspace root, for messages. `folder` is the name of the folder it
    lies in: the name of a member that has none, which Poetry allows with `package-mode = false`.
    Raises `ManifestError` or `Faults`, all that are in it.
    """
    return read_parsed(*parse(data, path), path, folder)


def read_parsed(
    text: str, document: dict[str, Any], path: str, folder: str = ""
) -> Manifest | None:
    """The same, of what was parsed already."""
    reader = TableReader(text, path)
    project = reader.table(document, "project")
    tool = reader.table(document, "tool")
    poetry = reader.get(tool, ("tool", "poetry"), dict)
    if not project and poetry is None:
        reader.finish()
        return None
    manifest = _Source(reader, text, document, project, poetry or {}).manifest(folder)
    reader.finish()
    return manifest


class _Source:
    """The tables of one manifest while they are read."""

    def __init__(
        self,
        reader: TableReader,
        text: str,
        document: dict[str, Any],
        project: dict[str, Any],
        poetry: dict[str, Any],
    ) -> None:
        self.reader = reader
        self.text = text
        self.document = document
        self.project = project
        self.poetry = poetry

    def manifest(self, folder: str) -> Manifest:
        self._check_description()
        return Manifest(
            name=normalise(self._name(folder)),
            version=self._either("version"),
            python=self._python(),
            form="project" if self.project else "poetry",
            groups=tuple(dict.fromkeys(normalise(name) for name in self._group_names())),
            dependencies=tuple(self._dependencies()),
            text=self.text,
            document=self.document,
            settings=member_settings.read(self.reader, self.reader.table(self.document, "tool")),
        )

    def _either(self, key: str) -> str:
        """A field that stands in `[project]` or, in the older form, in `[tool.poetry]`."""
        in_project = self.reader.text(self.project, "project", key)
        return in_project or self.reader.text(self.poetry, "tool", "poetry", key)

    def _check_description(self) -> None:
        """Poetry refuses a manifest in which it has several lines (poetry-core's schema)."""
        if "\n" in self.reader.text(self.poetry, "tool", "poetry", "description"):
            reason = "the description has more than one line"
            keys = ("tool", "poetry", "description")
            self.reader.fault("manifest/description", reason, keys, "Poetry allows one line only")

    def _name(self, folder: str) -> str:
        name = self._either("name")
        keys = ("project",) if self.project else ("tool", "poetry")
        if not name and self.poetry.get("package-mode") is False:
            return folder
        if not (self.project.get("name") or self.poetry.get("name")):
            self.reader.fault(
                "manifest/name",
                "the package has no name",
                keys,
                f'give it one: name = "{folder or "my-package"}"',
            )
        elif name and not _VALID_NAME.fullmatch(name):
            self.reader.fault(
                "manifest/name",
                f'"{name}" is not a valid package name',
                (*keys, "name"),
                "letters, digits, and between them . _ or - (PEP 508)",
            )
        return name

    def _python(self) -> str:
        requires = self.reader.text(self.project, "project", "requires-python")
        if requires:
            return requires
        table = self.reader.table(self.poetry, "tool", "poetry", "dependencies")
        python = table.get("python", "")
        if isinstance(python, dict):
            return self.reader.text(python, "tool", "poetry", "dependencies", "python", "version")
        return python if isinstance(python, str) else ""

    def _group_names(self) -> Iterator[str]:
        if "dev-dependencies" in self.poetry:
            yield "dev"
        yield from self.reader.table(self.poetry, "tool", "poetry", "group")
        yield from self.reader.table(self.document, "dependency-groups")

    def _dependencies(self) -> Iterator[Dependency]:
        yield from self._requirements(self.project, MAIN, "project", "dependencies")
        optional = self.reader.table(self.project, "project", "optional-dependencies")
        for extra in optional:
            yield from self._requirements(optional, MAIN, "project", "optional-dependencies", extra)
        yield from self._table(self.poetry, MAIN, "tool", "poetry", "dependencies")
        yield from self._table(self.poetry, "dev", "tool", "poetry", "dev-dependencies")
        groups = self.reader.table(self.poetry, "tool", "poetry", "group")
        for name in groups:
            group = self.reader.table(groups, "tool", "poetry", "group", name)
            keys = ("tool", "poetry", "group", name, "dependencies")
            yield from self._table(group, normalise(name), *keys)
        standard = self.reader.table(self.document, "dependency-groups")
        for name in standard:
            yield from self._requirements(standard, normalise(name), "dependency-groups", name)

    def _requirements(self, table: dict[str, Any], group: str, *keys: str) -> Iterator[Dependency]:
        """PEP 508 strings; the tables among them are PEP 735's `include-group`."""
        for index, requirement in enumerate(self.reader.get(table, keys, list) or []):
            if isinstance(requirement, str) and (found := _REQUIREMENT_NAME.match(requirement)):
                yield Dependency(_normalise(found[1]), group, (*keys, index))
            elif not isinstance(requirement, dict):
                reason = f"{requirement!r} is not a requirement"
                hint = "see PEP 508 for the form"
                self.reader.fault("manifest/dependency", reason, (*keys, index), hint)

    def _table(self, table: dict[str, Any], group: str, *keys: str) -> Iterator[Dependency]:
        """Poetry's own table of dependencies; a list there holds several constraints of one."""
        for name, value in self.reader.table(table, *keys).items():
            if isinstance(value, list):
                found = [
                    self._dependency(name, constraint, group, (*keys, name, index))
                    for index, constraint in enumerate(value)
                ]
            else:
                found = [self._dependency(name, value, group, (*keys, name))]
            if (name, group) != ("python", MAIN):
                yield from found

    def _dependency(
        self, written: str, value: object, group: str, keys: tuple[str | int, ...]
    ) -> Dependency:
        name = _normalise(written)
        if isinstance(value, dict):
            path = self.reader.text(value, *keys, "path") or None
            develop = self.reader.get(value, (*keys, "develop"), bool) or False
            return Dependency(name, group, keys, path, develop)
        if not isinstance(value, str):
            reason = f'the dependency "{written}" must be a constraint or a table'
            hint = f'such as {written} = "^1.0" or {written} = {{ version = "^1.0" }}'
            self.reader.fault("manifest/dependency", reason, keys, hint)
        return Dependency(name, group, keys)
