"""A run as trace events, for Perfetto and the tracing page of Chromium.

The format: "Trace Event Format" (Google, the Catapult project); times are microseconds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ws.reporting.json import SCHEMA
from ws.reporting.timeline import at_work, waited

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.reporting.timeline import Lane, Run

_Event = dict[str, Any]


def render(run: Run) -> str:
    """One JSON object: a thread for each member in order of start, and a counter of those at work.

    In a thread: a slice for waiting, one for the engine's work, and an instant for each step.
    """
    lanes = {lane.member: lane for lane in run.lanes}
    events = [_named("process_name", 0, f"ws {run.command}")]
    for thread, lane in enumerate(run.ordered, 1):
        events += [{**event, "pid": 1, "tid": thread} for event in _lane(run, lane, lanes)]
        events.append({**_named("thread_sort_index", thread), "args": {"sort_index": thread}})
    events += [
        {"name": "at work", "ph": "C", "pid": 1, "ts": _micro(time), "args": {"members": count}}
        for time, count in at_work(run.lanes)
    ]
    other = {"schema": SCHEMA, "command": run.command, "began": run.when}
    document = {"traceEvents": events, "displayTimeUnit": "ms", "otherData": other}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _lane(run: Run, lane: Lane, lanes: Mapping[str, Lane]) -> Iterator[_Event]:
    yield _named("thread_name", 0, lane.member)
    begin = run.end if lane.begin is None else lane.begin
    why = {"why": waited(run, lane, lanes)}
    yield _slice("waiting", "wait", run.planned, begin, why)
    if lane.begin is None:
        return
    args: dict[str, Any] = {"status": lane.status, "engine": lane.engine, "reason": lane.reason}
    if lane.outcome:
        args |= {"told": lane.outcome.reason, "log": lane.outcome.log}
        args |= lane.outcome.counts._asdict() if lane.outcome.counts else {}
    name = lane.engine if lane.status == "done" else f"{lane.engine} {lane.status}"
    yield _slice(name, lane.engine, lane.begin, lane.end, args)
    for mark in lane.marks:
        progress = {"done": mark.done, "total": mark.total}
        event = {"name": mark.text or "planned", "cat": "step", "ph": "i", "s": "t"}
        yield {**event, "ts": _micro(mark.at), "args": progress}


def _named(kind: str, thread: int, name: str = "") -> _Event:
    return {"name": kind, "ph": "M", "pid": 1, "tid": thread, "args": {"name": name}}


def _slice(name: str, category: str, begin: float, end: float, args: Mapping[str, Any]) -> _Event:
    length = max(0, _micro(end) - _micro(begin))
    times = {"ts": _micro(begin), "dur": length}
    return {"name": name, "cat": category, "ph": "X", **times, "args": dict(args)}


def _micro(seconds: float) -> int:
    return round(seconds * 1_000_000)
