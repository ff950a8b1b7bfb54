"""`ws docker check`: whether images can be built and run, and how well, without building any."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands.docker_surroundings import Surroundings
from ws.errors import UsageError, Where, WsError
from ws.files.cache import Cache
from ws.files.docker import image_files
from ws.formats import dockerfile_parser, dockerignore
from ws.model.report import Finding, Report
from ws.planning import (
    docker_contexts,
    docker_floating,
    docker_over_copy,
    docker_owner,
    docker_parity,
    docker_paths,
    docker_rebuilds,
    docker_sent,
    docker_user,
)
from ws.planning.docker_built import Built
from ws.planning.docker_context import Chosen, choose
from ws.planning.docker_variables import variables
from ws.planning.heed import heeded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ws.commands.context import Context
    from ws.files.docker_context import DiskContext
    from ws.model.docker import Dockerfile
    from ws.model.workspace import Member, Workspace
    from ws.planning.docker_needs import Known

COMMAND = "docker check"
UNREADABLE = "docker/unreadable"
MALFORMED = "docker/malformed"


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
    if not files.dockerfiles and not named:
        return Checked((), ())
    with Cache(workspace.root, "locks") as cache:
        check_ = _Check(Surroundings(workspace, files.builds, cache))
        return check_.of(named or files.dockerfiles, members, named=bool(named))


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
        self.unread: dict[str, str] = {}

    def of(self, paths: Sequence[str], members: Collection[str] | None, *, named: bool) -> Checked:
        findings: list[Finding] = []
        builds: list[Built] = []
        for path in paths:
            dockerfile, fault = self._read(path)
            if dockerfile is None:
                findings += [fault] if fault and (named or self._is_asked(path, members)) else []
            elif named or not docker_owner.is_template(dockerfile):
                found = self._of_one(dockerfile)
                if named or _is_wanted(found, self.known, members):
                    builds += found.builds
                    findings += found.findings
        findings += docker_parity.findings(builds, self.around.pins)
        return Checked(tuple(dict.fromkeys(findings)), tuple(builds))

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
        home = docker_owner.home(dockerfile.path, self.known)
        checked = self._in_contexts(dockerfile, self._configured(home))
        owner = next((one.owners[0] for one in checked.builds if len(one.owners) == 1), None)
        if owner and owner != home and owner.manifest.settings.docker.context:
            return self._in_contexts(dockerfile, self._configured(owner))
        return checked

    def _configured(self, member: Member | None) -> str:
        own = member.manifest.settings.docker.context if member else ""
        return own or self.around.workspace.settings.docker.context

    def _in_contexts(self, dockerfile: Dockerfile, configured: str) -> Checked:
        said = self.around.builds.get(dockerfile.path, ())
        chosen = choose(dockerfile, said, configured, self.around.exists)
        findings = [
            Finding(MALFORMED, "error", message, Where(dockerfile.path, line))
            for line, message in dockerfile.problems
        ]
        findings += docker_contexts.several(dockerfile, chosen)
        builds = [
            self._built(dockerfile, way) for one in chosen for way in self._ways(dockerfile, one)
        ]
        for built in builds:
            findings += built.faults or self._findings(built)
        member = next((built.member for built in builds if built.member), None)
        told = (
            replace(one, member=one.member or member) if _is_own(one, dockerfile) else one
            for one in findings
        )
        return Checked(tuple(dict.fromkeys(told)), tuple(builds))

    def _ways(self, dockerfile: Dockerfile, chosen: Chosen) -> Iterator[Chosen]:
        """The builds in one context, by what they give it: targets and arguments."""
        seen: list[tuple[str, Mapping[str, str]]] = []
        for build in self.around.builds.get(dockerfile.path, ()):
            if build.context == chosen.folder:
                way = (build.target, build.args)
                if way not in seen:
                    seen.append(way)
                    yield Chosen(build.context, build.where, build.args, build.target)
        if not seen:
            yield chosen

    def _built(self, dockerfile: Dockerfile, chosen: Chosen) -> Built:
        context = self.around.context(chosen.folder, dockerfile.path)
        faults = self._faults(context)
        wrong = docker_contexts.wrong(dockerfile, chosen, self.around.exists)
        arguments = dict(chosen.args)
        built = Built(
            dockerfile,
            context,
            docker_paths.check(
                dockerfile, context, self.known, target=chosen.target, arguments=arguments
            ),
            variables(dockerfile, arguments),
            said=chosen.said,
            target=chosen.target,
            arguments=arguments,
            faults=(*faults, wrong) if wrong else faults,
        )
        return replace(built, owners=docker_owner.owners(built, self.known))

    def _faults(self, context: DiskContext) -> tuple[Finding, ...]:
        """What is wrong with the ignore file; one that cannot be read is taken to say nothing."""
        try:
            problems = context.ignored.problems
        except OSError as error:
            context.ignored = dockerignore.read("")
            self.unread[context.ignore_file] = error.strerror or "it cannot be read"
        if why := self.unread.get(context.ignore_file):
            where = Where(context.ignore_file)
            message = f"cannot read the file: {why}"
            return (Finding(UNREADABLE, "error", message, where, hint="check its permissions"),)
        return tuple(
            Finding(MALFORMED, "error", message, Where(context.ignore_file, line))
            for line, message in problems
        )

    def _findings(self, built: Built) -> tuple[Finding, ...]:
        """What the proof and the rules of style say of one build."""
        if not built.verdict.stages:
            return built.verdict.findings
        context = self.around.context(built.context.folder, built.dockerfile.path)
        top = "" if context.folder == "." else f"{context.folder}/"
        ignore_file = context.ignore_file or f"{top}.dockerignore"
        return (
            *built.verdict.findings,
            *docker_rebuilds.findings(built, self.known),
            *docker_over_copy.findings(built, self.known),
            *docker_sent.findings(
                built, self.around.refuse, context.ignored, ignore_file, self.around.size
            ),
            *docker_floating.findings(built),
            *docker_user.findings(built),
        )


def _is_own(finding: Finding, dockerfile: Dockerfile) -> bool:
    """Whether it is about this Dockerfile alone, and not about an ignore file that others share."""
    places = [place.path for place in (finding.where, finding.also) if place]
    return dockerfile.path in places


def _is_wanted(checked: Checked, known: Known, members: Collection[str] | None) -> bool:
    if members is None:
        return any(docker_owner.is_of_workspace(built, known) for built in checked.builds)
    names = {
        name
        for built in checked.builds
        for name in (*built.verdict.members, *(owner.name for owner in built.owners))
    }
    return bool(names & set(members))


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
