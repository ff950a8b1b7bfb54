"""Whether every path dependency is where Poetry will look when an image is built, and when it runs.

The proof goes install by install over the stages that a build needs: whose manifest is in the
folder, what its lock asks for, and what is where at that moment. Errors are what makes the build
fail, or the import of a path dependency in a container of the last stage; where one cannot tell,
that is said, and no more.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ws.errors import Where
from ws.formats.docker_shell import UNKNOWN
from ws.model.report import Finding
from ws.planning.docker_copy import absolute, in_context
from ws.planning.docker_imports import CANNOT_TELL, faults_in_container
from ws.planning.docker_layout import Missing, StageLayout, layouts, target_stage
from ws.planning.docker_needs import EVERYTHING, Known, lacks, needs
from ws.planning.docker_poetry import refusals
from ws.planning.docker_project import Project, project_at
from ws.planning.docker_stories import Absent, Sight, tell, where_it_belongs
from ws.planning.docker_wheels import by_the_lock, reach_the_end, without_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.docker import Dockerfile
    from ws.model.image import Context
    from ws.model.report import Severity
    from ws.model.workspace import Member
    from ws.planning.docker_stage import Install

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
) -> Verdict:
    """Prove a Dockerfile built with a context: the stage `target`, by default the last.

    `arguments` are those of the build (`--build-arg`). Raises nothing: a malformed Dockerfile is
    broken, as its own problems say.
    """
    by_manifest = known.manifests(context.folder)
    stages = layouts(dockerfile, context, target=target, arguments=arguments, names=by_manifest)
    proof = _Proof(dockerfile, context, known, stages)
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

    def __init__(
        self,
        dockerfile: Dockerfile,
        context: Context,
        known: Known,
        stages: tuple[StageLayout, ...],
    ) -> None:
        self.dockerfile = dockerfile
        self.context = context
        self.known = known
        self.stages = stages
        self.judged: list[tuple[Install, Member]] = []
        self.wheels: dict[str, tuple[Install, Member]] = {}
        """Of which members wheels are built, and by what."""
        self.loops: list[Install] = []
        """What builds wheels of folders that only the build knows."""
        self.absent: set[str] = set()
        """The path dependencies that an install will not find."""
        self.doubtful: set[str] = set()
        """Those of which nobody can tell."""
        self._sight = Sight(dockerfile, context, known, stages)

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
                yield self._finding("docker/command-fails", line, why)
            for line, why in stage.unclear:
                yield self._unclear(line, why)
            for install in stage.installs:
                yield from self._install(install)
        yield from self._poetry_is_gone()
        yield from self._looped()
        yield from self._unread()
        if self.judged and not self.absent:
            final = self.stages[-1]
            for fault in faults_in_container(final, self.judged, self.known, self.doubtful):
                yield self._finding(*fault)

    def _install(self, install: Install) -> Iterator[Finding]:
        call = install.call
        if call.verb == "wheel":
            yield from self._wheel(install)
        elif call.verb == "pip":
            for path, _ in call.paths:
                yield from self._pip(install, path)
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
            why = f"pip takes what {member.name} needs from [project], which names no paths"
            yield self._unclear(install.line, why, member.name)
        else:
            yield from self._dependencies(install, member, path)

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
        if member is None or call.verb == "export":
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

    def _dependencies(self, install: Install, member: Member, folder: str) -> Iterator[Finding]:
        for need in needs(member, self.known, install.call):
            at = absolute(folder, need.url)
            lack = lacks(install.image, at, need.member.manifest if need.member else None)
            if lack is not None and need.name not in self.absent:
                yield self._lacking(Absent(install, member, folder, need, lack))

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
        install, member, _, need, lack = absent
        if lack.kind == "unknown":
            self.doubtful.add(need.name)
            return self._unclear(install.line, f"{lack.path}: {lack.why}", member.name)
        self.absent.add(need.name)
        told = tell(absent, self._sight)
        return self._error(install, told.rule, told.message, told.hint, member.name)

    def _unread(self) -> Iterator[Finding]:
        """Where all is installed from wheels or lists, no manifest says what should be there."""
        installs = [install for stage in self.stages for install in stage.installs]
        by_poetry = any(one.call.tool == "poetry" for one in installs)
        if not installs or by_poetry or self.judged or any(one.failing for one in self.stages):
            return
        if reach_the_end(self.stages[-1], installs, self.wheels):
            lacking = () if self.loops else without_wheel(self.wheels, self.known)
            yield from (self._finding(*each) for each in lacking)
        else:
            why = "nothing is installed from a member's folder: what it installs cannot be followed"
            yield self._unclear(installs[-1].line, why)

    def _poetry_is_gone(self) -> Iterator[Finding]:
        """`sync` into the environment that Poetry runs in removes Poetry, which no lock names."""
        for stage in self.stages:
            for index, install in enumerate(stage.installs):
                if not install.removes_poetry:
                    continue
                after = [one for one in stage.installs[index + 1 :] if one.call.tool == "poetry"]
                severity: Severity = "error" if after else "warning"
                then = f"; line {after[0].line} needs it again" if after else ""
                yield self._finding(
                    "docker/poetry-uninstalls-itself",
                    install.line,
                    f"poetry sync removes what no lock names from {install.environment},"
                    f" and Poetry itself is there{then}",
                    "give Poetry an environment of its own: python -m venv /opt/poetry,"
                    " then /opt/poetry/bin/pip install poetry",
                    severity,
                )

    def _source(self, missing: Missing) -> Finding:
        line, source, stage = missing
        if stage:
            message = f"the stage {stage} has no {source}"
            hint = "name a folder that a line of that stage makes"
            if posixpath.basename(source.rstrip("/")) == ".venv" or "/virtualenvs/" in source:
                hint = "POETRY_VIRTUALENVS_IN_PROJECT=1 there puts it beside the manifest, as .venv"
            return self._finding("docker/source-missing", line, message, hint)
        path = posixpath.normpath(posixpath.join(self.context.folder, in_context(source)))
        message = f"{source} is not in the build context: there is no {path}"
        hint = "see whether .dockerignore hides it, and which folder is the build context"
        if source.startswith(".."):
            message = f"{source} leaves the build context: a builder looks for {path}"
            hint = "build with a folder above as the context, and name the source relative to that"
        return self._finding("docker/source-missing", line, message, hint)

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
