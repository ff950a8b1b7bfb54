"""`ws docker new`: a member's Dockerfile, and what it needs beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError, Where, WorkError, WsError, raise_all
from ws.files.store import Store
from ws.generate import dockerfile
from ws.model.names import did_you_mean, normalise
from ws.model.plan import Mode, Plan, WriteFile
from ws.model.report import Finding, Outcome, Report
from ws.planning import docker_recipe

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.docker_settings import Style
    from ws.model.workspace import Member, Workspace

COMMAND = "docker new"


class _File(NamedTuple):
    """A file as it should be."""

    path: str
    text: str
    kept: bool = False
    """Whether one that somebody else made does instead."""


def run(context: Context, mode: Mode, name: str, style: Style | None = None) -> Report:
    """Write a member's Dockerfile of a style, or say what would be written.

    Without a style: that of the member, and the one for development. Raises all that speaks
    against it: a lock that is missing, a file that somebody else made.
    """

    def decide(workspace: Workspace) -> Plan:
        member = _member(workspace, name)
        store = Store(workspace.root)
        files = _files(store, workspace, member, style)
        return _plan(store, member, files)

    plan = decide(context.workspace())
    data = {"files": [action.path for action in plan.actions if isinstance(action, WriteFile)]}
    if mode is Mode.DIFF:
        return Report(COMMAND, diff=plan.diff(), data=data)
    if mode is Mode.CHECK:
        return Report(COMMAND, findings=_findings(plan), data=data, notes=_fine(plan, name))
    if plan.is_empty:
        return Report(COMMAND, outcomes=plan.settled, data=data, notes=_fine(plan, name))
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    return replace(carry_out(context, lambda now: Decision(decide(now))), data=data)


def _member(workspace: Workspace, name: str) -> Member:
    member = workspace.by_name.get(normalise(name))
    if member is None:
        hint = did_you_mean(name, workspace.by_name) or "see `ws list` for the members"
        raise UsageError(f"{name} is no member", rule="usage/member", hint=hint)
    return member


def _files(
    store: Store, workspace: Workspace, member: Member, style: Style | None
) -> tuple[_File, ...]:
    """The Dockerfiles, and before them what they copy and what keeps the context small."""
    own = member.manifest.settings.docker.style
    styles: tuple[Style, ...] = (style,) if style else (own, "dev")
    made = [_dockerfile(store, workspace, member, each) for each in styles]
    files = [_plain(store, workspace, "dockerignore", dockerfile.IGNORE, kept=True)]
    if set(styles) != {"classic"}:
        files.append(_plain(store, workspace, "third_party.py", dockerfile.THIRD_PARTY))
    return (*files, *made)


def _dockerfile(store: Store, workspace: Workspace, member: Member, style: Style) -> _File:
    meant = member
    if style == "shared":  # the one file is the same whoever asks: its example is the first member
        docker_recipe.recipe(workspace, member, store.read(member.file("poetry.lock")), style)
        candidates = docker_recipe.deployable(workspace)
        meant = next((each for each in candidates if _lockable(store, workspace, each)), member)
    lock = store.read(meant.file("poetry.lock"))
    recipe = docker_recipe.recipe(workspace, meant, lock, style)
    template, source = _template(store, workspace, f"{style}.Dockerfile")
    libraries = docker_recipe.libraries(workspace)
    return _File(
        dockerfile.path_of(recipe), dockerfile.dockerfile(recipe, template, libraries, source)
    )


def _lockable(store: Store, workspace: Workspace, member: Member) -> bool:
    try:
        docker_recipe.recipe(workspace, member, store.read(member.file("poetry.lock")), "shared")
    except WsError:
        return False
    return True


def _plain(
    store: Store, workspace: Workspace, name: str, path: str, *, kept: bool = False
) -> _File:
    template, source = _template(store, workspace, name)
    return _File(path, dockerfile.plain(name, template, source), kept)


def _template(store: Store, workspace: Workspace, name: str) -> tuple[str, str]:
    """A template and where it comes from: the workspace's own folder, else what comes with `ws`."""
    folder = workspace.settings.docker.templates
    data = store.read(f"{folder}/{name}") if folder else None
    if data is None:
        return dockerfile.built_in(name), f"ws/generate/templates/docker/{name}"
    try:
        return data.decode(), f"{folder}/{name}"
    except UnicodeDecodeError as error:
        raise WorkError(
            "this template is no UTF-8 text",
            rule="file/read",
            where=Where(f"{folder}/{name}"),
            hint="save it as UTF-8",
        ) from error


def _plan(store: Store, member: Member, files: tuple[_File, ...]) -> Plan:
    """The writing of what is not there yet as it should be. Raises for what is somebody else's."""
    actions: list[WriteFile] = []
    faults: list[WsError] = []
    for file in files:
        data = store.read(file.path)
        before = None if data is None else data.decode(errors="replace")
        if before == file.text:
            continue
        if before is not None and not dockerfile.is_generated(before):
            faults += [] if file.kept else [_foreign(file.path, member)]
            continue
        reason = f"{file.path} {'made' if before is None else 'made anew'}"
        actions.append(WriteFile(member.name, file.path, before, file.text, reason))
    raise_all(faults)
    done = Outcome(member.name, COMMAND, "skipped", "its Dockerfile is as it should be")
    return Plan(COMMAND, tuple(actions), () if actions else (done,))


def _foreign(path: str, member: Member) -> WsError:
    return WorkError(
        f"{path} is there already, and ws did not make it",
        rule="docker/foreign",
        where=Where(path),
        hint="move it away, run this again, and take over from it what you want to keep",
        member=member.name,
    )


def _findings(plan: Plan) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule="docker/generated",
            severity="error",
            message=f"{action.path} would be {'made' if action.before is None else 'made anew'}",
            where=Where(action.path),
            member=action.member,
            hint="run it without --check",
        )
        for action in plan.actions
        if isinstance(action, WriteFile)
    )


def _fine(plan: Plan, name: str) -> tuple[str, ...]:
    return (f"docker new: {name} has its Dockerfile",) if plan.is_empty else ()
