"""A run as a picture (SVG): a row a member, a time axis, and how many were at work at each moment.

It needs nothing from elsewhere, is dark where the reader's system is, and light on paper. Colours
are those of Okabe and Ito, which people who see fewer colours tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ws.reporting.timeline import at_work, longest, span, waited
from ws.reporting.timeline_shapes import clock, escaped, number, rect, shortened, text, ticks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.reporting.timeline import Lane, Mark, Run

_WIDTH, _EDGE, _RIGHT = 1200, 28, 170
_HEAD, _ROW, _BAR = 112, 26, 16
_CURVE = 56
_LINE = 20
_PITCH = 3
"""How near marks may be to each other."""
_LETTER = 7.0
"""About how wide a letter of a name is."""
_NAME = 34
"""How long a name may be before it is shortened."""

_LIGHT = {
    "page": "fill:#ffffff",
    "ink": "fill:#1f2328",
    "dim": "fill:#656d76",
    "grid": "stroke:#d8dee4",
    "wait": "fill:#e6eaef",
    "poetry": "fill:#0072b2",
    "uv": "fill:#cc79a7",
    "ws": "fill:#009e73",
    "tick": "fill:#ffffff",
    "work": "fill:#56b4e9",
    "bad": "fill:#c43d00",
    "edge": "stroke:#c43d00",
    "halt": "stroke:#b07a00",
}
_DARK = {
    "page": "fill:#0d1117",
    "ink": "fill:#e6edf3",
    "dim": "fill:#8d96a0",
    "grid": "stroke:#30363d",
    "wait": "fill:#30363d",
    "poetry": "fill:#2f81c7",
    "work": "fill:#2f6f9a",
    "tick": "fill:#0d1117",
    "bad": "fill:#ff8a5c",
    "edge": "stroke:#ff8a5c",
    "halt": "stroke:#e3b341",
}
_SHAPES = (
    "text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
    "font-variant-numeric:tabular-nums}"
    ".title{font-size:22px;font-weight:600}.head{font-weight:600}.small{font-size:11px}"
    ".grid{stroke-width:1}.tick{opacity:.6}.edge,.halt{fill:none;stroke-width:2}"
    ".halt{stroke-dasharray:4 3}.later{stroke-dasharray:2 3}.bar:hover{opacity:.85}"
    ".work{shape-rendering:crispEdges}"
    "svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a moment of the run lies in the picture."""

    left: float
    width: float
    seconds: float

    def __call__(self, time: float) -> float:
        return self.left + self.width * (time / self.seconds if self.seconds > 0 else 0.0)


def render(run: Run) -> str:
    """The picture as one SVG document."""
    lanes = run.ordered
    names = [shortened(lane.member, _NAME) for lane in lanes]
    left = _EDGE + max(90.0, _LETTER * max(map(len, names), default=0)) + 14
    scale = _Scale(left, _WIDTH - left - _RIGHT, run.end)
    rows = _HEAD + len(lanes) * _ROW
    curve = rows + 28
    foot = curve + _CURVE + 44
    height = foot + _LINE * (max(len(longest(run)), len(_legend(run))) + 1) + _EDGE
    parts = [
        _head(run),
        *_axis(run, scale, curve + _CURVE),
        *(part for index, lane in enumerate(lanes) for part in _lane(run, lane, index, scale)),
        *_at_work(run, scale, curve),
        *_longest(run, scale, foot),
        *_key(run, foot),
    ]
    title = escaped(f"ws {run.command}: timeline")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n<style>{_style()}</style>\n"
        f"{rect('page', 0, 0, _WIDTH, height)}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _style() -> str:
    def rules(colours: dict[str, str]) -> str:
        return "".join(f".{name}{{{said}}}" for name, said in colours.items())

    dark = f"@media screen and (prefers-color-scheme:dark){{{rules(_DARK)}}}"
    return f"{_SHAPES}{rules(_LIGHT)}{dark}"


def _head(run: Run) -> str:
    title = text(f"ws {run.command}", _EDGE, 44, "ink title")
    return f"{title}\n{text(run.summary, _EDGE, 68, 'dim')}"


def _axis(run: Run, scale: _Scale, bottom: float) -> Iterator[str]:
    for time in ticks(run.end):
        x = number(scale(time))
        yield f'<line class="grid" x1="{x}" y1="{_HEAD - 6}" x2="{x}" y2="{number(bottom)}"/>'
        yield text(clock(time, run.end), scale(time), _HEAD - 12, "dim small", anchor="middle")
    if run.planned > run.end / 50:
        x = number(scale(run.planned))
        why = f"{span(run.planned)} until it was known what to do, and the tools were ready"
        yield (
            f'<line class="grid later" x1="{x}" y1="{_HEAD - 6}" x2="{x}" y2="{number(bottom)}">'
            f"<title>{escaped(why)}</title></line>"
        )


def _lane(run: Run, lane: Lane, index: int, scale: _Scale) -> Iterator[str]:
    """A row: the member's name, the time it waited, the time it was worked on, and the result."""
    top = _HEAD + index * _ROW + (_ROW - _BAR) / 2
    base = top + _BAR - 4
    name = shortened(lane.member, _NAME)
    yield text(name, scale.left - 14, base, "ink", anchor="end", title=lane.member)
    begin = scale(run.end if lane.begin is None else lane.begin)
    start = scale(run.planned)
    lanes = {other.member: other for other in run.lanes}
    why = f"{lane.member} {waited(run, lane, lanes)}"
    yield rect("wait", start, top + 5, begin - start, _BAR - 10, title=why)
    if lane.begin is not None:
        end = max(scale(lane.end), begin + 2)
        yield rect(f"bar {_colour(lane.engine)}", begin, top, end - begin, _BAR, 3, _about(lane))
        yield from _marks(lane.marks, scale, top)
        if lane.status != "done":
            edge = "edge" if lane.status == "failed" else "halt"
            yield rect(edge, begin, top, end - begin, _BAR, 3)
    yield _result(lane, max(scale(lane.end), begin + 2) + 8, base)


def _result(lane: Lane, x: float, base: float) -> str:
    if lane.status == "failed":
        return text(f"✗ {lane.told}", x, base, "bad small head", title=_about(lane))
    return text(lane.told if lane.status == "aborted" else span(lane.seconds), x, base, "dim small")


def _about(lane: Lane) -> str:
    """All that there is to say of a member."""
    told = lane.outcome.reason if lane.outcome else ""
    first = f"{lane.member}: {span(lane.seconds)} by {lane.engine}, {lane.told}"
    why = f"why: {lane.reason}" if lane.reason else ""
    return "\n".join(filter(None, (first, lane.changed, why, told if told != lane.reason else "")))


def _marks(marks: Sequence[Mark], scale: _Scale, top: float) -> Iterator[str]:
    """The steps, those that fall on the same spot as one."""
    spots: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.text:
            spots.setdefault(round(scale(mark.at) / _PITCH) * _PITCH, []).append(mark)
    for x, several in spots.items():
        told = [f"{m.text} ({m.done}/{m.total})" if m.total else m.text for m in several]
        title = "\n".join(told[:20] + [f"and {len(told) - 20} more"] * (len(told) > 20))  # noqa: PLR2004
        yield rect("tick", x, top + 3, 1, _BAR - 6, title=title)


def _at_work(run: Run, scale: _Scale, top: float) -> Iterator[str]:
    """The curve at the foot: how many members were at work at each moment."""
    steps = at_work(run.lanes)
    most = max((count for _, count in steps), default=0)
    bottom = top + _CURVE
    yield text("at work", scale.left - 14, top + 11, "ink head", anchor="end")
    yield text(f"at most {most}", scale.left - 14, top + 27, "dim small", anchor="end")
    right = number(scale.left + scale.width)
    line = f'y1="{number(bottom)}" x2="{right}" y2="{number(bottom)}"'
    yield f'<line class="grid" x1="{number(scale.left)}" {line}/>'
    if not most:
        return
    for (begin, count), (end, _) in pairwise(steps):
        tall = _CURVE * count / most
        told = f"{count} at work from {span(begin)} to {span(end)}"
        width = scale(end) - scale(begin)
        yield rect("work", scale(begin), bottom - tall, width, tall, title=told)


def _longest(run: Run, scale: _Scale, top: float) -> Iterator[str]:
    """The members that took most time, with bars of their own."""
    lanes = longest(run)
    if not lanes:
        return
    yield text("longest", scale.left - 14, top, "ink head", anchor="end")
    most, room = lanes[0].seconds, scale.width * 0.4
    for index, lane in enumerate(lanes):
        y = top + _LINE * (index + 1)
        name = shortened(lane.member, _NAME)
        yield text(name, scale.left - 14, y, "ink", anchor="end", title=lane.member)
        width = max(2.0, room * lane.seconds / most if most > 0 else 0.0)
        yield rect(_colour(lane.engine), scale.left, y - 10, width, 11, 2, _about(lane))
        told = f"{span(lane.seconds)}{'   ' + lane.changed if lane.changed else ''}"
        yield text(told, scale.left + width + 8, y, "dim small")


def _legend(run: Run) -> list[tuple[str, str]]:
    """What the colours of this picture mean."""
    key = [(_colour(engine), f"{engine} at work") for engine in run.engines]
    key += [("wait", "waiting"), ("tick", "a step, such as a package")]
    statuses = {lane.status for lane in run.lanes}
    key += [("edge", "failed")] * ("failed" in statuses)
    return key + [("halt", "interrupted")] * ("aborted" in statuses)


def _key(run: Run, top: float) -> Iterator[str]:
    x = _WIDTH - _EDGE - 230
    if run.lanes:
        yield text("legend", x, top, "ink head")
    for index, (colour, told) in enumerate(_legend(run) if run.lanes else ()):
        y = top + _LINE * (index + 1)
        if colour == "tick":
            yield rect(_colour(run.engines[0]), x, y - 11, 24, 13, 3)
            yield from (rect("tick", x + step, y - 8, 1, 7) for step in (6, 12, 18))
        else:
            yield rect(colour, x, y - 11, 24, 13, 3)
        yield text(told, x + 34, y, "ink")


def _colour(engine: str) -> str:
    return engine if engine in ("poetry", "uv") else "ws"
