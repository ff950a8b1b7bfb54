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
      ws docker check               prove that every image can be built and run
      ws docker new chat-worker     write its Dockerfile, and one for development
      ws docker sync                mend the COPY lines of all Dockerfiles
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


@docker.command("check", cls=Command, checks=True)
@click.argument("dockerfiles", nargs=-1, type=click.Path())
def check_(context: Context, *, dockerfiles: tuple[str, ...]) -> Report:
    """Prove, without building, that images can be built and that they start.

    Of all Dockerfiles of the workspace, or of those that are named. It reads what they copy and
    install, and says what is missing where, with the line that would be right; and what is slow,
    too large, or another thing on another day. It needs no Docker.

    \b
    Examples:
      ws docker check                                  every Dockerfile
      ws docker check --filter chat-worker             those of one member
      ws docker check workers/chat/Dockerfile.dev      this one
    """
    from ws.commands import docker_check as command

    return command.run(context, dockerfiles)


@docker.command("sync", cls=Command, checks=True)
@click.argument("dockerfiles", nargs=-1, type=click.Path())
@modes
def sync_(context: Context, *, dockerfiles: tuple[str, ...], check: bool, diff: bool) -> Report:
    """Mend Dockerfiles with the smallest edit, and their .dockerignore.

    It puts path dependencies where Poetry will look for them, those that they need too, copies the
    lock, and installs third-party packages before sources are copied. All other lines stay as they
    are. What stands between # ws:begin and # ws:end it writes as a whole.

    \b
    Examples:
      ws docker sync                                  every Dockerfile of a member
      ws docker sync --diff                           what would change
      ws docker sync --check                          exit 1 if something would
      ws docker sync workers/chat/Dockerfile.dev      this one
    """
    from ws.commands import docker_sync as command

    return command.run(context, mode_of(check=check, diff=diff), dockerfiles)
