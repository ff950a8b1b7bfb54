"""`ws docker up`, `down` and `logs` as a person types them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ws.cli.options import Command, Output, network_option

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report

_HOST = "Without Docker: console scripts of the members' environments, on this machine."


def _complete_service(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The services whose names begin so, for the shell."""
    import os
    from pathlib import Path

    from ws.errors import WsError
    from ws.files.loader import find_root, load
    from ws.generate import compose

    try:
        workspace = load(find_root(None, Path.cwd(), os.environ))
    except (WsError, OSError):
        return []
    members = (member.name for member in compose.members(workspace))
    known = (*workspace.settings.compose.services, *members)
    return [name for name in known if name.startswith(incomplete)]


@click.command("up", cls=Command, filters=False)
@click.argument("services", nargs=-1, shell_complete=_complete_service)
@click.option("--dev", is_flag=True, help="With the overlay for development: live sources.")
@click.option("--infra", is_flag=True, help="Only the services that are no members: a broker …")
@click.option("--build", is_flag=True, help="Build what is not up to date before.")
@click.option("--wait/--no-wait", default=True, help="Wait until services are well.")
@click.option("--host", is_flag=True, help=_HOST)
@network_option
def up(
    context: Context,
    *,
    services: tuple[str, ...],
    dev: bool,
    infra: bool,
    build: bool,
    wait: bool,
    host: bool,
    network: str,
) -> Report:
    """Start services in the background, with Compose.

    All of ops/compose.yaml, or those that are named and what they wait for. Images that are missing
    are built. What runs already, and is what it should be, is left alone.

    \b
    Examples:
      ws docker up                        all services
      ws docker up insight-server         one of them, and what it needs
      ws docker up --infra                the broker, and what else is no member
      ws docker up --dev                  with the sources of this machine
      ws docker up --host                 without Docker
    """
    from ws.commands.docker_up import Asked

    if host and (dev or build):
        raise click.UsageError("--host needs no images: leave --dev and --build out.")
    asked = Asked(services, dev, infra, build, wait, network)
    if host:
        from ws.commands import host_up

        return host_up.run(context, asked)
    from ws.commands import docker_up

    return docker_up.run(context, asked)


@click.command("down", cls=Command, filters=False)
@click.option("--volumes", is_flag=True, help="Remove the volumes, too, with all that is in them.")
@click.option("--host", is_flag=True, help="What runs without Docker, on this machine.")
def down(context: Context, *, volumes: bool, host: bool) -> Report:
    """End all services, and leave no container and no network behind.

    \b
    Examples:
      ws docker down
      ws docker down --volumes      models and caches go, too
      ws docker down --host         what ws docker up --host has started
    """
    if host and volumes:
        raise click.UsageError("--host has no volumes of Docker: leave --volumes out.")
    if host:
        from ws.commands import host_down

        return host_down.down(context)
    from ws.commands import docker_down

    return docker_down.run(context, volumes=volumes)


@click.command("logs", cls=Command, filters=False)
@click.argument("services", nargs=-1, shell_complete=_complete_service)
@click.option("--follow", "-f", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--tail", type=click.IntRange(min=0), metavar="N", help="Only the last N lines each.")
@click.option("--host", is_flag=True, help="Of what runs without Docker, on this machine.")
@click.pass_context
def logs(
    ctx: click.Context,
    /,
    context: Context,
    *,
    services: tuple[str, ...],
    follow: bool,
    tail: int | None,
    host: bool,
) -> Report:
    """Show what services say.

    \b
    Examples:
      ws docker logs                              all services
      ws docker logs insight-server --follow      one of them, until Ctrl-C
      ws docker logs --host --tail 20             of what runs without Docker
    """
    from ws.commands.docker_logs import Asked

    output = ctx.find_root().obj
    human = not isinstance(output, Output) or output.format == "human"
    if follow and not human:
        raise click.UsageError("--follow has no end, and JSON is one object: leave one out.")

    def show(line: str) -> None:
        if human:
            click.echo(line)

    asked = Asked(services, follow, tail)
    if host:
        from ws.commands import host_down

        return host_down.logs(context, asked, show)
    from ws.commands import docker_logs

    return docker_logs.run(context, asked, show)


COMMANDS = (up, down, logs)
"""What `ws docker` has of these."""
