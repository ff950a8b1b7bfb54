"""What happened when while members were worked on, and the forms in which it can be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.model.report import Outcome

FORMS = (".svg", ".html", ".json")
"""The endings of the files that can be made."""
_MINUTE, _TENTH = 60, 0.95


class Mark(NamedTuple):
    """A step of the work, such as a package that is installed. Times are seconds of the run."""

    at: float
    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One member's part of a run."""

    member: str
    engine: str
    """Who works on it."""
    reason: str = ""
    """Why something is to be done."""
    after: tuple[str, ...] = ()
    """Members whose work must have ended before."""
    begin: float | None = None
    """When the work began; `None` if it never did."""
    end: float = 0.0
    """When it ended, well or not; if it did not begin, when the run ended."""
    outcome: Outcome | None = None
    """What became of it; `None` if it was interrupted."""
    marks: tuple[Mark, ...] = ()

    @property
    def seconds(self) -> float:
        """How long the work took."""
        return 0.0 if self.begin is None else self.end - self.begin

    @property
    def status(self) -> str:
        """What became of it: `done`, `failed`, or `aborted`."""
        return self.outcome.status if self.outcome else "aborted"

    @property
    def told(self) -> str:
        """What became of it, in words."""
        if self.begin is None:
            return "not begun"
        if self.outcome is None or self.status == "aborted":
            return f"interrupted after {span(self.seconds)}"
        return f"failed after {span(self.seconds)}" if self.status == "failed" else "done"

    @property
    def changed(self) -> str:
        """How many packages were changed, as far as the engine says so."""
        counts = self.outcome.counts if self.outcome and self.status == "done" else None
        return ", ".join(
            f"{count} {what}"
            for what, count in (counts._asdict() if counts else {}).items()
            if count
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run. It begins at 0."""

    command: str
    when: str
    """The date and time at which it began, for people."""
    planned: float
    """When it was known what to do: from then on members wait."""
    end: float
    lanes: tuple[Lane, ...]
    settled: tuple[Outcome, ...] = ()
    """Members that were not worked on."""

    @property
    def ordered(self) -> list[Lane]:
        """The lanes in the order in which their work began; those that never did come last."""
        late = self.end + 1
        return sorted(self.lanes, key=lambda lane: late if lane.begin is None else lane.begin)

    @property
    def engines(self) -> list[str]:
        """Who worked, each once, by name."""
        return sorted({lane.engine for lane in self.lanes})

    @property
    def summary(self) -> str:
        """The run in one line."""
        work = sum(lane.seconds for lane in self.lanes)
        words = [f"{len(self.lanes)} member{'s' * (len(self.lanes) != 1)}"]
        for status, word in (("failed", "failed"), ("aborted", "interrupted")):
            if count := sum(lane.status == status for lane in self.lanes):
                words.append(f"{count} {word}")
        for status, word in (("skipped", "had nothing to do"), ("failed", "refused")):
            if count := sum(outcome.status == status for outcome in self.settled):
                words.append(f"{count} {word}")
        took = f"{span(self.end)}, for {span(work)} of work"
        mean = f" ({work / self.end:.1f} at a time)" if self.end > 0 else ""
        return f"{', '.join(words)} · {took}{mean} · {self.when}"


def render(run: Run, form: str) -> str:
    """The run in one of `FORMS`."""
    if form == ".json":
        from ws.reporting import timeline_trace

        return timeline_trace.render(run)
    from ws.reporting import timeline_drawing

    drawing = timeline_drawing.render(run)
    if form == ".svg":
        return drawing
    from ws.reporting import timeline_page

    return timeline_page.render(run, drawing)


def longest(run: Run, count: int = 5) -> list[Lane]:
    """The lanes that took most time, the longest first."""
    begun = (lane for lane in run.lanes if lane.begin is not None)
    return sorted(begun, key=lambda lane: -lane.seconds)[:count]


def at_work(lanes: Iterable[Lane]) -> list[tuple[float, int]]:
    """From when on how many were at work: times that rise, the last of them with nobody left."""
    changes: dict[float, int] = {}
    for lane in lanes:
        if lane.begin is not None:
            changes[lane.begin] = changes.get(lane.begin, 0) + 1
            changes[lane.end] = changes.get(lane.end, 0) - 1
    steps, count = [], 0
    for time in sorted(changes):
        count += changes[time]
        if changes[time]:
            steps.append((time, count))
    return steps


def waited(run: Run, lane: Lane, lanes: Mapping[str, Lane]) -> str:
    """How long a member waited, and for whom; `lanes` are those of the run by member."""
    until = run.end if lane.begin is None else lane.begin
    text = f"waited {span(until - run.planned)}"
    before = [lanes[name] for name in lane.after if name in lanes]
    if not before:
        return f"{text} for its turn"
    names = ", ".join(other.member for other in before)
    gone = max(other.end for other in before)
    then = f", then {span(until - gone)} for its turn" if until - gone >= _TENTH / 2 else ""
    return f"{text}: for {names}{then}"


def span(seconds: float) -> str:
    """A length of time for people: `0.04 s`, `4.2 s`, `2 min 05 s`."""
    seconds = max(0.0, seconds)
    if seconds < _TENTH:
        return f"{seconds:.2f} s"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest:02} s"
