"""The smallest edits that mend a Dockerfile.

Whatever might help is tried on the text and put to the proof; it is kept if there is less to find
then. So nothing is ever made worse, and what is called mended is proved to be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ws.formats.dockerfile_editor import apply
from ws.formats.dockerfile_parser import read
from ws.planning import docker_fix_copies as copies
from ws.planning import docker_fix_order as order
from ws.planning import docker_fix_stages as stages
from ws.planning import docker_malformed
from ws.planning.docker_blocks import MARKERS, filled
from ws.planning.docker_ignore import with_lines
from ws.planning.docker_lines import line_before
from ws.planning.docker_remedy import Remedy, is_outside
from ws.planning.docker_wants import view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.model.docker import Dockerfile
    from ws.model.report import Finding
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known
    from ws.planning.docker_wants import View, Way

_MOST = 60
"""How many remedies a file gets at most; each makes what is found less, so this is never asked."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A Dockerfile as it should be."""

    dockerfile: Dockerfile
    ignores: Mapping[str, str]
    """The texts of its ignore files by path: each context that it is built in may have one."""
    made: tuple[Remedy, ...] = ()
    """What was done, in order."""
    left: tuple[Finding, ...] = ()
    """What is still found: a person must mend it."""
    before: tuple[Finding, ...] = ()
    """What was found before."""
    members: tuple[str, ...] = ()
    """The names of the members that it installs."""


def mend(
    dockerfile: Dockerfile,
    ignores: Mapping[str, str],
    ways: Sequence[Way],
    known: Known,
    owner: Member | None = None,
) -> Mended:
    """Mend a Dockerfile for all the ways in which it is built.

    `ignores` are the texts of the ignore files that apply, by path; `owner` is the member in whose
    folder the Dockerfile lies. Raises `WsError` for a marker without its other half. A file that a
    builder refuses is left alone.
    """
    made: list[Remedy] = []
    unused: tuple[Finding, ...] = ()
    original = dockerfile.text
    before = views = _views(dockerfile, ignores, ways, known)
    if not dockerfile.problems:
        text, unused = filled(dockerfile, ignores, ways[0], known)
        if text != original:
            made.append(_block(dockerfile))
            dockerfile = read(text, dockerfile.path)
            views = _views(dockerfile, ignores, ways, known)
    while len(made) < _MOST and not dockerfile.problems:
        better = _better(views, ignores, ways, known, owner)
        if better is None:
            break
        remedy, tried, ignores, views = better
        made.append(replace(remedy, line=line_before(original, dockerfile.text, remedy.line)))
        dockerfile = tried
    left = (*docker_malformed.findings(dockerfile), *unused, *_findings(views))
    names = dict.fromkeys(name for each in views for name in each.verdict.members)
    return Mended(dockerfile, ignores, tuple(made), left, _findings(before), tuple(names))


def _findings(views: tuple[View, ...]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(one for each in views for one in each.verdict.findings))


def _block(dockerfile: Dockerfile) -> Remedy:
    lines = dockerfile.text.split("\n")
    first = next((n for n, line in enumerate(lines, 1) if "ws:begin" in line), 1)
    return Remedy(MARKERS, first, "the block between the markers is written anew")


def _views(
    dockerfile: Dockerfile, ignores: Mapping[str, str], ways: Sequence[Way], known: Known
) -> tuple[View, ...]:
    return tuple(view(dockerfile, ignores, way, known) for way in ways)


def _better(
    views: tuple[View, ...],
    ignores: Mapping[str, str],
    ways: Sequence[Way],
    known: Known,
    owner: Member | None,
) -> tuple[Remedy, Dockerfile, Mapping[str, str], tuple[View, ...]] | None:
    """The first remedy that leaves less to be found."""
    score = _score(views)
    for each in views:
        for remedy in _remedies(each, owner):
            if not is_outside(each, remedy.edits):
                continue
            try:
                text = apply(each.dockerfile.text, remedy.edits)
            except ValueError:
                continue
            tried = read(text, each.dockerfile.path)
            file = each.way.ignore_file
            longer = {**ignores, file: with_lines(ignores.get(file, ""), remedy.ignore)}
            seen = _views(tried, longer, ways, known)
            if _score(seen) < score:
                return remedy, tried, longer, seen
    return None


def _score(views: tuple[View, ...]) -> tuple[int, ...]:
    """How much there is to find, what comes first in a build first: less is better."""
    found = [_counts(each) for each in views]
    return tuple(map(sum, zip(*found, strict=True)))


def _counts(seen: View) -> tuple[int, ...]:
    findings = seen.verdict.findings
    errors = [one for one in findings if one.severity == "error"]
    warnings = [one for one in findings if one.severity != "error"]
    member = sum(one.rule == "docker/member-missing" for one in errors)
    unmet = sum(seen.lacks_itself(job) for job in seen.jobs)
    sources = sum(one.rule == "docker/source-missing" for one in errors)
    doubts = sum(one.rule == "docker/cannot-tell" for one in warnings)
    return (
        len(seen.dockerfile.problems),
        sources,
        member - min(member, unmet),
        len(seen.wants) + unmet,
        len(errors) + doubts,  # what nobody can tell any more is not mended
        len(warnings) - doubts,
        sum(1 for _ in order.for_the_cache(seen)),
    )


def _remedies(seen: View, owner: Member | None) -> Iterator[Remedy]:
    """All that might help, what is surest and smallest first."""
    yield from copies.sources(seen)
    yield from copies.manifests(seen, owner)
    yield from copies.locks(seen)
    yield from copies.ignored(seen)
    for want in seen.wants:
        yield from copies.retargeted(seen, want)
    unmet = {want.job.install.key for want in seen.wants}
    for job in seen.jobs:
        if seen.lacks_itself(job) or job.install.key in unmet:
            yield from order.without_directories(seen, job)
            yield from order.in_two_steps(seen, job)
    for want in seen.wants:
        yield from copies.moved(seen, want)
        yield from copies.inserted(seen, want)
    yield from stages.uninstalling(seen)
    yield from stages.editable(seen)
    yield from stages.venvs(seen)
    if not seen.wants and seen.verdict.status == "broken":
        for job in seen.jobs:
            yield from order.finished(seen, job)
    yield from order.for_the_cache(seen)
