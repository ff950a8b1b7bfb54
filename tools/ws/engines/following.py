"""Whose image a builder is at, told from its output as it comes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ws.engines.apply import Step
from ws.formats.build_log import BuildLog
from ws.model.images import ImagePlan, OwnImage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ws.formats.build_log import Event, How, Vertex
    from ws.model.images import Image

_Place = tuple[str, int]
"""A stage, and which of its steps."""
_TAIL = 20
_WIDTH = 60
"""How many lines of what went wrong are shown; the log has them all."""


@dataclass(slots=True)
class Progress:
    """How far the build of one image has come."""

    image: Image
    stages: frozenset[str]
    """The stages that it is made of; empty where its own Dockerfile says them."""
    totals: dict[str, int] = field(default_factory=dict)
    """How many steps its stages have, as far as they were seen."""
    ran: set[_Place] = field(default_factory=set)
    """The steps that were run."""
    cached: set[_Place] = field(default_factory=set)
    """Those that were not, since the builder had their result."""
    told: set[tuple[str, int, str]] = field(default_factory=set)
    """Those that its log tells of."""
    named: float | None = None
    """When it was finished, in seconds since the build began."""
    errors: list[str] = field(default_factory=list)
    said: dict[_Place, list[str]] = field(default_factory=dict)
    """The last lines of each step."""
    tail: list[str] = field(default_factory=list)
    """The last lines of what failed."""

    @property
    def step(self) -> Step:
        """How far it has come, for those who watch."""
        done = len(self.ran) + len(self.cached)
        return Step(done, max(done, sum(self.totals.values())), "")


class Following:
    """Sorts what a builder says by image: into a log for each, and into how far it has come.

    A step that several images need is told in the log of each.
    """

    def __init__(
        self,
        plan: ImagePlan,
        log_of: Callable[[str], Path],
        on_step: Callable[[str, Step], None],
        on_named: Callable[[Progress], None],
        awaited: How = "named",
    ) -> None:
        self._begin = time.monotonic()
        self._log = BuildLog()
        self._on_step = on_step
        self._on_named = on_named
        self._awaited = awaited
        self.progress = {image.member: _progress(plan, image) for image in plan.images}
        self._by_tag = {image.tag: image.member for image in plan.images}
        self._logs = {image.member: log_of(image.member) for image in plan.images}
        self._alone = plan.images[0].member if len(plan.images) == 1 else ""
        for log in self._logs.values():
            log.write_bytes(b"")

    def line(self, line: str) -> None:
        """Take in one line of the builder's output."""
        event = self._log.read(line)
        if event is None:
            return
        if event.how in ("named", "pushed"):
            if event.how == self._awaited:
                self._named(event.text)
            return
        for progress in self._whose(event.vertex):
            self._note(progress, event)

    def again(self) -> None:
        """Another run of the builder begins, with numbers of its own."""
        self._log = BuildLog()
        for progress in self.progress.values():
            progress.told.clear()

    def ended(self) -> None:
        """The builder has ended well: what is not finished by its words, is finished now."""
        for tag, member in self._by_tag.items():
            if not self.progress[member].errors:
                self._named(tag)

    def broken(self, reason: str) -> None:
        """Nothing more is told; images that are not finished have failed for this reason."""
        for progress in self.progress.values():
            if progress.named is None:
                progress.tail, progress.errors = [], [reason]

    def only(self, image: Image) -> None:
        """What is told from now on is about this image alone."""
        self.again()
        self._alone = image.member

    def _named(self, tag: str) -> None:
        member = self._by_tag.get(tag)
        if member is not None and self.progress[member].named is None:
            self.progress[member].named = time.monotonic() - self._begin
            self._on_named(self.progress[member])

    def _whose(self, vertex: Vertex) -> list[Progress]:
        """The images that a step is for."""
        if self._alone:
            return [self.progress[self._alone]]
        found = [each for each in self.progress.values() if vertex.stage in each.stages]
        if found:
            return found
        # Of a stage without a name, the target is all that is told before its steps.
        own = self.progress.get(vertex.target or vertex.stage)
        return [own] if own else []

    def _note(self, progress: Progress, event: Event) -> None:
        vertex, member = event.vertex, progress.image.member
        place = (vertex.stage or f"{vertex.number}", vertex.at)
        new = (*place, event.how) not in progress.told
        if new or event.how == "said":
            progress.told.add((*place, event.how))
            with self._logs[member].open("a", encoding="utf-8") as log:
                log.write(_shown(event))
        if event.how == "failed" and event.text:
            progress.errors.append(event.text)
            progress.tail = progress.said.get(place, [])
        elif event.how == "said":
            progress.said[place] = [*progress.said.get(place, []), event.text][-_TAIL:]
        is_over = progress.named is not None  # a step of others is still told: it is none for it
        if vertex.total and not is_over and not vertex.what.startswith("FROM "):
            self._count(progress, event, place)
            self._on_step(member, progress.step._replace(text=vertex.what[:_WIDTH]))

    def _count(self, progress: Progress, event: Event, place: _Place) -> None:
        """Note how far a step has come; what ran for one target is told as cached to the next."""
        progress.totals[event.vertex.stage] = event.vertex.total - 1  # FROM is one
        if event.how == "done":
            progress.ran.add(place)
            progress.cached.discard(place)
        elif event.how == "cached" and place not in progress.ran:
            progress.cached.add(place)


def _progress(plan: ImagePlan, image: Image) -> Progress:
    if isinstance(image, OwnImage):
        return Progress(image, frozenset())
    tools = {f"tools{plan.ground(image).name.removeprefix('ground')}"}
    built = {f"{layer.name}-built" for layer in plan.stack(image) if layer.apt_build}
    return Progress(image, plan.stages(image) | tools | built)


def _shown(event: Event) -> str:
    """A line of an image's log."""
    vertex = event.vertex
    if event.how == "begun":
        return f"\n[{vertex.stage or vertex.target}] {vertex.what}\n"
    if event.how == "said":
        return f"  {event.text}\n"
    return f"  {event.how.upper()} {event.text}\n"
