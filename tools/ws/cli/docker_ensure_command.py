"""`ws docker ensure` as a person types it, and as a product calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ws.cli.options import Command

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report

_WAIT = "60"
_WAITING = "Wait for an engine that is starting, so long  [default: not at all; alone: 60]"


@click.command("ensure", cls=Command, checks=True, filters=False)
@click.argument("services", nargs=-1)
@click.option(
    "--wait-engine",
    is_flag=False,
    flag_value=_WAIT,
    default="0",
    type=click.FloatRange(0),
    metavar="[SECONDS]",
    help=_WAITING,
)
@click.option("--archive", default="", metavar="FILE", help="Of images, instead of the usual one.")
@click.option("--yes", "-y", is_flag=True, help="For those who expect to be asked: it never asks.")
def ensure(
    context: Context,
    *,
    services: tuple[str, ...],
    wait_engine: float,
    archive: str,
    yes: bool,  # noqa: ARG001 - it never asks
) -> Report:
    """Get all services ready, each in the first way that works: what a product calls first.

    [docker] source says which ways, in which order: the image that is there, a registry, an
    archive, a build, or the program on this machine without Docker. It works in a workspace, and in
    an unpacked bundle. A service that is not required may be unavailable: that is a warning.

    \b
    Examples:
      ws docker ensure                         all services
      ws docker ensure stt-worker              one of them
      ws docker ensure --wait-engine 120       Docker was started just now
      ws docker ensure --archive images.tar    from a USB stick
      ws docker ensure --format json           an answer for programs
    """
    from ws.commands import ensure as command

    return command.run(context, command.Asked(services, wait_engine, archive))
