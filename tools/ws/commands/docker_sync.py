"""`ws docker sync`: Dockerfiles mended with the smallest edit, and their ignore files."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands.docker_surroundings import Surroundings
from ws.commands.dockerfiles import gather, named
from ws.errors import Where, WsError
from ws.files.cache import Cache
from ws.files.docker import image_files
from ws.files.docker_context import DiskContext
from ws.files.store import Store
from ws.formats import dockerignore
from ws.generate.dockerfile import is_generated
from ws.model.plan import Mode, Plan, WriteFile
from ws.model.report import Finding, Report
from ws.planning import docker_contexts, docker_paths
from ws.planning.docker_fix import Mended, is_harmless, mend
from ws.planning.docker_ignore import additions, with_lines
from ws.planning.docker_imports import CANNOT_TELL
from ws.planning.docker_lines import told_before
from ws.planning.docker_wants import Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.commands.context import Context
    from ws.commands.dockerfiles import Gathered, Written
    from ws.model.docker import Dockerfile
    from ws.model.workspace import Workspace
    from ws.planning.docker_context import Exists
    from ws.planning.docker_remedy import Remedy

COMMAND = "docker sync"
IGNORE = "docker/dockerignore"
_MADE_BY = re.compile(r"`(ws docker new[^`\n]*)`")


class Result(NamedTuple):
    """What becomes of one Dockerfile."""

    written: Written
    mended: Mended
    ways: tuple[Way, ...]

    @property
    def member(self) -> str:
        """Whom it is for; its path where that is no member."""
        owner = [self.written.member.name] if self.written.member else []
        return next(iter((*self.mended.members, *owner)), self.written.path)


class Decided(NamedTuple):
    """What is to be written, and what a person must mend."""

    plan: Plan
    changes: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()
    left_now: tuple[Finding, ...] = ()
    """The same with the lines that they have while nothing is written."""
    data: tuple[dict[str, Any], ...] = ()


def run(context: Context, mode: Mode, dockerfiles: Sequence[str] = ()) -> Report:
    """Mend Dockerfiles (as typed; all without any), or say what would change.

    What cannot be mended stays a finding. Raises what reading them raises.
    """
    paths = named(context, dockerfiles)

    def decide(workspace: Workspace) -> Decided:
        return _decide(context, workspace, paths)

    decided = decide(context.workspace())
    data = {"dockerfiles": list(decided.data)}
    nothing = decided.plan.is_empty
    notes = ("docker sync: there is nothing to mend",) if nothing and not decided.left else ()
    if mode is Mode.CHECK:
        findings = (*decided.changes, *decided.left_now)
        return Report(COMMAND, findings=findings, data=data, notes=notes)
    if mode is Mode.DIFF:
        return Report(COMMAND, findings=decided.left_now, diff=decided.plan.diff(), data=data)
    if nothing:
        return Report(COMMAND, findings=decided.left, data=data, notes=notes)
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    def under_lock(now: Workspace) -> Decision:
        decided = decide(now)
        return Decision(decided.plan, decided.left)

    return replace(carry_out(context, under_lock), data=data)


def _decide(context: Context, workspace: Workspace, paths: Sequence[str]) -> Decided:
    store = Store(workspace.root)
    files = image_files(workspace.root)
    with Cache(workspace.root, "locks") as cache:
        around = Surroundings(workspace, files.builds, cache)
        gathered = gather(around, store, files.dockerfiles, paths)
        return _decided(context, store, gathered, paths, around.exists)


def _decided(
    context: Context, store: Store, gathered: Gathered, paths: Sequence[str], exists: Exists
) -> Decided:
    workspace = gathered.known.workspace
    ignores: dict[str, str] = {}
    results: list[Result] = []
    findings: list[Finding] = []
    names = {member.name for member in context.chosen(workspace)} if context.filters else None
    for written in gathered.files:
        if paths and written.path not in paths:
            continue
        if astray := [found for found in _astray(written, exists) if found]:
            findings += astray  # no edit would be right while it is built in the wrong folder
            continue
        try:
            result = _mended(store, written, gathered, ignores)
        except WsError as fault:
            findings.append(_of_fault(fault, written))
            continue
        if worse := _got_worse(result, gathered):
            findings += worse
        elif _is_chosen(result, names):
            results.append(result)
            ignores[_ignore_path(written)] = result.mended.ignore
    left = [(result, finding) for result in results for finding in _left(result)]
    ignored = _ignore_files(store, workspace, gathered, results, ignores)
    written_files = [action for result in results for action in _dockerfile(result)]
    changes = [finding for result in results for finding in _changes(result)]
    return Decided(
        Plan(COMMAND, (*written_files, *ignored)),
        (*changes, *map(_of_ignore, ignored)),
        (*findings, *(finding for _, finding in left)),
        (*findings, *(_now(*each) for each in left)),
        tuple(map(_data, results)),
    )


def _astray(written: Written, exists: Exists) -> Iterator[Finding | None]:
    """What is wrong with the folders that it is built in."""
    for way in written.ways:
        yield docker_contexts.wrong(written.dockerfile, way.chosen, exists)


def _got_worse(result: Result, gathered: Gathered) -> tuple[Finding, ...]:
    """The errors that it has as it is, if the edits would leave it with more than these."""

    def errors(dockerfile: Dockerfile) -> tuple[Finding, ...]:
        verdicts = (
            docker_paths.check(
                dockerfile,
                way.context,
                gathered.known,
                target=way.chosen.target,
                arguments=way.chosen.args,
            )
            for way in result.written.ways
        )
        return tuple(one for each in verdicts for one in each.findings if one.severity == "error")

    if result.mended.dockerfile.text == result.written.dockerfile.text:
        return ()
    before, after = errors(result.written.dockerfile), errors(result.mended.dockerfile)
    return before if len(after) > len(before) else ()


def _mended(
    store: Store, written: Written, gathered: Gathered, ignores: Mapping[str, str]
) -> Result:
    path = _ignore_path(written)
    ways = tuple(_ways(store, written))
    text = ignores[path] if path in ignores else _text(store, path) or ""
    mended = mend(written.dockerfile, text, ways, gathered.known, written.member)
    return Result(written, mended, ways)


def _ways(store: Store, written: Written) -> Iterator[Way]:
    """The ways of building it; only the first one's ignore file is ever edited."""
    first = _ignore_path(written)
    for way in written.ways:
        own = way.context.ignore_file or normpath(join(way.context.folder, ".dockerignore"))
        make = partial(_context, store, way.context.folder, written.path)
        fixed = way.context
        context = make if own == first else lambda _, fixed=fixed: fixed
        yield Way(context, way.chosen.target, way.chosen.args)


def _context(store: Store, folder: str, dockerfile: str, ignore: str) -> DiskContext:
    context = DiskContext(store.root, folder, dockerfile)
    context.ignored = dockerignore.read(ignore)
    return context


def _ignore_path(written: Written) -> str:
    """The ignore file that applies, or the one to be made, relative to the workspace root."""
    context = written.ways[0].context
    return context.ignore_file or normpath(join(context.folder, ".dockerignore"))


def _text(store: Store, path: str) -> str | None:
    data = store.read(path)
    return None if data is None else data.decode(errors="replace")


def _is_chosen(result: Result, names: set[str] | None) -> bool:
    """Whether it is for a member, and one that was asked for."""
    for_whom = {*result.mended.members}
    if result.written.member and not for_whom:
        for_whom = {result.written.member.name}
    return bool(for_whom) if names is None else bool(for_whom & names)


def _is_kept(result: Result) -> str:
    """Why a file is not edited, empty where it may be."""
    text = result.written.dockerfile.text
    if not result.written.is_text:
        return "save it as UTF-8"
    if is_generated(text):
        found = _MADE_BY.search(text)
        return f"make it anew: {found[1] if found else 'ws docker new'}"
    return ""


def _dockerfile(result: Result) -> Iterator[WriteFile]:
    before, after = result.written.dockerfile.text, result.mended.dockerfile.text
    if before == after or _is_kept(result):
        return
    reasons = dict.fromkeys(remedy.reason for remedy in result.mended.made if remedy.edits)
    what = "; ".join(reasons) or "the block between the markers is written anew"
    path = result.written.path
    yield WriteFile(result.member, path, before, after, f"{path}: {what}")


def _changes(result: Result) -> Iterator[Finding]:
    if result.written.dockerfile.text == result.mended.dockerfile.text or _is_kept(result):
        return
    for remedy in result.mended.made:
        if not remedy.ignore or remedy.edits:
            yield _of_remedy(result, remedy, f"ws docker sync {result.written.path}")


def _of_remedy(result: Result, remedy: Remedy, hint: str) -> Finding:
    where = Where(result.written.path, remedy.line)
    member = remedy.member or result.member
    return Finding(remedy.rule, "error", remedy.reason, where, member, hint)


def _left(result: Result) -> Iterator[Finding]:
    """What the proof still finds, and what is not mended in a file that is not edited."""
    if why := _is_kept(result):
        yield from (_of_remedy(result, one, why) for one in result.mended.made if one.edits)
    for finding in result.mended.left:
        if finding.rule != CANNOT_TELL:
            yield finding


def _now(result: Result, finding: Finding) -> Finding:
    before, after = result.written.dockerfile.text, result.mended.dockerfile.text
    return told_before(finding, before, after, result.mended.before)


def _ignore_files(
    store: Store,
    workspace: Workspace,
    gathered: Gathered,
    results: Sequence[Result],
    ignores: Mapping[str, str],
) -> list[WriteFile]:
    """The ignore files of the Dockerfiles that were asked for, each with what it lacks."""
    actions = []
    members = [member.path for member in workspace.members]
    for path, text in ignores.items():
        own = [one for one in results if _ignore_path(one.written) == path]
        sharing = [one.dockerfile for one in gathered.files if _ignore_path(one) == path]
        sharing += [one.mended.dockerfile for one in own]
        folder = own[0].written.ways[0].context.folder
        lines = tuple(
            line
            for line in additions(text, folder, members, sharing)
            if all(is_harmless(one.mended, text, line, one.ways, gathered.known) for one in own)
        )
        before, after = _text(store, path), with_lines(text, lines)
        if after != (before or ""):
            added = after[len(before or "") :].split()
            reason = f"{path}: {', '.join(added)}"
            actions.append(WriteFile(own[0].member, path, before, after, reason))
    return actions


def _of_ignore(action: WriteFile) -> Finding:
    message = f"what the build context needs to say: {action.reason.partition(': ')[2]}"
    return Finding(IGNORE, "error", message, Where(action.path), action.member, "ws docker sync")


def _of_fault(fault: WsError, written: Written) -> Finding:
    owner = written.member.name if written.member else None
    where = fault.where or Where(written.path)
    return Finding(fault.rule, "error", str(fault.reason), where, owner, fault.hint)


def _data(result: Result) -> dict[str, Any]:
    changes = [
        {"rule": one.rule, "line": one.line, "message": one.reason} for one in result.mended.made
    ]
    return {"path": result.written.path, "member": result.member, "changes": changes}
