"""A run as a page: the picture, and below it the same as a table that can be read and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.reporting.timeline import span
from ws.reporting.timeline_shapes import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.reporting.timeline import Lane, Run

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 1200px; padding: 8px; color: #1f2328; background: #fff;
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
svg { display: block; width: 100%; height: auto; }
table { border-collapse: collapse; margin: 8px 28px 40px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 16px 4px 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid #d8dee4; }
.number { text-align: right; white-space: nowrap; }
.failed, .aborted { font-weight: 600; }
@media screen and (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #0d1117; }
  th, td { border-color: #30363d; }
}
@media print {
  @page { size: landscape; margin: 10mm; }
  tr { break-inside: avoid; }
}
"""
_COLUMNS = ("member", "engine", "waited", "began at", "took", "what came of it", "why")
_NUMBERS = (2, 3, 4)


def render(run: Run, drawing: str) -> str:
    """A whole page of HTML, which needs nothing from elsewhere."""
    head = "".join(f"<th{_class(column)}>{name}</th>" for column, name in enumerate(_COLUMNS))
    rows = "\n".join(_row(run, lane) for lane in run.ordered)
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(f'ws {run.command}: timeline')}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{drawing}{table if run.lanes else ''}"
        "</body>\n</html>\n"
    )


def _row(run: Run, lane: Lane) -> str:
    cells = "".join(
        f"<td{_class(column)}>{escaped(cell)}</td>" for column, cell in enumerate(_cells(run, lane))
    )
    return f'<tr class="{escaped(lane.status)}">{cells}</tr>'


def _cells(run: Run, lane: Lane) -> Iterator[str]:
    begun = lane.begin is not None
    yield lane.member
    yield lane.engine
    yield span((run.end if lane.begin is None else lane.begin) - run.planned)
    yield span(lane.begin) if lane.begin is not None else "-"
    yield span(lane.seconds) if begun else "-"
    told = lane.outcome.reason if lane.outcome and lane.status == "failed" else ""
    yield f"{lane.told}: {told}" if told else lane.changed or lane.told
    yield lane.reason


def _class(column: int) -> str:
    return ' class="number"' if column in _NUMBERS else ""
