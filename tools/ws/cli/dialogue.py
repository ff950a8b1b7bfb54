"""Asking a person, where there is one."""

from __future__ import annotations

import sys

import click

from ws.cli.options import Output


def propose(proposal: str) -> bool | None:
    """Show what would be written, and ask whether to; `None` where there is nobody to ask.

    That is so off a terminal and where a program reads the output, which then holds the proposal.
    """
    output = click.get_current_context().find_object(Output) or Output()
    if output.format != "human":
        return None
    click.echo(proposal)
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return None
    return click.confirm("Write it?", default=True, err=True)
