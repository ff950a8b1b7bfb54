"""`ws docker …` as a person types it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from ws.cli.options import Command, complete_member, mode_of, modes

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.docker_settings import Style
    from ws.model.report import Report


@click.group()
def docker() -> None:
    """Dockerfiles and images of the members.

    \b
    Examples:
      ws docker new chat-worker     write its Dockerfile, and one for development
    """


@docker.command(cls=Command, checks=True, filters=False)
@click.argument("member", shell_complete=complete_member)
@click.option(
    "--style",
    type=click.Choice(("production", "dev", "classic", "shared")),
    help="Only this Dockerfile  [default: that of the member, and the one for development]",
)
@modes
def new(context: Context, *, member: str, style: str | None, check: bool, diff: bool) -> Report:
    """Write a member's Dockerfile, from what its manifest and its lock say.

    Build it with the repository's root as context. It does not write over a file that somebody
    else made. [docker] templates in workspace.toml names a folder of templates of your own.

    \b
    Examples:
      ws docker new chat-worker                     Dockerfile and Dockerfile.dev
      ws docker new chat-worker --style classic     Poetry in the image, WORKDIR /app
      ws docker new chat-worker --style shared      docker/app.Dockerfile, one for all members
      ws docker new chat-worker --check             exit 1 if it is not as it would be now
    """
    from ws.commands import docker_new as command

    chosen = cast("Style | None", style)
    return command.run(context, mode_of(check=check, diff=diff), member, chosen)
