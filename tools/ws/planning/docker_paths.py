"""Whether every path dependency is where Poetry will look when an image is built, and when it runs.

The proof goes install by install over the stages that a build needs: whose manifest is in the
folder, what its lock asks for, and what is where at that moment. Errors are what makes the build
fail, or the import of a path dependency in a container of the last stage; where one cannot tell,
that is said, and no more.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from ws.errors import Where
from ws.formats.docker_shell import UNKNOWN
from ws.model.docker_build import AS_BUILT, Start
from ws.model.report import Finding
from ws.planning.docker_copy import absolute
from ws.planning.docker_imports import CANNOT_TELL, Fault, faults_in_container
from ws.planning.docker_layout import Missing, StageLayout, layouts, target_stage
from ws.planning.docker_lists import Source, lists, refuses_folders, wheel_of
from ws.planning.docker_needs import EVERYTHING, Known, lacks, needs
from ws.planning.docker_poetry import refusals
from ws.planning.docker_project import Project, project_at
from ws.planning.docker_start import bare, unsettled
from ws.planning.docker_stories import (
    Absent,
    Sight,
    missing_source,
    poetry_is_gone,
    remedy_of_failure,
    tell,
    where_it_belongs,
)
from ws.planning.docker_wheels import by_the_lock, reach_the_end, without_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.docker import Dockerfile
    from ws.model.image import Context
    from ws.model.report import Severity
    from ws.model.workspace import Member
    from ws.planning.docker_stage import Install

_UNNAMED = "pip takes what {} needs from [project], which names no paths"
Status = Literal["ok", "broken", "cannot-tell"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one Dockerfile."""

    status: Status
    """`ok` and `broken`: that the build, and importing the path dependencies of what it installs in
    a container of the last stage, work or do not."""
    findings: tuple[Finding, ...] = ()
    stages: tuple[StageLayout, ...] = field(default=(), repr=False)
    members: tuple[str, ...] = ()
    """The names of the members that are installed from their folders."""

    def as_data(self, context: Context) -> list[dict[str, Any]]:
        """The stages for JSON."""
        return [stage.as_data(context.folder) for stage in self.stages]


def check(
    dockerfile: Dockerfile,
    context: Context,
    known: Known,
    *,
    target: str = "",
    arguments: Mapping[str, str] | None = None,
    start: Start = AS_BUILT,
) -> Verdict:
    """Prove a Dockerfile built with a context: the stage `target`, by default the last.

    `arguments` are those of the build (`--build-arg`), `start` is how a container is started where
    somebody says so. Raises nothing: a malformed Dockerfile is
    broken, as its own problems say.
    """
    by_manifest = known.manifests(context.folder)
    stages = layouts(dockerfile, context, target=target, arguments=arguments, names=by_manifest)
    proof = _Proof(Sight(dockerfile, context, known, stages), start)
    findings = tuple(dict.fromkeys((*proof.target(target), *proof.findings())))
    names = tuple(dict.fromkeys(member.name for _, member in proof.judged))
    status: Status = "ok"
    if any(one.severity == "error" for one in findings) or dockerfile.problems:
        status = "broken"
    elif any(one.rule == CANNOT_TELL for one in findings):
        status = "cannot-tell"
    return Verdict(status, findings, stages, names)


class _Proof:
    """Goes over the installs of the stages, once."""

    def __init__(self, sight: Sight, start: Start) -> None:
        self.dockerfile, self.context, self.known, self.stages = sight
        self._sight = sight
        self.start = start
        self.judged: list[tuple[Install, Member]] = []
        self.wheels: dict[str, tuple[Install, Member]] = {}
        """Of which members wheels are built, and by what."""
        self.loops: list[Install] = []
        """What builds wheels of folders that only the build knows."""
        self.absent: set[str] = set()
        """The path dependencies that an install will not find."""
        self.exports: list[Source] = []
        """The lists of requirements that are made of locks."""
        self.builds: list[Source] = []
        """The wheels that Poetry makes."""
        self.doubtful: set[str] = set()
        """Those of which nobody can tell."""

    def target(self, name: str) -> Iterator[Finding]:
        if self.stages and target_stage(self.dockerfile, name) is None:
            named = ", ".join(stage.name for stage in self.dockerfile.stages if stage.name)
            hint = f"its stages are {named}" if named else "no stage has a name: FROM ... AS NAME"
            message = f"it is built with the target {name}, and has no stage of that name"
            yield self._finding("docker/target-missing", 1, message, hint)

    def findings(self) -> Iterator[Finding]:
        for stage in self.stages:
            yield from map(self._source, stage.missing)
            for line, why in stage.failing:
                yield self._finding("docker/command-fails", line, why, remedy_of_failure(why))
            for line, why in stage.unclear:
                yield self._unclear(line, why)
            for install in stage.installs:
                yield from self._install(install)
        yield from (self._finding(*fault) for fault in poetry_is_gone(self.stages))
        yield from self._looped()
        yield from self._unread()
        if self.judged and not self.absent:
            yield from (self._finding(*fault) for fault in self._in_container())

    def _in_container(self) -> Iterator[Fault]:
        settle = partial(unsettled, sight=self._sight, start=self.start)
        final = self.stages[-1]
        return faults_in_container(final, self.judged, self.known, self.doubtful, settle)

    def _install(self, install: Install) -> Iterator[Finding]:
        call = install.call
        if call.verb == "wheel":
            yield from self._wheel(install)
        elif call.verb == "pip":
            for path, _ in call.paths:
                yield from self._pip(install, path)
            for export in lists(install, self.exports):
                yield from self._listed(install, export)
        elif call.tool == "uv":
            yield from self._uv(install)
        elif UNKNOWN in call.project:
            why = f"poetry {call.verb} runs in a folder that is known at build time only"
            yield self._unclear(install.line, why)
        else:
            yield from self._poetry(install)

    def _uv(self, install: Install) -> Iterator[Finding]:
        project = self._project(install, install.call.project, climbing=True)
        if project.member is not None and needs(project.member, self.known, None):
            why = "uv sync reads [tool.uv], and not the path dependencies of Poetry"
            yield self._unclear(install.line, why, project.member.name)

    def _wheel(self, install: Install) -> Iterator[Finding]:
        if UNKNOWN in install.call.project:
            self.loops.append(install)
            return
        project = self._project(install, install.call.project, climbing=False)
        yield from self._manifest(install, project)
        if project.member is not None:
            self.wheels[project.member.name] = install, project.member
            yield from self._own(install, project.member, project.folder)

    def _looped(self) -> Iterator[Finding]:
        """Whether the local packages that a lock names lie where a loop builds their wheels."""
        for loop in self.loops:
            if not self.wheels or not by_the_lock(self.stages):
                why = "of which folder a wheel is built is known at build time only"
                yield self._unclear(loop.line, why)
                continue
            for install, member in self.wheels.values():
                folder = install.call.project
                for need in needs(member, self.known, None):
                    wanted = need.member.manifest if need.member else None
                    lack = lacks(loop.image, absolute(folder, need.url), wanted)
                    if lack is not None and need.name not in (*self.wheels, *self.absent):
                        yield self._lacking(Absent(install, member, folder, need, lack))

    def _pip(self, install: Install, path: str) -> Iterator[Finding]:
        if UNKNOWN in path or path.endswith((".whl", ".gz")):
            yield from self._built(install, path)
            return
        project = self._project(install, path, climbing=False)
        yield from self._manifest(install, project)
        member = project.member
        if member is None:
            return
        self.judged.append((install, member))
        yield from self._own(install, member, path)
        if not install.call.dependencies:
            return
        if member.manifest.form == "project" and needs(member, self.known, None):
            yield self._unclear(install.line, _UNNAMED.format(member.name), member.name)
        else:
            yield from self._dependencies(install, member, path)

    def _listed(self, install: Install, export: Source) -> Iterator[Finding]:
        """A list that Poetry wrote names path dependencies by the paths that they had then."""
        _, member, folder = export
        inner = replace(install, call=replace(export.install.call, verb="install", root=False))
        names = [need.name for need in needs(member, self.known, export.install.call)]
        if names and refuses_folders(install, export, self.known):
            yield self._error(
                install,
                "docker/command-fails",
                f"pip install fails: the list of line {export.install.line} has hashes, and a"
                f" folder has none: {', '.join(names)}",
                "give poetry export --without-hashes, or install the folders apart from the list",
                member.name,
            )
            self.absent.update(names)
        self.judged.append((inner, member))
        yield from self._dependencies(inner, member, folder, "pip")

    def _built(self, install: Install, path: str) -> Iterator[Finding]:
        """A wheel that Poetry made names path dependencies by the paths that they had then."""
        if UNKNOWN in path or not path.endswith(".whl"):
            return
        expand = next(one for one in self.stages if one.index == install.stage).state.expand
        build = wheel_of(path, install, self.builds, self.dockerfile, expand)
        if build is None:
            return
        self.judged.append((install, build.member))
        if not install.call.dependencies:
            return
        if build.member.manifest.form == "project" and needs(build.member, self.known, None):
            yield self._unclear(install.line, _UNNAMED.format(build.member.name), build.member.name)
        else:
            yield from self._dependencies(install, build.member, build.folder, "pip")

    def _poetry(self, install: Install) -> Iterator[Finding]:
        call = install.call
        project = self._project(install, call.project, climbing=True)
        if refused := tuple(refusals(install, project.member)):
            if project.member and call.verb in ("install", "sync", "update"):
                self.judged.append((install, project.member))
            yield from (self._finding(*fault) for fault in refused)
            return
        yield from self._manifest(install, project)
        member = project.member
        if member is None:
            return
        if call.verb in ("export", "build"):
            made = self.exports if call.verb == "export" else self.builds
            made.append(Source(install, member, project.folder))
        if call.verb == "export":
            return
        if call.verb in ("install", "sync", "update"):
            self.judged.append((install, member))
        if call.verb != "build":
            yield from self._lock(install, member, project.folder)
        if call.installs_paths and call.verb in ("install", "sync", "update"):
            yield from self._dependencies(install, member, project.folder)
        if call.root and call.verb in ("install", "sync", "build"):
            yield from self._own(install, member, project.folder)

    def _project(self, install: Install, folder: str, *, climbing: bool) -> Project:
        return project_at(install.image, folder, self.known, self.context, climbing=climbing)

    def _manifest(self, install: Install, project: Project) -> Iterator[Finding]:
        """Whether there is a manifest, and one that can be told."""
        if project.why:
            yield self._unclear(install.line, f"{project.folder}: {project.why}")
        elif project.absent:
            yield self._error(
                install,
                "docker/member-missing",
                f"there is no pyproject.toml in {project.folder} yet",
                "copy the member's pyproject.toml and poetry.lock there, before this line",
            )
        elif project.member is None and install.call.tool == "poetry":
            why = f"the pyproject.toml in {project.folder} is no member's of the workspace"
            yield self._unclear(install.line, why)

    def _lock(self, install: Install, member: Member, folder: str) -> Iterator[Finding]:
        """Without a lock Poetry resolves, for which it reads every path dependency there is."""
        if install.call.verb != "lock":
            if install.image.at(posixpath.join(folder, "poetry.lock")).kind != "nothing":
                return
            path = posixpath.relpath(member.file("poetry.lock"), self.context.folder)
            has_none = self.known.lock(member) is None
            first = f"ws lock --filter {member.name}, then " if has_none else ""
            yield self._finding(
                "docker/lock-not-copied",
                install.line,
                f"{member.name} is installed without its poetry.lock:"
                " the versions are those of the day of the build",
                f"{first}copy {path} to {folder} too, before this line",
                "warning",
                member.name,
            )
        for need in needs(member, self.known, EVERYTHING):
            lack = lacks(install.image, absolute(folder, need.url), None)
            if lack is not None:
                yield self._lacking(Absent(install, member, folder, need, lack))

    def _dependencies(
        self, install: Install, member: Member, folder: str, tool: str = "Poetry"
    ) -> Iterator[Finding]:
        for need in needs(member, self.known, install.call):
            at = absolute(folder, need.url)
            lack = lacks(install.image, at, need.member.manifest if need.member else None)
            if lack is not None and need.name not in self.absent:
                yield self._lacking(Absent(install, member, folder, need, lack, tool))

    def _own(self, install: Install, member: Member, folder: str) -> Iterator[Finding]:
        """Whether the member itself can be installed."""
        lack = lacks(install.image, folder, member.manifest)
        if lack is None:
            return
        if lack.kind == "unknown":
            yield self._unclear(install.line, f"{lack.path}: {lack.why}", member.name)
            return
        hint = "copy the member's sources before this line"
        if install.call.tool == "poetry":
            hint += ", or give --no-root"
        path = where_it_belongs(lack, folder, member, self.context)
        yield self._error(
            install,
            "docker/member-missing",
            f"{member.name} itself is installed here, and its {lack.kind} {path} is not there",
            hint,
            member.name,
        )

    def _lacking(self, absent: Absent) -> Finding:
        """What to say of a path dependency that an install will not find."""
        install, member, _, need, lack, _ = absent
        if lack.kind == "unknown":
            self.doubtful.add(need.name)
            return self._unclear(install.line, f"{lack.path}: {lack.why}", member.name)
        self.absent.add(need.name)
        told = tell(absent, self._sight)
        return self._error(install, told.rule, told.message, told.hint, member.name)

    def _unread(self) -> Iterator[Finding]:
        """Where all is installed from wheels or lists, no manifest says what should be there."""
        installs = [install for stage in self.stages for install in stage.installs]
        unread = any(
            one.call.verb == "pip" and (one.call.files or one.call.paths) for one in installs
        )
        made = ("export", "build") if unread else ()
        by_poetry = any(one.call.tool == "poetry" and one.call.verb not in made for one in installs)
        if self.stages and not installs and not any(one.failing for one in self.stages):
            yield from (self._finding(*fault) for fault in bare(self._sight, self.start))
        if not installs or by_poetry or self.judged or any(one.failing for one in self.stages):
            return
        if reach_the_end(self.stages[-1], installs, self.wheels):
            lacking = () if self.loops else without_wheel(self.wheels, self.known)
            yield from (self._finding(*each) for each in lacking)
        else:
            why = "nothing is installed from a member's folder: what it installs cannot be followed"
            yield self._unclear(installs[-1].line, why)

    def _source(self, missing: Missing) -> Finding:
        told = missing_source(missing, self._sight)
        if told.rule == CANNOT_TELL:
            return self._unclear(missing.line, told.message)
        return self._finding(told.rule, missing.line, told.message, told.hint)

    def _unclear(self, line: int, why: str, member: str | None = None) -> Finding:
        return self._finding(CANNOT_TELL, line, why, "", "warning", member)

    def _error(
        self, install: Install, rule: str, message: str, hint: str, member: str | None = None
    ) -> Finding:
        """What makes a build fail, if the command runs at all and its failure counts."""
        if not install.certain:
            return self._unclear(install.line, f"{message}, but the command may not run", member)
        return self._finding(rule, install.line, message, hint, "error", member)

    def _finding(
        self,
        rule: str,
        line: int,
        message: str,
        hint: str = "",
        severity: Severity = "error",
        member: str | None = None,
    ) -> Finding:
        where = Where(self.dockerfile.path, line)
        return Finding(rule, severity, message, where, member, hint)
