"""What an ignore file must say so that a Dockerfile which is about to be written can be built."""

from __future__ import annotations

import os
from functools import partial
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple

from ws.commands.docker_surroundings import Surroundings
from ws.errors import Where, WorkError, WsError, raise_all
from ws.files.cache import Cache
from ws.files.docker_foreseen import ForeseenContext
from ws.formats import dockerignore
from ws.formats.dockerfile_parser import read
from ws.planning import docker_paths
from ws.planning.docker_unhide import Building, hidden, unhidden

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from ws.model.docker import Dockerfile
    from ws.model.image import Context
    from ws.model.workspace import Member, Workspace
    from ws.planning.docker_needs import Known


class Written(NamedTuple):
    """A Dockerfile as it will be. Paths are relative to the workspace root."""

    path: str
    text: str
    member: Member
    context: str
    arguments: Mapping[str, str] = {}
    """Those of the build."""


def with_exceptions(
    workspace: Workspace, written: Written, files: Collection[str], ignore_file: str, ignore: str
) -> str:
    """The text of the ignore file, with exceptions for what it hides of what the build needs.

    `files` are those that will be written besides, relative to the workspace root; `ignore` is what
    `ignore_file` will say else. Raises `WorkError` for one that a builder refuses, and where no
    exception helps.
    """
    raise_all(list(_malformed(ignore, ignore_file)))
    dockerfile = read(written.text, written.path)
    with Cache(workspace.root, "locks") as cache:
        known = Surroundings(workspace, (), cache).known
        building = Building(
            dockerfile,
            written.context,
            partial(_context, workspace.root, written, files),
            partial(_errors, dockerfile, known, written.arguments),
            partial(_entries, workspace.root / written.context),
        )
        sources = tuple(dict.fromkeys(_sources(dockerfile, written.arguments)))
        members = [member.path for member in workspace.members]
        text = unhidden(building, ignore, sources, members)
        if left := hidden(building, text):
            raise WorkError(
                f"{ignore_file} hides what {written.path} needs: {left[0]}",
                rule="docker/source-missing",
                where=Where(ignore_file),
                hint="take out the line that hides it, or add an exception, which begins with !",
                member=written.member.name,
            )
    return text


def _context(root: Path, written: Written, files: Collection[str], ignore: str) -> ForeseenContext:
    return ForeseenContext(root, written.context, written.path, ignore, files)


def _errors(
    dockerfile: Dockerfile, known: Known, arguments: Mapping[str, str], context: Context
) -> tuple[str, ...]:
    verdict = docker_paths.check(dockerfile, context, known, arguments=arguments)
    return tuple(one.message for one in verdict.findings if one.severity == "error")


def _entries(context: Path, folder: str) -> list[str]:
    try:
        return sorted(os.listdir(context / folder))
    except OSError:
        return []


def _sources(dockerfile: Dockerfile, arguments: Mapping[str, str]) -> Iterator[str]:
    """The paths that it copies from the context, with what the build is given filled in."""
    for instruction in dockerfile.instructions:
        if instruction.kind == "COPY" and instruction.flag("from") is None:
            for word in instruction.words[:-1]:
                text = word.text
                for name, value in arguments.items():
                    text = text.replace(f"${{{name}}}", value)
                yield normpath(text)


def _malformed(ignore: str, path: str) -> Iterator[WsError]:
    for line, message in dockerignore.read(ignore).problems:
        yield WorkError(
            message,
            rule="docker/malformed",
            where=Where(path, line),
            hint="mend the line: a builder refuses the whole file",
        )
