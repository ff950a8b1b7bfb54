"""`ws generate bake`: the plan of all images as files that build them without `ws`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.commands.images import ignored_patterns
from ws.errors import Where, WorkError, WsError, raise_all
from ws.files.store import Store
from ws.files.tree import read_tree
from ws.generate import bake_file, image_files
from ws.model.plan import DeleteFile, Mode, Plan, WriteFile
from ws.model.report import Finding, Outcome, Report
from ws.planning import images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.commands.context import Context
    from ws.model.workspace import Workspace
    from ws.planning.images import Wish

COMMAND = "generate bake"


def run(context: Context, mode: Mode, wish: Wish) -> Report:
    """Write the files into the folder of `[docker] bake`, or say what would be written.

    They come from manifests, locks and `.dockerignore` alone: the same on every machine. What it
    wrote before and is needed no more, goes. Raises all that speaks against one of the images, and
    `WorkError` for a file that somebody else made.
    """

    def decide(workspace: Workspace) -> Plan:
        return _plan(Store(workspace.root), _texts(workspace, wish), folder_of(workspace, wish))

    workspace = context.workspace()
    texts = _texts(workspace, wish)
    plan = _plan(Store(workspace.root), texts, folder_of(workspace, wish))
    data = {"files": sorted(texts), "changes": [_path(action) for action in plan.actions]}
    fine = ("generate bake: all files are as they should be",) if plan.is_empty else ()
    if mode is Mode.DIFF:
        return Report(COMMAND, diff=plan.diff(), data=data)
    if mode is Mode.CHECK:
        return Report(COMMAND, findings=tuple(_findings(plan, wish)), data=data, notes=fine)
    if plan.is_empty:
        return Report(COMMAND, outcomes=plan.settled, data=data, notes=fine)
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    return replace(carry_out(context, lambda now: Decision(decide(now))), data=data)


def folder_of(workspace: Workspace, wish: Wish) -> str:
    """Where the files lie, relative to the root; those of images for development apart."""
    return image_files.bake_folder(workspace.settings.docker.bake, dev=wish.dev)


def _texts(workspace: Workspace, wish: Wish) -> dict[str, str]:
    """All files as they should be, by path."""
    folder = folder_of(workspace, wish)
    locks = read_locks(Store(workspace.root), workspace.members)
    plan = images.image_plan(workspace, images.candidates(workspace), locks, wish)
    if not plan.images:
        raise WorkError(
            "no member has an image",
            rule="docker/no-image",
            hint="give one a console script, or a Dockerfile and"
            ' build = "dockerfile" under [tool.ws.docker]',
        )
    versions = {member.name: member.manifest.version for member in workspace.members}
    baked = bake_file.bake_file(
        plan,
        image_files.bake_in(folder),
        image_files.dockerfile_in(folder),
        {i.member: bake_file.labels(i.member, versions[i.member]) for i in plan.images},
    )
    ignored = ignored_patterns(workspace, plan)
    return image_files.texts(plan, folder, ignored, baked, bake_file.HEAD)


def _plan(store: Store, texts: dict[str, str], folder: str) -> Plan:
    """The writing of what is not as it should be. Raises for what is somebody else's."""
    actions: list[WriteFile | DeleteFile] = []
    faults: list[WsError] = []
    for path, text in texts.items():
        before = _read(store, path)
        if before == text:
            continue
        if before is not None and not bake_file.is_ours(before):
            faults.append(_foreign(path))
            continue
        reason = f"{path} {'made' if before is None else 'made anew'}"
        actions.append(WriteFile("", path, before, text, reason))
    raise_all(faults)
    for path, text in _there(store, folder):
        if path not in texts and bake_file.is_ours(text):
            actions.append(DeleteFile("", path, text, f"{path} removed: it is needed no more"))
    done = Outcome("", COMMAND, "skipped", "all files are as they should be")
    return Plan(COMMAND, tuple(actions), () if actions else (done,))


def _there(store: Store, folder: str) -> Iterator[tuple[str, str]]:
    """The files that an earlier run may have written, besides the Bake file, with their texts."""
    below = image_files.requirements_in(folder)
    dockerfile = image_files.dockerfile_in(folder)
    listed = [f"{below}/{file.path}" for file in read_tree(store.root, below)]
    for path in (dockerfile, f"{dockerfile}.dockerignore", *listed):
        text = _read(store, path)
        if text is not None:
            yield path, text


def _read(store: Store, path: str) -> str | None:
    data = store.read(path)
    return None if data is None else data.decode(errors="replace")


def _foreign(path: str) -> WorkError:
    return WorkError(
        f"{path} is there already, and ws did not make it",
        rule="docker/foreign",
        where=Where(path),
        hint="move it away, or choose another folder: bake under [docker] in workspace.toml",
    )


def _findings(plan: Plan, wish: Wish) -> Iterator[Finding]:
    command = "ws generate bake --dev" if wish.dev else "ws generate bake"
    for action in plan.actions:
        path = _path(action)
        if isinstance(action, DeleteFile):
            message = f"{path} is needed no more"
        elif isinstance(action, WriteFile) and action.before is None:
            message = f"{path} is missing"
        else:
            message = f"{path} is not what manifests and locks say now"
        yield Finding("docker/bake-stale", "error", message, Where(path), hint=command)


def _path(action: object) -> str:
    assert isinstance(action, WriteFile | DeleteFile)  # there are no others in this plan
    return action.path
