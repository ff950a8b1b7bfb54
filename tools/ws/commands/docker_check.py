"""`ws docker check`: whether images can be built and run, and how well, without building any."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands.docker_builds import UNREADABLE, Builds, is_wanted
from ws.commands.docker_surroundings import Surroundings
from ws.errors import UsageError, Where, WsError
from ws.files.cache import Cache
from ws.files.docker import image_files
from ws.formats import dockerfile_parser
from ws.model.report import Finding, Report
from ws.planning import (
    docker_contexts,
    docker_floating,
    docker_malformed,
    docker_over_copy,
    docker_owner,
    docker_parity,
    docker_rebuilds,
    docker_sent,
    docker_user,
)
from ws.planning.heed import heeded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ws.commands.context import Context
    from ws.model.docker import Dockerfile
    from ws.model.workspace import Workspace
    from ws.planning.docker_built import Built

COMMAND = "docker check"


class Checked(NamedTuple):
    """What became of some Dockerfiles."""

    findings: tuple[Finding, ...]
    builds: tuple[Built, ...]


def run(context: Context, dockerfiles: Sequence[str] = ()) -> Report:
    """Check the Dockerfiles that are named (relative to where one stands), else all there are.

    With `--filter`, those of the chosen members. Raises `UsageError` for a Dockerfile that is not
    there, and what there is to say of manifests and locks.
    """
    workspace = context.workspace()
    named = [_inside(context, workspace, path) for path in dockerfiles]
    chosen = {one.name for one in context.chosen(workspace)} if context.filters else None
    checked = check(workspace, named, chosen)
    findings = heeded(checked.findings, workspace)
    data = {"dockerfiles": [_as_data(built) for built in checked.builds]}
    return Report(COMMAND, findings=findings, data=data, notes=_fine(findings, checked.builds))


def check(
    workspace: Workspace, named: Sequence[str] = (), members: Collection[str] | None = None
) -> Checked:
    """Check Dockerfiles of a workspace: those that are named, or those that are for `members`.

    `None` there means all that have to do with the workspace.
    """
    files = image_files(workspace.root)
    if not files.dockerfiles and not files.unreadable and not named:
        return Checked((), ())
    with Cache(workspace.root, "locks") as cache:
        check_ = _Check(Surroundings(workspace, files.builds, cache))
        checked = check_.of(named or files.dockerfiles, members, named=bool(named))
        unreadable = () if named else tuple(check_.unreadable(files.unreadable, members))
        return Checked((*unreadable, *checked.findings), checked.builds)


def _inside(context: Context, workspace: Workspace, path: str) -> str:
    full = os.path.realpath(context.cwd / path)
    relative = os.path.relpath(full, os.path.realpath(workspace.root)).replace(os.sep, "/")
    if relative.startswith("../") or not os.path.isfile(full):
        where = "outside the workspace" if relative.startswith("../") else "no file"
        hint = "see `ws docker check` for those that there are"
        raise UsageError(f"{path} is {where}", rule="usage/dockerfile", hint=hint)
    return relative


class _Check:
    """Checks one Dockerfile after the other."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.known = around.known
        self.builds = Builds(around)

    def of(self, paths: Sequence[str], members: Collection[str] | None, *, named: bool) -> Checked:
        findings: list[Finding] = []
        builds: list[Built] = []
        for path in paths:
            dockerfile, fault = self._read(path)
            if dockerfile is None:
                findings += [fault] if fault and (named or self._is_asked(path, members)) else []
            elif named or not docker_owner.is_template(dockerfile):
                found = self._of_one(dockerfile)
                if named or is_wanted(found.builds, self.known, members):
                    builds += found.builds
                    findings += found.findings
        findings += docker_parity.findings(builds, self.around.pins)
        problems = {path: said.problems for path, said in self.around.said.items()}
        findings += docker_contexts.malformed(problems)
        return Checked(tuple(dict.fromkeys(findings)), tuple(builds))

    def unreadable(
        self, paths: Iterable[tuple[str, str]], members: Collection[str] | None
    ) -> Iterator[Finding]:
        """An error for each path that is none to read, and why."""
        for path, why in paths:
            if self._is_asked(path, members):
                hint = "take it away, or put the file there"
                yield Finding(UNREADABLE, "error", why, Where(path), hint=hint)

    def _read(self, path: str) -> tuple[Dockerfile | None, Finding | None]:
        try:
            return dockerfile_parser.read(self.around.text(path), path), None
        except WsError as fault:
            where = Where(path)
            return None, Finding(UNREADABLE, "error", fault.reason, where, hint=fault.hint)

    def _is_asked(self, path: str, members: Collection[str] | None) -> bool:
        home = docker_owner.home(path, self.known)
        return members is None or (home is not None and home.name in members)

    def _of_one(self, dockerfile: Dockerfile) -> Checked:
        """All that is to say of one Dockerfile, in each way that it is built."""
        chosen, builds = self.builds.of(dockerfile)
        findings = [*docker_malformed.findings(dockerfile)]
        findings += docker_contexts.several(dockerfile, chosen)
        asked = (one for said in self.around.said.values() for one in said.unsettled)
        findings += docker_contexts.unsettled(dockerfile, chosen[0], asked)
        for built in builds:
            findings += built.faults or self._findings(built)
        broken = any(built.status == "broken" for built in builds)
        findings += docker_contexts.guessed(dockerfile, chosen[0], broken=broken)
        member = next((built.member for built in builds if built.member), None)
        told = (
            replace(one, member=one.member or member) if _is_own(one, dockerfile) else one
            for one in findings
        )
        return Checked(tuple(dict.fromkeys(told)), builds)

    def _findings(self, built: Built) -> tuple[Finding, ...]:
        """What the proof and the rules of style say of one build."""
        if not built.verdict.stages:
            return built.verdict.findings
        ignored = self.around.context(built.context.folder, built.dockerfile.path).ignored
        ignore_file = self.builds.ignore_file(built)
        return (
            *built.verdict.findings,
            *docker_rebuilds.findings(built, self.known),
            *docker_over_copy.findings(built, self.known),
            *docker_sent.findings(
                built, self.around.refuse, ignored, ignore_file, self.around.size
            ),
            *docker_floating.findings(built),
            *docker_user.findings(built),
        )


def _is_own(finding: Finding, dockerfile: Dockerfile) -> bool:
    """Whether it is about this Dockerfile alone, and not about an ignore file that others share."""
    places = [place.path for place in (finding.where, finding.also) if place]
    return dockerfile.path in places


def _as_data(built: Built) -> dict[str, Any]:
    return {
        "path": built.dockerfile.path,
        "member": built.member,
        "members": [member.name for member in built.owners],
        "context": built.context.folder,
        "target": built.target,
        "arguments": dict(built.arguments),
        "status": built.status,
        "stages": built.verdict.as_data(built.context),
    }


def _fine(findings: Sequence[Finding], builds: Sequence[Built]) -> tuple[str, ...]:
    if findings:
        return ()
    count = len({built.dockerfile.path for built in builds})
    if not count:
        return ("docker check: there is no Dockerfile of a member",)
    return (f"docker check: {count} Dockerfile{'s' * (count > 1)}, nothing to complain about",)
