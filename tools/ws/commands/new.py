"""`ws new`: a member that is ready to lock, install, test and build."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.files import sources
from ws.files.site import look
from ws.files.tree import read_tree
from ws.generate import templates
from ws.generate.renaming import Renaming
from ws.model.names import normalise
from ws.model.plan import MakeFolder, Mode
from ws.model.report import Finding, Report
from ws.planning import placing, scaffold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ws.commands.context import Context
    from ws.model.plan import NewFile, Plan
    from ws.model.workspace import Workspace
    from ws.planning.placing import Kind
    from ws.planning.scaffold import Model, NewMember


def run(
    context: Context, mode: Mode, kind: Kind, name: str, *, at: str = "", like: str = ""
) -> Report:
    """Make a member from a template, or as a copy of another one (`like`), or say what it would be.

    `at` is its folder, relative to where the person stands. Raises all that speaks against it.
    """
    context = replace(context, empty_globs=True)

    def decide(workspace: Workspace) -> Plan:
        folder = workspace.root / placing.default_folder(workspace, kind, normalise(name))
        site = look(workspace.root, workspace.settings, context.cwd / at if at else folder)
        modules = {name: found.modules for name, found in sources.layouts(workspace).items()}
        site = site._replace(asked_for=bool(at))
        new = scaffold.decide(workspace, kind, name, site, like, modules)
        files, origin = _files(workspace, new, modules)
        return scaffold.plan(workspace, new, files, origin)

    plan = decide(context.workspace())
    if mode is Mode.DIFF:
        return Report("new", diff=plan.diff(), data=_data(plan))
    if mode is Mode.CHECK:
        return Report("new", findings=_findings(plan), data=_data(plan))
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    filter_ = f"--filter {normalise(name)}"
    next_step = f"ws lock {filter_} && ws install {filter_}"
    report = carry_out(context, lambda now: Decision(decide(now), next_step=next_step))
    return replace(report, data=_data(plan))


def _files(
    workspace: Workspace, new: NewMember, modules: Mapping[str, Sequence[str]]
) -> tuple[tuple[NewFile, ...], str]:
    """What the member is made of, and where its manifest comes from."""
    if new.model is not None:
        origin = new.model.member.file(scaffold.MANIFEST)
        return _copied(workspace, new, new.model, modules), origin
    folder = f"{templates.FOLDER}/{new.kind}"
    template = read_tree(workspace.root, folder)
    if not template:
        folder, template = f"ws/generate/templates/{new.kind}", templates.built_in(new.kind)
    named = (scaffold.MANIFEST, f"{scaffold.MANIFEST}{templates.SUFFIX}")
    manifest = next((file.path for file in template if file.path in named), scaffold.MANIFEST)
    return templates.filled(template, new, folder), f"{folder}/{manifest}"


def _copied(
    workspace: Workspace, new: NewMember, model: Model, modules: Mapping[str, Sequence[str]]
) -> tuple[NewFile, ...]:
    others = [member for member in workspace.members if member is not model.member]
    without = {model.member.file("poetry.lock"), *(member.path for member in others)}
    kept = {name for each in others for name in (each.name, *modules[each.name])}
    renaming = Renaming(model.names, new.names, (model.member.path, new.path), kept)
    return renaming.files(read_tree(workspace.root, model.member.path, without))


def _findings(plan: Plan) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule="new/missing",
            severity="error",
            message=f"{action.path} would be made, with {len(action.files)} files",
            member=action.member,
            hint="run it without --check",
        )
        for action in plan.actions
        if isinstance(action, MakeFolder)
    )


def _data(plan: Plan) -> dict[str, Any]:
    """The member as `ws list` names it, and its files."""
    (made,) = (action for action in plan.actions if isinstance(action, MakeFolder))
    return {
        "name": made.member,
        "path": made.path,
        "files": [f"{made.path}/{file.path}" for file in made.files],
    }
