"""`ws generate …` as a person types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ws.cli.options import Command, mode_of, modes

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report


COMMANDS = click.Group()
"""What `ws generate` has."""


@COMMANDS.command(cls=Command, checks=True, filters=False)
@click.option("--dev", is_flag=True, help="The images for development, in a folder dev.")
@modes
def bake(context: Context, *, dev: bool, check: bool, diff: bool) -> Report:
    """Write what `ws docker build` builds as files that build it without `ws`.

    A Dockerfile, a Bake file, requirements from the locks: for a CI, a remote BuildKit, or somebody
    who has Docker and nothing else. They lie in ops/images, or where [docker] bake says. Build with
    them at the workspace root: docker buildx bake -f ops/images/docker-bake.json

    \b
    Examples:
      ws generate bake              write them
      ws generate bake --check      exit 1 where manifests or locks say something else now
      ws generate bake --diff       what would change
    """
    from ws.commands import generate_bake as command
    from ws.planning.images import Wish

    return command.run(context, mode_of(check=check, diff=diff), Wish(dev))


@COMMANDS.command("compose", cls=Command, checks=True, filters=False)
@modes
def compose_(context: Context, *, check: bool, diff: bool) -> Report:
    """Write a Compose file for all services, and its overlays for development and production.

    compose.yaml, compose.dev.yaml and compose.prod.yaml lie in ops, or where [compose] folder says.
    What you add to them by hand stays; what ws wrote it keeps up to date. They build from the files
    of ws generate bake, which must be there.

    \b
    Examples:
      ws generate compose              write them
      ws generate compose --check      exit 1 where the workspace says something else, or somebody
                                       changed what ws wrote
      ws generate compose --diff       what would change
    """
    from ws.commands import generate_compose as command

    return command.run(context, mode_of(check=check, diff=diff))
