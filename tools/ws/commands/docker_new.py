"""`ws docker new`: a member's Dockerfile, and what it needs beside it."""

from __future__ import annotations

from dataclasses import replace
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

from ws.commands.docker_unhidden import Written, with_exceptions
from ws.errors import ManifestError, UsageError, Where, WorkError, WsError, raise_all
from ws.files.docker_context import DiskContext
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
WORKSPACE = "workspace.toml"


class _File(NamedTuple):
    """A file as it should be."""

    path: str
    text: str
    kept: bool = False
    """Whether its text already heeds what somebody else wrote there."""


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
    for each in styles:
        _refuse_context(store, workspace, member, each)
    made = [_dockerfile(store, workspace, member, each) for each in styles]
    files: dict[str, _File] = {}
    for one, each in zip(made, styles, strict=True):
        ignore_file = _in(one.context, dockerfile.IGNORE)
        files.setdefault(ignore_file, _ignore(store, workspace, ignore_file))
        if each != "classic":
            path = _in(one.context, dockerfile.THIRD_PARTY)
            files[path] = _plain(store, workspace, "third_party.py", path)
    for one in made:
        context = DiskContext(workspace.root, one.context, one.path)
        applying = context.ignore_file or _in(one.context, dockerfile.IGNORE)
        before = files.get(applying) or _ignore(store, workspace, applying)
        text = with_exceptions(workspace, one, files, applying, before.text)
        if text != before.text or applying in files:
            files[applying] = before._replace(text=text)
    return (*files.values(), *(_File(one.path, one.text) for one in made))


def _in(folder: str, path: str) -> str:
    return normpath(join(folder, path))


def _refuse_context(store: Store, workspace: Workspace, member: Member, style: Style) -> None:
    """Raise `ManifestError` for a build context that is no folder."""
    folder = docker_recipe.context_of(workspace, member, style)
    if not (workspace.root / folder).is_dir():
        raise ManifestError(
            f"the build context {folder} is no folder of the workspace",
            rule="docker/context",
            where=_said(store, workspace, member, style),
            hint='name one that there is, such as ".", or leave the key out',
            member=member.name,
        )


def _said(store: Store, workspace: Workspace, member: Member, style: Style) -> Where | None:
    """The place that names the build context, if one does."""
    if style != "shared" and member.manifest.settings.docker.context:
        return _place(store, member.file("pyproject.toml"), "tool", "ws", "docker", "context")
    if workspace.settings.docker.context:
        return _place(store, WORKSPACE, "docker", "context")
    return None


def _place(store: Store, path: str, *keys: str) -> Where:
    from ws.formats.toml_places import line_of  # costs start-up; only a fault needs it

    return Where(path, line_of((store.read(path) or b"").decode(errors="replace"), *keys))


def _dockerfile(store: Store, workspace: Workspace, member: Member, style: Style) -> Written:
    where = _said(store, workspace, member, style)
    lock = store.read(member.file("poetry.lock"))
    asked = recipe = docker_recipe.recipe(workspace, member, lock, style, where)
    if style == "shared":  # the one file is the same whoever asks: its example is the first member
        candidates = docker_recipe.deployable(workspace)
        meant = next((each for each in candidates if _lockable(store, workspace, each)), member)
        lock = store.read(meant.file("poetry.lock"))
        recipe = docker_recipe.recipe(workspace, meant, lock, style, where)
    template, source = _template(store, workspace, f"{style}.Dockerfile")
    libraries = docker_recipe.libraries(workspace)
    text = dockerfile.dockerfile(recipe, template, libraries, source)
    arguments = dockerfile.arguments(asked)
    return Written(dockerfile.path_of(recipe), text, member, asked.context, arguments)


def _lockable(store: Store, workspace: Workspace, member: Member) -> bool:
    try:
        docker_recipe.recipe(workspace, member, store.read(member.file("poetry.lock")), "shared")
    except WsError:
        return False
    return True


def _plain(store: Store, workspace: Workspace, name: str, path: str) -> _File:
    template, source = _template(store, workspace, name)
    return _File(path, dockerfile.plain(name, template, source))


def _ignore(store: Store, workspace: Workspace, path: str) -> _File:
    """An ignore file: one that somebody else made stays, and so do lines after those of `ws`."""
    made = _plain(store, workspace, "dockerignore", path).text
    there = (store.read(path) or b"").decode(errors="replace")
    stays = there and (not dockerfile.is_generated(there) or there.startswith(made))
    return _File(path, there if stays else made, kept=True)


def _template(store: Store, workspace: Workspace, name: str) -> tuple[str, str]:
    """A template and where it comes from: the workspace's own folder, else what comes with `ws`."""
    folder = workspace.settings.docker.templates
    if folder and not (workspace.root / folder).is_dir():
        raise ManifestError(
            f"there is no folder {folder} for templates",
            rule="docker/templates",
            where=_place(store, WORKSPACE, "docker", "templates"),
            hint="make it, or leave the key out for the templates that come with ws",
        )
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
        if before is not None and not file.kept and not dockerfile.is_generated(before):
            faults.append(_foreign(file.path, member))
            continue
        reason = f"{file.path} {_done(_reason(before, file.text))}"
        actions.append(WriteFile(member.name, file.path, before, file.text, reason))
    raise_all(faults)
    done = Outcome(member.name, COMMAND, "skipped", "its Dockerfile is as it should be")
    return Plan(COMMAND, tuple(actions), () if actions else (done,))


def _reason(before: str | None, after: str) -> str:
    """What would become of a file: `be made`, or `get` the lines that are added."""
    if before is None:
        return "be made"
    if before and after.startswith(before):
        return f"get {', '.join(after[len(before) :].split())}"
    return "be made anew"


def _done(would: str) -> str:
    return would.removeprefix("be ").replace("get ", "got ")


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
            message=f"{action.path} would {_reason(action.before, action.after)}",
            where=Where(action.path),
            member=action.member,
            hint="run it without --check",
        )
        for action in plan.actions
        if isinstance(action, WriteFile)
    )


def _fine(plan: Plan, name: str) -> tuple[str, ...]:
    return (f"docker new: {name} has its Dockerfile",) if plan.is_empty else ()
