"""The order that keeps the cache: third-party packages first, then what is edited daily.

`poetry install --no-root --no-directory` needs no more than manifest and lock; it stays in the
cache whatever happens to the sources. What it left out, the same command without these options
installs later.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.model.image import Copied, is_below
from ws.planning.docker_copy import absolute
from ws.planning.docker_fix_copies import MISSING, is_reachable, later_copy, line_for
from ws.planning.docker_hints import written
from ws.planning.docker_needs import lacks, needs
from ws.planning.docker_poetry import takes
from ws.planning.docker_remedy import Remedy, after, before, command_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.docker import Instruction
    from ws.model.image import Image
    from ws.planning.docker_remedy import Command
    from ws.planning.docker_wants import Job, View

CACHE = "docker/cache"
_VERBS = ("install", "sync")


def without_directories(view: View, job: Job) -> Iterator[Remedy]:
    """`--no-directory` alone, where a later install brings the path dependencies."""
    command = command_of(view, job.install)
    later = [
        one
        for one in view.jobs
        if one.member is job.member and one.install.key > job.install.key
        if one.install.call.installs_paths and one.install.stage == job.install.stage
    ]
    if command and later and _can_leave_out(job):
        reason = "a later install brings the path dependencies"
        edits = (command.end(_options(job)),)
        yield Remedy(MISSING, job.install.line, reason, edits, member=job.member.name)


def in_two_steps(view: View, job: Job) -> Iterator[Remedy]:
    """An install that comes before the sources it wants, split: half of it after them."""
    command = command_of(view, job.install)
    instruction = view.at_line(job.install.line)
    if command is None or instruction is None or not _can_leave_out(job):
        return
    if _has_sources(view, job) or not _is_first(view, job):
        return
    found = _completing(view, job)
    if found is None:
        return
    copies, last = found
    lines = [*copies, f"RUN {command.flags}{_plain(command)}"]
    edits = (command.end(_options(job)), after(view, last or instruction, "\n".join(lines)))
    reason = "what it installs of the workspace is copied after it: installed in two steps"
    yield Remedy(MISSING, job.install.line, reason, edits, member=job.member.name)


def finished(view: View, job: Job) -> Iterator[Remedy]:
    """The second step, where there is only `--no-directory`."""
    command = command_of(view, job.install)
    instruction = view.at_line(job.install.line)
    if command is None or instruction is None or "--no-directory" not in command.text:
        return
    found = _completing(view, job)
    if found is None:
        return
    copies, last = found
    whole = _plain(command).replace(" --no-directory", "")
    text = "\n".join([*copies, f"RUN {command.flags}{whole}"])
    reason = "no install here takes path dependencies"
    edit = after(view, last or instruction, text)
    yield Remedy(MISSING, job.install.line, reason, (edit,), member=job.member.name)


def for_the_cache(view: View) -> Iterator[Remedy]:
    """A first step before the sources, where one install comes after all of them."""
    for job in view.jobs if view.verdict.status == "ok" else ():
        first = _first_source(view, job)
        command = command_of(view, job.install)
        if first is None or command is None or not command.alone or "type=bind" in command.flags:
            continue
        lines = _manifest_lines(view, job, first)
        if lines is None:
            continue
        lines.append(f"RUN {command.flags}{_plain(command)}{_options(job)}")
        reason = "an edit of the sources would install all third-party packages anew"
        edit = before(view, first, "\n".join(lines))
        yield Remedy(CACHE, job.install.line, reason, (edit,), member=job.member.name)


def _can_leave_out(job: Job) -> bool:
    call = job.install.call
    asks = call.tool == "poetry" and call.verb in _VERBS and not call.prefix
    return asks and call.installs_paths and takes(job.install, "--no-directory")


def _options(job: Job) -> str:
    return f"{' --no-root' * job.install.call.root} --no-directory"


def _plain(command: Command) -> str:
    return command.text.replace("\r\n", "\n")


def _folders(view: View, job: Job) -> tuple[str, ...]:
    """The folders of a member and its path dependencies in the context."""
    wanted = needs(job.member, view.known, job.install.call)
    return tuple(map(view.source, (job.member.path, *(need.folder for need in wanted))))


def _has_sources(view: View, job: Job) -> bool:
    """Whether sources are there before an install: then splitting it gains nothing."""
    return any(_is_source(view, job, layer) for layer in _layers(job.install.image))


def _is_source(view: View, job: Job, layer: Copied) -> bool:
    """Whether it is edited more often than the lock: more than single files of the member's own."""
    own, *others = _folders(view, job)
    if view.context.is_folder(layer.source):
        near = (own, *others)
        return any(is_below(one, layer.source) or is_below(layer.source, one) for one in near)
    return any(is_below(layer.source, folder) for folder in others)


def _completing(view: View, job: Job) -> tuple[list[str], Instruction | None] | None:
    """The `COPY`s that are missing, and the last one that is there, after which all is.

    `None` where something is in no place that a `COPY` reaches, or the member's own sources are
    never copied.
    """
    end = _end_of_stage(view, job)
    later: list[Instruction | None] = []
    lines: list[str] = []
    for need in needs(job.member, view.known, job.install.call):
        at = absolute(job.folder, need.url)
        if lacks(end, at, need.member.manifest if need.member else None) is None:
            later.append(later_copy(view, job.install, posixpath.join(at, "pyproject.toml")))
        elif is_reachable(view, need.folder):
            lines.append(line_for(view, job, need.folder, at, need.url))
        else:
            return None
    if view.lacks_itself(job):
        if lacks(end, job.folder, job.member.manifest) is not None:
            return None
        later += _own_sources(view, job, end)
    there = [one for one in later if one is not None]
    return lines, max(there, key=lambda one: one.line, default=None)


def _own_sources(view: View, job: Job, end: Image) -> Iterator[Instruction | None]:
    """What copies into a member's folder after its install."""
    own = view.stage(job.install.stage).instructions
    for layer in _layers(end):
        near = is_below(layer.at, job.folder) or is_below(job.folder, layer.at)
        found = view.at_line(layer.line)
        if near and layer.line > job.install.line and found in own:
            yield found


def _end_of_stage(view: View, job: Job) -> Image:
    stages = view.verdict.stages
    return next(one for one in stages if one.index == job.install.stage).state.image


def _layers(image: Image | None) -> Iterator[Copied]:
    while image is not None:
        if isinstance(image.layer, Copied):
            yield image.layer
        image = image.below


def _is_first(view: View, job: Job) -> bool:
    """Whether no install of the member comes before it."""
    return not any(
        one.member is job.member and one.install.key < job.install.key for one in view.jobs
    )


def _first_source(view: View, job: Job) -> Instruction | None:
    """The first `COPY` of sources, if nothing but `COPY`s stands between it and the install."""
    install = job.install
    if not (_is_first(view, job) and job.locked and install.certain and _can_leave_out(job)):
        return None
    lines = [layer.line for layer in _layers(install.image) if _is_source(view, job, layer)]
    instructions = view.stage(install.stage).instructions
    between = [one for one in instructions if min(lines, default=0) <= one.line < install.line]
    if not lines or not between or between[0].line != min(lines):
        return None
    return between[0] if all(one.kind in ("COPY", "ADD") for one in between) else None


def _manifest_lines(view: View, job: Job, first: Instruction) -> list[str] | None:
    """What brings manifest and lock before the first sources; `None` where nothing can."""
    image: Image | None = job.install.image
    while image is not None and image.layer is not None and image.layer.line >= first.line:
        image = image.below
    assert image is not None
    names = ("pyproject.toml", "poetry.lock")
    places = [posixpath.join(job.folder, name) for name in names]
    settings = posixpath.join(job.folder, "poetry.toml")
    if image.at(settings).kind != job.install.image.at(settings).kind:
        return None  # it decides where the environment is
    if all(image.at(place).kind == "file" for place in places):
        return []
    files = [view.source(job.member.file(name)) for name in names]
    if not all(view.context.exists(file) for file in files):
        return None
    owner = first.flag("chown")
    target = "./" if job.install.workdir == job.folder else f"{job.folder.rstrip('/')}/"
    return [written(first, f"--chown={owner} " if owner else "", files, target)]
