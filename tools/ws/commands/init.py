"""`ws init`: a `workspace.toml` for a repository that has none."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ws.errors import Faults, ManifestError, UsageError, Where, WsError, faults_of, raise_all
from ws.files.discovery import MANIFEST, discover
from ws.files.loader import NAME
from ws.files.store import Store
from ws.files.survey import find_top, survey
from ws.formats import workspace_toml
from ws.model.plan import Mode, Plan, WriteFile
from ws.model.report import Exit, Finding, Report
from ws.model.workspace import Workspace
from ws.planning import init
from ws.reporting import proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.model.workspace import Member

_NEXT = (
    "next: `ws list` shows the members, `ws check` what is wrong with them,"
    " and `ws sync` points their dependencies on each other to where they are"
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of `ws init`."""

    yes: bool = False
    """Whether to write without asking."""
    force: bool = False
    """Whether to write over a `workspace.toml` that is there already."""
    exclude: tuple[str, ...] = ()
    """Patterns of folders, relative to the root, that are no members."""


def run(context: Context, mode: Mode, wishes: Wishes, ask: Callable[[str], bool | None]) -> Report:
    """Propose a `workspace.toml` and write it, or say what would be written.

    `ask` shows the proposal to a person and gives the answer; `None` where there is nobody.
    """
    root = find_top(context.root_option, context.cwd, context.environ)
    store = Store(root)
    before = store.read(NAME)
    if before is not None and not wishes.force:
        return _left_alone(root, before)
    shown = os.path.relpath(root / NAME, context.cwd).replace(os.sep, "/")
    write, report = _proposed(root, before, wishes.exclude, shown)
    if mode is Mode.DIFF:
        return replace(report, text="", diff=Plan("init", (write,)).diff())
    if write.before == write.after:
        return replace(report, text="", notes=(f"init: {shown} is as it would be written",))
    if mode is Mode.CHECK:
        return replace(report, text="", findings=(_would_write(write),))
    answer = wishes.yes or ask(report.text)
    if not answer:
        return _unwritten(report, refused=answer is False)
    with store.exclusive(context.note):
        store.write(write.path, write.before, write.after)
    notes = (f"init: wrote {shown}, {write.reason}", _NEXT)
    return replace(report, text=report.text if wishes.yes else "", notes=notes)


def _proposed(
    root: Path, before: bytes | None, exclude: Iterable[str], shown: str
) -> tuple[WriteFile, Report]:
    """What to write, and the report that proposes it."""
    patterns = tuple(posixpath.normpath(pattern) for pattern in exclude)
    members, others = survey(root, patterns)
    manifests = [posixpath.normpath(f"{path}/{MANIFEST}") for path in others]
    if not members:
        raise _no_member(root, manifests)
    name = root.name.encode(errors="replace").decode()  # a name on the disk may be no UTF-8
    settings = init.propose(name, members, others, patterns)
    count = f"{len(members)} member{'s' * (len(members) > 1)}"
    write = WriteFile("", NAME, _decoded(before), settings.text, count)
    data = {
        "members": _members(Workspace(root, settings, members)),
        "workspace_toml": settings.text,
        "passed_over": manifests,
    }
    text = proposal.render(members, manifests, shown, settings.text)
    return write, Report("init", data=data, text=text)


def _members(workspace: Workspace) -> list[dict[str, Any]]:
    graph = workspace.graph
    return [
        {
            "name": member.name,
            "path": member.path,
            "version": member.manifest.version,
            "form": member.manifest.form,
            "dependencies": list(graph.dependencies(member.name)),
        }
        for member in workspace.members
    ]


def _left_alone(root: Path, text: bytes) -> Report:
    """What to say of a workspace that is there already: whom it misses, and all that is wrong.

    Raises that, where its members cannot be told because of it.
    """
    exists = UsageError(
        f"there is a {NAME} already; it was left alone",
        rule="init/exists",
        where=Where(NAME),
        hint="edit it; or `ws init --force` writes it anew, and what is in it now is lost",
    )
    try:
        settings = workspace_toml.read(text)
        found, faults = discover(root, settings)
        raise_all(faults)
        known = {place.path for place in found}
        members = survey(root, settings.exclude).members
    except WsError as error:
        raise Faults([exists, *faults_of(error)]) from error
    missed = tuple(_missed(member) for member in members if member.path not in known)
    finding = Finding(exists.rule, "error", exists.reason, exists.where, hint=exists.hint)
    return Report("init", findings=(finding, *missed), fault=Exit.USAGE)


def _missed(member: Member) -> Finding:
    return Finding(
        rule="init/missed-member",
        severity="warning",
        message=f"no pattern in {NAME} chooses {member.path}, which Poetry manages",
        where=Where(member.file(MANIFEST)),
        member=member.name,
        hint=f'add "{member.path}" to members, or to exclude',
    )


def _no_member(root: Path, manifests: Sequence[str]) -> UsageError:
    besides = f"; not managed by Poetry: {', '.join(manifests)}" if manifests else ""
    return UsageError(
        f"no Poetry member was found below {root}: no {MANIFEST} with [tool.poetry], or with"
        f" poetry-core as its build backend{besides}",
        rule="init/no-member",
        hint="hidden folders, environments, node_modules and what git ignores are passed over;"
        " --root DIR looks elsewhere, `poetry new packages/NAME` makes a first member",
    )


def _would_write(write: WriteFile) -> Finding:
    hint = "see it with --diff; ws init writes it"
    if write.before is None:
        message = f"there is no {NAME} for the {write.reason} found here"
        return Finding("init/missing", "error", message, Where(NAME), hint=hint)
    message = f"{NAME} differs from what would be written for the {write.reason} found here"
    return Finding("init/differs", "error", message, Where(NAME), hint=f"{hint} with --force")


def _unwritten(report: Report, *, refused: bool) -> Report:
    """The end where nobody said yes: a no, or nobody there."""
    if refused:
        return replace(report, text="", notes=("init: nothing was written",))
    message = "nothing was written: there is no terminal, and so nobody to ask"
    finding = Finding("init/unanswered", "error", message, hint="ws init --yes writes it unasked")
    return replace(report, text="", findings=(finding,), fault=Exit.USAGE)


def _decoded(before: bytes | None) -> str | None:
    """The old text. Raises `ManifestError` for what is no text: it may be somebody's treasure."""
    try:
        return None if before is None else before.decode()
    except UnicodeDecodeError as error:
        raise ManifestError(
            "the file is not UTF-8, as TOML must be",
            rule="manifest/encoding",
            where=Where(NAME),
            hint="move it away, then ws init",
        ) from error
