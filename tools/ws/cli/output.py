"""The only place that prints reports."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

from ws.cli.options import Output, style_for

if TYPE_CHECKING:
    from ws.model.report import Exit, Report


def tell(report: Report, output: Output) -> Exit:
    """Print a report as its reader wants it, and give the exit code.

    Data and results go to stdout; what is for people besides (summary, next steps, faults), to
    stderr. Raises `OSError` where they cannot be written.
    """
    if output.format == "human":
        _tell_person(report, output)
    else:
        told = _with_failures(report) if output.format in ("github", "sarif") else report
        _write(_document(told, output))
        sys.stdout.flush()
        if output.format == "github":
            _summarise(told, output)
    sys.stdout.flush()
    return report.exit_code(strict=output.strict)


def _with_failures(report: Report) -> Report:
    from ws.reporting.failures import with_failures

    return with_failures(report)


def _tell_person(report: Report, output: Output) -> None:
    from ws.reporting import human

    faulty = report.fault is not None and not report.outcomes
    stream = sys.stderr if faulty else sys.stdout
    body = human.render(
        report, style_for(output.color, stream), verbose=output.verbose, quiet=output.quiet
    )
    if faulty:
        click.echo(body, nl=False, err=True, color=True)
        return
    _write(body)
    if not output.quiet:
        style = style_for(output.color, sys.stderr)
        last = human.summary(report, style, strict=output.strict)
        sys.stdout.flush()
        click.echo(last, nl=False, err=True, color=True)


def _document(report: Report, output: Output) -> str:
    if output.format == "json":
        from ws.reporting import json

        return json.render(report, strict=output.strict)
    if output.format == "sarif":
        from ws.reporting import sarif

        return sarif.render(report)
    from ws.reporting import github

    return github.render(report)


def _summarise(report: Report, output: Output) -> None:
    """Put what GitHub will not show beside the lines into the step's summary, and say so."""
    from ws.reporting import github

    count = github.hidden(report)
    if not count:
        return
    note = f"github: {count} of {len(report.findings)} findings are not shown beside the code"
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    where = _append_summary(report, path) if path else "they stand in this log alone"
    if not output.quiet:
        with contextlib.suppress(OSError):  # nobody reads it
            click.echo(f"{note}: {where}", err=True)


def _append_summary(report: Report, path: str) -> str:
    """Append all findings to the step's summary, and say where a person finds the hidden ones."""
    from ws.reporting import step_summary

    try:
        # Another command of the same step may have written there already.
        used = os.path.getsize(path) if os.path.exists(path) else 0
        text = step_summary.render(report, step_summary.LIMIT - used)
        with open(path, "ab") as file:
            file.write(text.encode(errors="replace"))
    except OSError as error:
        return f"they stand in this log alone ({path} cannot be written: {error.strerror})"
    return "see the step's summary" if text else f"they stand in this log alone ({path} is full)"


def _write(text: str) -> None:
    sys.stdout.write(text)
