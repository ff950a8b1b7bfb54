"""`ws docker …` on images that were built, as a person types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ws.cli.options import Command, complete_member, jobs_option, network_option

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report

_TAG = "Behind the colon  [default: latest, or dev]"
_NETWORK = "The network of the containers  [default: none]"


@click.command("smoke", cls=Command, checks=True)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option("--dev", is_flag=True, help="The images for development.")
@click.option("--tag", default="", metavar="TAG", help=_TAG)
@click.option("--network", default="none", metavar="NAME", help=_NETWORK)
@jobs_option
def smoke(
    context: Context,
    *,
    members: tuple[str, ...],
    dev: bool,
    tag: str,
    network: str,
    jobs: str | None,
) -> Report:
    """Start each image, and see that it is in working order.

    In one container each: it is not root, its program answers, `pip check` is content, and all of
    its own modules and those of its path dependencies can be imported. What answering means, a
    member says with smoke, port and health under [tool.ws.docker].

    \b
    Examples:
      ws docker smoke                  all images
      ws docker smoke chat-worker      one of them
    """
    from ws.commands import docker_smoke as command
    from ws.planning.image_wishes import wished

    return command.run(context, members, wished(dev=dev, tag=tag), jobs, network)


@click.command("measure", cls=Command, checks=True)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option("--dev", is_flag=True, help="The images for development.")
@click.option("--tag", default="", metavar="TAG", help=_TAG)
@click.option("--network", default="none", metavar="NAME", help=_NETWORK)
def measure(
    context: Context, *, members: tuple[str, ...], dev: bool, tag: str, network: str
) -> Report:
    """Measure what images weigh, how fast they start, and how long their last build took.

    Each beside its budget, from [docker.budget] in workspace.toml and [tool.ws.docker.budget] of
    the member; exit 1 where one is broken.

    \b
    Examples:
      ws docker measure                  all images
      ws docker measure chat-worker      one of them
    """
    from ws.commands import docker_measure as command
    from ws.planning.image_wishes import wished

    return command.run(context, members, wished(dev=dev, tag=tag), network)


@click.command("test", cls=Command)
@click.argument("members", nargs=-1, shell_complete=complete_member)
@click.option("--tag", default="", metavar="TAG", help="Behind the colon  [default: latest]")
@network_option
@jobs_option
def test(
    context: Context, *, members: tuple[str, ...], tag: str, network: str, jobs: str | None
) -> Report:
    """Run the members' own tests in their images.

    On top of each image that was built comes what its member's other groups bring, at the versions
    of the lock, and its tests; pytest runs as the image's user. Nothing of it is left afterwards.

    \b
    Examples:
      ws docker test                  all images
      ws docker test chat-worker      one of them
    """
    from ws.commands import docker_test as command
    from ws.planning.image_wishes import wished

    return command.run(context, members, wished(tag=tag), jobs, network)


COMMANDS = (smoke, measure, test)
"""What `ws docker` has of these."""
