"""`ws generate compose`: a Compose file for all services, and its overlays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, Where, WorkError, WsError, raise_all
from ws.files.store import Store
from ws.formats import compose_editor
from ws.formats.compose_values import dotted
from ws.formats.toml_places import line_of
from ws.generate import compose, compose_overlays
from ws.model.plan import Mode, Plan, WriteFile
from ws.model.report import Finding, Outcome, Report
from ws.planning.compose_places import place_of
from ws.planning.compose_waits import Known, waits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.commands.context import Context
    from ws.formats.compose_merge import Change
    from ws.model.workspace import Workspace

COMMAND = "generate compose"
BASE = "compose.yaml"
DEV = "compose.dev.yaml"
PROD = "compose.prod.yaml"
_HEADS = {
    BASE: """\
# All services of the workspace: docker compose -f {path} up, or ws docker up.
""",
    DEV: """\
# For development, over {base}: sources of this machine; docker compose restart NAME loads
# an edit. ws docker up --dev, or
#   docker compose -f {base} -f {path} up
# docker compose … watch builds an image again when a manifest, or what is installed, has changed.
""",
    PROD: """\
# For production, over {base}: images from the registry, nothing is built.
#   docker compose -f {base} -f {path} up --detach
""",
}
_SHARED_HEAD = """\
# `ws generate compose` keeps this file: it lists at the end what it wrote. Add what you like, keys,
# services, comments: it stays.

"""


class File(NamedTuple):
    """One of the files: as it is, and as it should be."""

    path: str
    before: str | None
    edited: compose_editor.Edited


def run(context: Context, mode: Mode) -> Report:
    """Write the files into the folder of `[compose]`, or say what would be written.

    What people added stays. Raises all that speaks against a service, and `WorkError` for a file
    that cannot be edited safely, or a Dockerfile that is missing.
    """
    workspace = context.workspace()
    files = decide(workspace)
    plan = _plan(files)
    findings = tuple(each for file in files for each in _findings(workspace, file))
    data = {
        "files": [file.path for file in files],
        "changes": [action.path for action in plan.actions if isinstance(action, WriteFile)],
    }
    fine = ("generate compose: all files are as they should be",) if plan.is_empty else ()
    if mode is Mode.DIFF:
        return Report(COMMAND, diff=plan.diff(), data=data)
    if mode is Mode.CHECK:
        return Report(COMMAND, findings=findings, data=data, notes=fine)
    left = tuple(each for each in findings if each.rule in ("compose/by-hand", "compose/left"))
    if plan.is_empty:
        return Report(COMMAND, left, outcomes=plan.settled, data=data)
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    done = carry_out(context, lambda now: Decision(_plan(decide(now)), left))
    return replace(done, data=data)


def decide(workspace: Workspace) -> tuple[File, ...]:
    """All files as they are and as they should be. Raises as `run` does."""
    store = Store(workspace.root)
    folder = workspace.settings.compose.folder
    base = f"{folder}/{BASE}"
    _need_dockerfiles(workspace, store)
    wanted = {BASE: compose.base(workspace, waits_of(workspace))}
    if not wanted[BASE]["services"]:
        raise WorkError(
            "no member has a service",
            rule="compose/no-service",
            hint="give one a console script, or [compose.services] in workspace.toml a service",
        )

    def has(path: str) -> bool:
        return store.read(path) is not None

    wanted[DEV] = compose_overlays.development(workspace, has)
    wanted[PROD] = compose_overlays.production(workspace)
    files: list[File] = []
    faults: list[WsError] = []
    for name, document in wanted.items():
        path = f"{folder}/{name}"
        head = (_HEADS[name] + _SHARED_HEAD).format(path=path, base=base)
        before = _read(store, path)
        if before is None and not document.get("services"):
            continue
        try:
            edited = compose_editor.edit(before, document, path, head)
        except WsError as fault:
            faults.append(fault)
            continue
        files.append(File(path, before, edited))
    raise_all(faults)
    return tuple(files)


def waits_of(workspace: Workspace) -> dict[str, dict[str, str]]:
    """What each service waits for. Raises all that names no service, or two."""
    _need_own_names(workspace)
    path = f"{workspace.settings.compose.folder}/{BASE}"
    text = _read(Store(workspace.root), path)
    members = compose.members(workspace)
    by_name = {member.name: member for member in members}
    added = compose_editor.services_of(text, path) if text else ()
    known = Known(tuple(by_name), workspace.settings.compose.services, added)

    def is_asked(name: str) -> bool:
        return name in by_name and "test" in compose.check(by_name[name])

    return waits(workspace, members, known, is_asked)


def _need_own_names(workspace: Workspace) -> None:
    """Raise for services of `[compose.services]` that are called as members are."""
    text = workspace.settings.text
    faults: list[WsError] = [
        ManifestError(
            f"{name} is the service of a member already",
            rule="manifest/value",
            where=Where("workspace.toml", line_of(text, "compose", "services", name)),
            hint=f"say it in [tool.ws.compose] of {name}, or give this one another name",
        )
        for name in workspace.settings.compose.services
        if name in {member.name for member in compose.members(workspace)}
    ]
    raise_all(faults)


def _need_dockerfiles(workspace: Workspace, store: Store) -> None:
    """Raise for the Dockerfiles that services would be built from and that are not there."""
    wanted = compose.dockerfiles(workspace) | compose.dockerfiles(workspace, dev=True)
    raise_all(
        [
            WorkError(
                f"services are built from {path}, which is missing",
                rule="compose/dockerfile",
                where=Where(path),
                hint=command,
            )
            for path, command in wanted.items()
            if store.read(path) is None
        ]
    )


def _read(store: Store, path: str) -> str | None:
    data = store.read(path)
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WorkError(
            "it is no UTF-8",
            rule="compose/unreadable",
            where=Where(path, line),
            hint="save it as UTF-8",
        ) from error


def _plan(files: tuple[File, ...]) -> Plan:
    actions = tuple(
        WriteFile(
            "",
            file.path,
            file.before,
            file.edited.text,
            f"{file.path} {'made' if file.before is None else 'brought up to date'}",
        )
        for file in files
        if file.before != file.edited.text
    )
    done = Outcome("", COMMAND, "skipped", "all files are as they should be")
    return Plan(COMMAND, actions, () if actions else (done,))


def stale(path: str) -> Finding:
    """The warning of a command that uses such a file, and does not write it."""
    message = f"{path} is not what the workspace says"
    hint = "ws generate compose --diff shows it; ws generate compose mends it"
    return Finding("compose/stale", "warning", message, Where(path), hint=hint)


def _findings(workspace: Workspace, file: File) -> Iterator[Finding]:
    if file.before is None:
        message = f"{file.path} is missing"
        yield Finding("compose/missing", "error", message, Where(file.path), hint=_FIX)
        return
    told: set[tuple[str, ...]] = set()
    for change in file.edited.changes:
        if change.whole and change.whole in told:
            continue
        told.add(change.whole)
        yield _finding(workspace, file.path, change)
    real = [each for each in file.edited.changes if each.kind not in ("kept", "left")]
    if not real and file.before != file.edited.text:
        message = "x-ws, the list of what ws wrote, is not as it should be"
        line = _line_of_record(file.before)
        yield Finding("compose/stale", "error", message, Where(file.path, line), hint=_FIX)


_FIX = "ws generate compose"
_WIDTH = 200
"""How much of a value is shown."""


def _finding(workspace: Workspace, path: str, change: Change) -> Finding:
    alone = change.whole in ((), change.path)
    what, where = dotted(change.path if alone else change.whole), Where(path, change.line)
    said = f": {_shown(change.value)}" if alone and not isinstance(change.value, dict) else ""
    if change.kind == "kept":
        message = f"{what} was written by hand; the workspace says {_shown(change.value)}"
        hint = "take it away there, and ws generate compose writes its own"
        return Finding("compose/by-hand", "warning", message, where, hint=hint)
    if change.kind == "left":
        message = f"{what} is none of the workspace any more, and has keys that were added by hand"
        hint = "take it away by hand"
        hint += ", or give it an image" if change.path[0] == "services" else ""
        return Finding("compose/left", "error", message, where, hint=hint)
    if change.edited:
        how = "changed" if change.kind == "replaced" else "taken away"
        message = f"{what} was {how} by hand; the workspace has it{said}"
        missing = change.whole if change.kind == "added" else ()
        hint = f"say so {place_of(workspace, missing or change.path)}, or write it back: {_FIX}"
        return Finding("compose/edited", "error", message, where, hint=hint)
    if change.kind == "removed":
        message = f"{what} is wanted no more"
    elif change.kind == "added":
        message = f"{what} is missing{said}"
    else:
        message = f"{what} should be {_shown(change.value)} now"
    return Finding("compose/stale", "error", message, where, hint=_FIX)


def _shown(value: Any) -> str:  # noqa: ANN401 - what YAML can hold
    from ws.formats.compose_text import flow

    text = flow(value)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _line_of_record(text: str) -> int | None:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, start=1) if line.startswith("x-ws:")), None)
