"""Report to text for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ws.model.report import Finding, Outcome, Report

_DONE = {
    "lock": "locked",
    "install": "installed",
    "sync": "synced",
    "new": "made",
    "docker new": "written",
    "docker bundle": "written",
    "docker prune": "written",
    "docker down": "ended",
    "docker up": "started",
    "generate bake": "written",
    "generate compose": "written",
    "docker build": "built",
    "docker ensure": "made ready",
    "docker save": "saved",
    "docker load": "loaded",
    "docker push": "pushed",
    "docker pull": "pulled",
}
_SUMMED = {"skipped": "had nothing to do", "failed": "failed", "aborted": "interrupted"}
_COLOURS = {"error": "red", "warning": "yellow", "failed": "red", "aborted": "yellow"}


class Style(Protocol):
    """Puts colour on a piece of text, or leaves it as it is."""

    def __call__(self, text: str, colour: str | None = None, *, bold: bool = False) -> str:
        """The text, styled."""
        ...


def render(report: Report, style: Style, *, verbose: bool = False, quiet: bool = False) -> str:
    """What a person wants to read of a report: its data, findings and outcomes.

    Who is `quiet` sees no table of what went well.
    """
    table = _TABLES.get(report.command)
    told = bool(report.data) and report.command in _TELLING
    data = report.text or (table(report.data, style) if table and report.data else "")
    last = report.command in _LAST
    blocks = [
        report.diff,
        "" if last else data,
        *(_finding(finding, style) for finding in report.findings if not told),
        *_outcomes(report, style, verbose=verbose),
        data if last and not quiet else "",
    ]
    return "".join(blocks)


def summary(report: Report, style: Style, *, strict: bool = False) -> str:
    """What was done in one line, and what to do next."""
    return _counted(report, style, strict=strict) + "".join(f"{note}\n" for note in report.notes)


def describe(outcome: Outcome, style: Style) -> str:
    """One line that says what became of a member."""
    marks = {"done": ("✓", "green"), "skipped": ("-", None), "failed": ("✗", "red")}
    mark, colour = marks.get(outcome.status, ("!", "yellow"))
    verb = _DONE.get(outcome.action, "done") if outcome.status == "done" else outcome.status
    time = f" in {outcome.seconds:.1f} s" if outcome.seconds >= 0.05 else ""  # noqa: PLR2004
    reason = f": {outcome.reason}" if outcome.reason else ""
    who = f"{outcome.member} " if outcome.member else ""
    return f"{style(mark, colour)} {who}{verb}{time}{reason}"


def _finding(finding: Finding, style: Style) -> str:
    place = f"{finding.where}: " if finding.where else ""
    severity = style(f"{finding.severity}:", _COLOURS[finding.severity], bold=True)
    who = f"{finding.member}: " if finding.member else ""
    also = f"    see {finding.also}\n" if finding.also else ""
    hint = f"    → {finding.hint}\n" if finding.hint else ""
    return f"{place}{severity} {who}{finding.message} [{finding.rule}]\n{also}{hint}"


def _outcomes(report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    for outcome in report.outcomes:
        if verbose or outcome.status in ("failed", "aborted"):
            yield f"{describe(outcome, style)}\n"
            yield from (f"    │ {line}\n" for line in outcome.output)
            if outcome.log:
                yield f"    whole log: {outcome.log}\n"


def _counted(report: Report, style: Style, *, strict: bool) -> str:
    idle = [each.reason for each in report.outcomes if each.status == "skipped" and each.reason]
    whole = len(report.outcomes) == 1 and not report.outcomes[0].member
    counts = Counter(outcome.status for outcome in report.outcomes)
    words = [
        f"{counts[status]} {_SUMMED.get(status) or _DONE.get(report.command, 'done')}"
        for status in ("done", "skipped", "failed", "aborted")
        if counts[status]
    ]
    words = idle if whole and idle else words
    severities = Counter(finding.severity for finding in report.findings)
    words += [f"{count} {severity}{'s' * (count > 1)}" for severity, count in severities.items()]
    if not words:
        return ""
    colour = "red" if report.exit_code(strict=strict) else "green"
    return style(f"{report.command}: {', '.join(words)}", colour, bold=True) + "\n"


def _members(data: Mapping[str, Any], style: Style) -> str:
    head = ("NAME", "VERSION", "PYTHON", "PATH", "DEPENDS ON")
    rows = [
        (m["name"], m["version"], m["python"], m["path"], ", ".join(m["dependencies"]) or "-")
        for m in data["members"]
    ]
    return table(head, rows, style)


def _checks(data: Mapping[str, Any], style: Style) -> str:
    from ws.reporting import doctor

    return doctor.render(data, style)


def _installs(data: Mapping[str, Any], style: Style) -> str:
    from ws.reporting import installs

    return installs.render(data, style)


def _dockerfiles(data: Mapping[str, Any], style: Style) -> str:
    from ws.reporting import docker

    return docker.render(data, style)


def _images(name: str) -> Callable[[Mapping[str, Any], Style], str]:
    def render(data: Mapping[str, Any], style: Style) -> str:
        from ws.reporting import images

        return str(getattr(images, name)(data, style))

    return render


def _ensured(data: Mapping[str, Any], style: Style) -> str:
    from ws.reporting import ensured

    return ensured.render(data, style)


def _moves(name: str) -> Callable[[Mapping[str, Any], Style], str]:
    def render(data: Mapping[str, Any], style: Style) -> str:
        from ws.reporting import image_moves

        return str(getattr(image_moves, name)(data, style))

    return render


_TABLES: dict[str, Callable[[Mapping[str, Any], Style], str]] = {
    "docker build": _images("built"),
    "docker bundle": _images("bundled"),
    "docker check": _dockerfiles,
    "docker ensure": _ensured,
    "docker layers": _images("layers"),
    "docker load": _moves("loaded"),
    "docker measure": _images("measured"),
    "docker pull": _moves("pulled"),
    "docker push": _moves("pushed"),
    "docker save": _moves("saved"),
    "docker smoke": _images("smoke"),
    "docker status": _images("status"),
    "docker test": _images("tested"),
    "doctor": _checks,
    "install": _installs,
    "list": _members,
}
_TELLING = ("docker status", "doctor")
"""Commands whose table tells the findings, too."""
_LAST = (
    "docker build", "docker bundle", "docker check", "docker ensure", "docker load",
    "docker measure", "docker pull", "docker push", "docker save", "docker smoke", "docker test",
    "install",
)  # fmt: skip
"""Commands whose table is the end of the story: failures are told before it."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> str:
    """Rows below a head, in columns as wide as they need."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()

    return "".join(f"{text}\n" for text in (style(line(head), bold=True), *map(line, rows)))
