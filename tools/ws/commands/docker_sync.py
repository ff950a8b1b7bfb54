"""`ws docker sync`: Dockerfiles mended with the smallest edit, and their ignore files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands.docker_builds import Builds, is_wanted
from ws.commands.docker_ignores import IgnoreFiles, Mine, of_ignore
from ws.commands.docker_surroundings import Surroundings
from ws.commands.dockerfiles import gather, named
from ws.errors import Where, WsError
from ws.files.cache import Cache
from ws.files.docker import image_files
from ws.files.store import Store
from ws.generate.dockerfile import is_generated
from ws.model.plan import Mode, Plan, WriteFile
from ws.model.report import Finding, Report
from ws.planning.docker_fix import Mended, mend
from ws.planning.docker_imports import CANNOT_TELL
from ws.planning.docker_lines import told_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.commands.context import Context
    from ws.commands.dockerfiles import Gathered, Written
    from ws.model.docker import Dockerfile
    from ws.model.workspace import Workspace
    from ws.planning.docker_remedy import Remedy
    from ws.planning.docker_wants import Way

COMMAND = "docker sync"
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

    @property
    def dockerfile(self) -> Dockerfile:
        """As it will be: what is not edited stays as it is."""
        return self.written.dockerfile if _is_kept(self) else self.mended.dockerfile


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
        builds = Builds(Surroundings(workspace, files.builds, cache))
        gathered = gather(builds, store, files.dockerfiles, paths)
        return _decided(context, store, builds, gathered, paths)


def _decided(
    context: Context, store: Store, builds: Builds, gathered: Gathered, paths: Sequence[str]
) -> Decided:
    known = gathered.known
    ignores = IgnoreFiles(store, builds)
    results: list[Result] = []
    findings: list[Finding] = []
    chosen = context.chosen(known.workspace) if context.filters else None
    names = {member.name for member in chosen} if chosen is not None else None
    for written in gathered.files:
        if paths and written.path not in paths:
            continue
        asked = bool(paths) or is_wanted(written.ways.builds, known, names)
        if (faults := written.ways.faults) or not (asked or names):
            findings += faults if asked else ()  # no edit of it would be right
            continue
        ways = ignores.ways(written)
        try:
            mended = mend(written.dockerfile, ignores.texts, ways, known, written.member)
        except WsError as fault:
            findings += [_of_fault(fault, written)] if asked else []
            continue
        if not asked and not (names or set()) & {*mended.members}:
            continue  # nor is it for one of them when it is mended
        if worse := _got_worse(written, mended):
            findings += worse
        else:
            results.append(Result(written, mended, ways))
            ignores.texts = mended.ignores
    left = [(result, finding) for result in results for finding in _left(result)]
    mine = [Mine(result.dockerfile, result.ways, result.member) for result in results]
    own = {result.written.path for result in results}
    others = [written for written in gathered.files if written.path not in own]
    ignored, unwritten = ignores.changes(mine, others)
    written_files = [action for result in results for action in _dockerfile(result)]
    changes = [finding for result in results for finding in _changes(result)]
    findings = list(dict.fromkeys((*findings, *unwritten)))
    return Decided(
        Plan(COMMAND, (*written_files, *ignored)),
        (*changes, *map(of_ignore, ignored)),
        (*findings, *(finding for _, finding in left)),
        (*findings, *(_now(*each) for each in left)),
        tuple(map(_data, results)),
    )


def _got_worse(written: Written, mended: Mended) -> tuple[Finding, ...]:
    """The errors that it has as it is, if the edits would leave it with more than these."""
    before, after = (
        tuple(one for one in found if one.severity == "error")
        for found in (mended.before, mended.left)
    )
    edited = mended.dockerfile.text != written.dockerfile.text
    return before if edited and len(after) > len(before) else ()


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
        wrong = {one.rule for one in result.mended.before if one.severity == "error"}
        generated = result.written.is_text  # else what check has no error of may stay as it is
        for one in result.mended.made:
            if one.edits and (generated or one.rule in wrong):
                yield _of_remedy(result, one, why)
    for finding in result.mended.left:
        if finding.rule != CANNOT_TELL:
            yield finding


def _now(result: Result, finding: Finding) -> Finding:
    before, after = result.written.dockerfile.text, result.mended.dockerfile.text
    return told_before(finding, before, after, result.mended.before)


def _of_fault(fault: WsError, written: Written) -> Finding:
    owner = written.member.name if written.member else None
    where = fault.where or Where(written.path)
    return Finding(fault.rule, "error", str(fault.reason), where, owner, fault.hint)


def _data(result: Result) -> dict[str, Any]:
    changes = [
        {"rule": one.rule, "line": one.line, "message": one.reason} for one in result.mended.made
    ]
    return {"path": result.written.path, "member": result.member, "changes": changes}
