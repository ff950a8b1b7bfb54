"""`ws docker …` as a person types it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from ws.cli import (
    docker_ensure_command,
    docker_move_command,
    docker_run_command,
    docker_up_command,
)
from ws.cli.options import Command, complete_member, mode_of, modes, network_option

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.docker_settings import Style
    from ws.model.report import Report


COMMANDS = click.Group()
"""What `ws docker` has."""


for _command in (
    *docker_run_command.COMMANDS,
    *docker_move_command.COMMANDS,
    *docker_up_command.COMMANDS,
):
    COMMANDS.add_command(_command)
COMMANDS.add_command(docker_ensure_command.ensure)


@COMMANDS.command(cls=Command, checks=True, filters=False)
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


@COMMANDS.command("check", cls=Command, checks=True)
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


@COMMANDS.command("sync", cls=Command, checks=True)
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


@COMMANDS.command("status", cls=Command, checks=True)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option("--dev", is_flag=True, help="The images for development.")
@click.option(
    "--tag", default="", metavar="TAG", help="Behind the colon  [default: latest, or dev]"
)
def status(context: Context, *, members: tuple[str, ...], dev: bool, tag: str) -> Report:
    """Say whether there is an engine, and which images are what would be built now.

    \b
    Examples:
      ws docker status
      ws docker status --strict        exit 1 if one is stale or missing
    """
    from ws.commands import docker_status as command
    from ws.planning.image_wishes import wished

    return command.run(context, members, wished(dev=dev, tag=tag))


@COMMANDS.command("layers", cls=Command)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option("--dev", is_flag=True, help="Those of the images for development.")
def layers(context: Context, *, members: tuple[str, ...], dev: bool) -> Report:
    """Show which packages go into which layer for whom, and what each costs. It needs no Docker.

    \b
    Examples:
      ws docker layers
      ws docker layers chat-worker      what one image is made of
    """
    from ws.commands import docker_layers as command
    from ws.planning.images import Wish

    return command.run(context, members, Wish(dev))


@COMMANDS.command("build", cls=Command)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option("--dev", is_flag=True, help="Images for development: all groups, editable sources.")
@click.option(
    "--tag", default="", metavar="TAG", help="Behind the colon  [default: latest, or dev]"
)
@click.option("--force", is_flag=True, help="Build what is up to date, too.")
@click.option("--if-engine", is_flag=True, help="Where no engine runs, say so, and exit 0.")
@click.option("--no-cache", is_flag=True, help="Take nothing from the builder's cache.")
@click.option("--push", is_flag=True, help="Push the images to their registry.")
@click.option(
    "--platform", "platforms", multiple=True, metavar="OS/ARCH", help="Build for it. Repeatable."
)
@click.option(
    "--secret",
    "secrets",
    multiple=True,
    metavar="SPEC",
    help="As docker build takes it. Repeatable.",
)
@click.option(
    "--build-arg",
    "arguments",
    multiple=True,
    metavar="NAME=VALUE",
    help="For images with a Dockerfile of their own. Repeatable.",
)
@click.option("--builder", default="", metavar="NAME", help="The builder of Buildx to use.")
@network_option
def build(
    context: Context,
    *,
    members: tuple[str, ...],
    dev: bool,
    tag: str,
    force: bool,
    if_engine: bool,
    no_cache: bool,
    push: bool,
    platforms: tuple[str, ...],
    secrets: tuple[str, ...],
    arguments: tuple[str, ...],
    builder: str,
    network: str,
) -> Report:
    """Build the images of all members at once, on the layers that they share.

    What all of them need at the same version is installed once; what only one needs lies in its own
    image; packages of the workspace come last, as wheels. An image that is up to date is not built
    again.

    \b
    Examples:
      ws docker build                        all images
      ws docker build chat-worker            one of them
      ws docker build --filter ...shared     those that need this package
      ws docker build --dev                  for development: NAME:dev
    """
    from ws.commands import docker_build as command
    from ws.engines.build_images import Wishes
    from ws.planning.image_wishes import checked_platforms, wished

    asked_for = checked_platforms(platforms)
    wishes = Wishes(network, builder, push, asked_for, secrets, no_cache=no_cache)
    wish = wished(dev=dev, tag=tag)
    asked = command.Asked(members, wish, force or no_cache, if_engine, arguments, wishes)
    return command.run(context, asked)


@COMMANDS.command("prune", cls=Command, checks=True, filters=False)
@click.argument("member", shell_complete=complete_member)
@click.option(
    "--out",
    required=True,
    type=click.Path(),
    metavar="DIR",
    help="Where to: a new or empty folder, or one that it made before.",
)
def prune(context: Context, *, member: str, out: str) -> Report:
    """Write a build context for one member: what its image needs, and nothing of others.

    manifests/ holds manifests, its lock and requirements without the versions of local packages,
    sources/ its sources and those of its path dependencies. It builds by itself, outside of the
    repository: docker build DIR

    \b
    Examples:
      ws docker prune chat-worker --out ../chat-context
    """
    from ws.commands import docker_prune as command

    return command.run(context, member, out)


@COMMANDS.command("bundle", cls=Command, checks=True)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option(
    "--out",
    default="",
    type=click.Path(),
    metavar="DIR",
    help="The folder to write: a new or empty one, or one that it made before.",
)
@click.option(
    "--archive",
    default="",
    type=click.Path(),
    metavar="FILE",
    help="The archive to write: FILE.tar.xz or FILE.tar.gz.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something is off.")
@click.option(
    "--sizes/--no-sizes",
    default=True,
    help="Whether estimates of downloads go into it, from what this machine has installed.",
)
def bundle(
    context: Context, *, members: tuple[str, ...], out: str, archive: str, check: bool, sizes: bool
) -> Report:
    """Write what an installer ships: all that the images of services are built from.

    Sources, a Dockerfile, a Bake file, a Compose file, requirements with hashes, and bundle.json,
    by which `ws docker ensure` knows what it is. No tests, no locks, no secrets. It builds by
    itself on a machine with Docker, without the repository, and says what that downloads. The same
    workspace gives the same bytes.

    \b
    Examples:
      ws docker bundle --out ../product                   all services
      ws docker bundle --archive dist/product.tar.xz      as one file
      ws docker bundle chat-worker --out ../chat          one of them, with what it needs
      ws docker bundle --out ../product --check           exit 1 if it is not as it would be now
    """
    from ws.commands import docker_bundle as command

    return command.run(context, command.Asked(members, out, archive, check, sizes))
