"""The only place that prints reports."""

from __future__ import annotations

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
        _write(_document(report, output))
    sys.stdout.flush()
    return report.exit_code(strict=output.strict)


def _tell_person(report: Report, output: Output) -> None:
    from ws.reporting import human

    faulty = report.fault is not None and not report.outcomes
    stream = sys.stderr if faulty else sys.stdout
    body = human.render(report, style_for(output.color, stream), verbose=output.verbose)
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


def _write(text: str) -> None:
    sys.stdout.write(text)
