"""What the installs of a Dockerfile want of a path dependency or a member and do not find.

The proof (`docker_paths`) says so in words; for mending, here are the parts of it.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.dockerfile_editor import blocks
from ws.model.docker_build import AS_BUILT, Start
from ws.planning.docker_copy import absolute
from ws.planning.docker_needs import EVERYTHING, Lack, Need, lacks, needs
from ws.planning.docker_paths import check
from ws.planning.docker_project import project_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ws.formats.dockerfile_editor import Block
    from ws.model.docker import Dockerfile, Instruction, Stage
    from ws.model.image import Context
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known
    from ws.planning.docker_paths import Verdict
    from ws.planning.docker_stage import Install


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a Dockerfile is built."""

    context: Callable[[str], Context]
    """The build context, given the text of its ignore file."""
    target: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    ignore_file: str = ".dockerignore"
    """The one that applies, or the one to be made; relative to the workspace root."""
    start: Start = AS_BUILT
    """How containers of it are started."""


class Job(NamedTuple):
    """A member, and the install that installs it."""

    install: Install
    member: Member
    folder: str
    """Of its manifest in the image."""
    locked: bool
    """Whether its lock is there."""


class Want(NamedTuple):
    """A path dependency that an install does not find."""

    job: Job
    need: Need
    at: str
    """Where it is looked for."""
    lack: Lack


@dataclass(frozen=True, slots=True)
class View:
    """A Dockerfile built in one way, with what mending it asks for."""

    dockerfile: Dockerfile
    way: Way
    context: Context
    everything: Context
    """The same without an ignore file."""
    known: Known
    verdict: Verdict
    blocks: tuple[Block, ...]
    """Those that belong to `ws`."""

    def source(self, path: str) -> str:
        """A path of the workspace, relative to the build context."""
        return posixpath.relpath(path, self.context.folder)

    def stage(self, index: int) -> Stage:
        """A stage by its number."""
        return self.dockerfile.stages[index]

    def at_line(self, line: int | None) -> Instruction | None:
        """The instruction that begins in a line."""
        found = (one for one in self.dockerfile.instructions if one.line == line)
        return next(found, None)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The members that are installed."""
        installs = (install for stage in self.verdict.stages for install in stage.installs)
        return tuple(job for install in installs for job in self._jobs(install))

    def _jobs(self, install: Install) -> Iterator[Job]:
        call = install.call
        if call.verb == "pip":
            folders = [path for path, _ in call.paths if not path.endswith((".whl", ".gz"))]
        else:
            runs = call.tool == "poetry" and call.verb in ("install", "sync", "update")
            folders = [call.project] * runs
        for folder in folders:
            project = project_at(
                install.image, folder, self.known, self.context, climbing=call.tool == "poetry"
            )
            if project.member is not None:
                lock = install.image.at(posixpath.join(project.folder, "poetry.lock"))
                locked = call.tool != "poetry" or lock.kind != "nothing"
                yield Job(install, project.member, project.folder, locked)

    @property
    def wants(self) -> tuple[Want, ...]:
        """The path dependencies that are not where an install looks, of every install."""
        return tuple(want for job in self.jobs for want in self._wants(job))

    def _wants(self, job: Job) -> Iterator[Want]:
        call = job.install.call
        asked = {}
        if not job.locked:
            asked = {need.name: (need, False) for need in needs(job.member, self.known, EVERYTHING)}
        if call.installs_paths:
            asked |= {need.name: (need, True) for need in needs(job.member, self.known, call)}
        for need, whole in asked.values():
            at = absolute(job.folder, need.url)
            manifest = need.member.manifest if need.member and whole else None
            lack = lacks(job.install.image, at, manifest)
            if lack is not None and lack.kind != "unknown":
                yield Want(job, need, at, lack)

    def lacks_itself(self, job: Job) -> bool:
        """Whether a member is installed itself, and its modules are not there."""
        if not job.install.call.root:
            return False
        lack = lacks(job.install.image, job.folder, job.member.manifest)
        return lack is not None and lack.kind != "unknown"


def view(dockerfile: Dockerfile, ignores: Mapping[str, str], way: Way, known: Known) -> View:
    """Look at a Dockerfile built in one way; `ignores` are the texts of ignore files by path.

    Raises `WsError` for a marker without its other half.
    """
    context = way.context(ignores.get(way.ignore_file, ""))
    verdict = check(
        dockerfile, context, known, target=way.target, arguments=way.arguments, start=way.start
    )
    whole = way.context("")
    return View(dockerfile, way, context, whole, known, verdict, blocks(dockerfile))
