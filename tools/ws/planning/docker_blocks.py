"""What belongs between `# ws:begin` and `# ws:end`: the `COPY`s of an install's path dependencies.

A block stands before the install that it is for, in the same stage. It is written as a whole from
what is outside of it, whatever it said before; so writing it twice is writing it once.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.errors import Where
from ws.formats.dockerfile_editor import apply, blocks, replace_block
from ws.formats.dockerfile_parser import read
from ws.model.report import Finding
from ws.planning.docker_copy import absolute
from ws.planning.docker_fix_copies import is_reachable, line_for
from ws.planning.docker_needs import needs
from ws.planning.docker_wants import view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.formats.dockerfile_editor import Block
    from ws.model.docker import Dockerfile
    from ws.planning.docker_needs import Known
    from ws.planning.docker_wants import Job, View, Way

MARKERS = "docker/markers"


def filled(
    dockerfile: Dockerfile, ignores: Mapping[str, str], way: Way, known: Known
) -> tuple[str, tuple[Finding, ...]]:
    """The text with all blocks as they should be, and those that are for no install.

    `ignores` are the texts of ignore files by path. Raises `WsError` for a marker without its
    other half.
    """
    found = blocks(dockerfile)
    if not found:
        return dockerfile.text, ()
    edits = [replace_block(dockerfile, block, "") for block in found]
    empty = read(apply(dockerfile.text, edits), dockerfile.path)
    seen = view(empty, ignores, way, known)
    served: set[int] = set()
    edits, findings = [], []
    for block, old in zip(seen.blocks, found, strict=True):
        job = _job_of(seen, block)
        if job is None:
            findings.append(_unused(dockerfile.path, old.line))
            edits.append(replace_block(empty, block, old.text.replace("\r\n", "\n")))
        elif job.install.key not in served:
            served.add(job.install.key)
            edits.append(replace_block(empty, block, "\n".join(_lines(seen, job))))
    return apply(empty.text, edits), tuple(findings)


def _job_of(seen: View, block: Block) -> Job | None:
    """The first install after a block, in its stage, that takes path dependencies."""
    stages = [one for one in seen.dockerfile.stages if one.source.span.start < block.span.start]
    index = stages[-1].index if stages else -1
    at = block.span.start
    for job in seen.jobs:
        instruction = seen.at_line(job.install.line)
        after = instruction is not None and instruction.span.start >= at
        if after and job.install.stage == index and job.install.call.installs_paths:
            return job
    return None


def _lines(seen: View, job: Job) -> Iterator[str]:
    for need in needs(job.member, seen.known, job.install.call):
        if is_reachable(seen, need.folder):
            at = absolute(job.folder, need.url)
            yield line_for(seen, job, need.folder, posixpath.normpath(at), need.url)


def _unused(path: str, line: int) -> Finding:
    return Finding(
        MARKERS,
        "error",
        "no install of a member follows this block in its stage: nobody knows what belongs in it",
        Where(path, line),
        None,
        "put it before the poetry install that it is for, or take the markers out",
    )
