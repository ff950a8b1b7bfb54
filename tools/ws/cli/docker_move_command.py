"""`ws docker save`, `load`, `push` and `pull`, as a person types them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ws.cli.options import Command, complete_member, jobs_option

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report

_TAG = "Behind the colon  [default: latest, or dev]"
_LOCAL = "Behind the colon in the engine  [default: latest, or dev]"
_RETRIES = "How often what may pass is tried again."


@click.command("save", cls=Command)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option(
    "--out", default="", type=click.Path(), metavar="FILE", help="[default: [docker] archive]"
)
@click.option("--dev", is_flag=True, help="The images for development.")
@click.option("--tag", default="", metavar="TAG", help=_TAG)
def save(context: Context, *, members: tuple[str, ...], out: str, dev: bool, tag: str) -> Report:
    """Put images into one file, in which the layers that they share stand once.

    ws docker load reads it, and so does docker load without ws. The same images make the same
    bytes; the digest that is told vouches for all of them.

    \b
    Examples:
      ws docker save                                  all images, into dist/images.tar
      ws docker save chat-worker --out chat.tar       one of them
      ws docker load chat.tar                         on the other machine
    """
    from ws.commands import docker_save as command
    from ws.planning.image_wishes import wished

    return command.run(context, members, wished(dev=dev, tag=tag), out)


@click.command("load", cls=Command, checks=True)
@click.argument("words", nargs=-1, metavar="[FILE] [MEMBERS]...")
@click.option("--digest", default="", metavar="sha256:...", help="Of the list that it must have.")
@click.option("--check", is_flag=True, help="Load nothing; exit 1 if something is off.")
@click.option("--any-platform", is_flag=True, help="Load what is made for other machines, too.")
def load(
    context: Context, *, words: tuple[str, ...], digest: str, check: bool, any_platform: bool
) -> Report:
    """Load images from a file of ws docker save: those that the engine lacks.

    Each is checked before the engine sees it, and loaded by itself, with the layers that are
    lacking: after an interruption the rest is loaded. With FILE it needs no workspace.

    \b
    Examples:
      ws docker load                          dist/images.tar, or what [docker] archive says
      ws docker load chat.tar chat-worker     one image of a file
      ws docker load --check                  is it whole, and as it was written?
    """
    from ws.commands import docker_load as command

    return command.run(context, command.Asked(words, digest, check, any_platform))


@click.command("push", cls=Command, checks=True)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option(
    "--to", "registries", multiple=True, metavar="REGISTRY", help="Instead of [docker]. Repeatable."
)
@click.option(
    "--tag",
    "templates",
    multiple=True,
    metavar="TEMPLATE",
    help="Such as {version} or {branch}-{sha}, instead of [docker] tags. Repeatable.",
)
@click.option("--local", default="", metavar="TAG", help=_LOCAL)
@click.option("--dev", is_flag=True, help="The images for development.")
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    metavar="OS/ARCH",
    help="Put together under one name what machines of these push. Repeatable.",
)
@click.option("--retries", type=click.IntRange(0, 10), default=3, show_default=True, help=_RETRIES)
@jobs_option
def push(
    context: Context,
    *,
    members: tuple[str, ...],
    registries: tuple[str, ...],
    templates: tuple[str, ...],
    local: str,
    dev: bool,
    platforms: tuple[str, ...],
    retries: int,
    jobs: str | None,
) -> Report:
    """Push images to the registry and its mirrors: what is not there yet.

    By the names that [docker] tags makes of version, commit and branch. docker login says who you
    are. What fails for a moment is tried again, a wrong password is not.

    \b
    Examples:
      ws docker push                                       all images
      ws docker push chat-worker --tag '{branch}-{sha}'    one of them, by this tag
      ws docker push --platform linux/amd64 --platform linux/arm64
                                                           on a machine of each
    """
    from ws.commands import docker_push as command
    from ws.planning.image_wishes import checked_platforms, wished

    wish, checked = wished(dev=dev, tag=local), checked_platforms(platforms)
    asked = command.Asked(members, wish, registries, templates, checked, jobs, retries)
    return command.run(context, asked)


@click.command("pull", cls=Command, checks=True)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option(
    "--from",
    "registries",
    multiple=True,
    metavar="REGISTRY",
    help="Instead of [docker]. Repeatable.",
)
@click.option(
    "--tag", default="", metavar="TEMPLATE", help="Instead of the first one of [docker] tags."
)
@click.option("--local", default="", metavar="TAG", help=_LOCAL)
@click.option("--dev", is_flag=True, help="The images for development.")
@click.option("--force", is_flag=True, help="Ask for what is up to date, too.")
@click.option("--retries", type=click.IntRange(0, 10), default=3, show_default=True, help=_RETRIES)
@jobs_option
def pull(
    context: Context,
    *,
    members: tuple[str, ...],
    registries: tuple[str, ...],
    tag: str,
    local: str,
    dev: bool,
    force: bool,
    retries: int,
    jobs: str | None,
) -> Report:
    """Pull images from the registry, and from its mirrors where that fails.

    Those that are not what the workspace would build now. They get the names that ws docker build
    gives. One of another state than the workspace's is a warning.

    \b
    Examples:
      ws docker pull                              all images
      ws docker pull chat-worker --tag main       one of them, by this tag
      ws docker pull --from mirror.example/acme   from there alone
    """
    from ws.commands import docker_pull as command
    from ws.planning.image_wishes import wished

    templates = (tag,) if tag else ()
    wish = wished(dev=dev, tag=local)
    asked = command.Asked(members, wish, registries, templates, jobs, retries, force)
    return command.run(context, asked)


COMMANDS = (save, load, push, pull)
"""What `ws docker` has of these."""
