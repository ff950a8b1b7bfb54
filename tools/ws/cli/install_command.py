"""`ws install` as a person types it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ws.cli.options import Command, jobs_option

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report


@click.command(cls=Command, checks=True)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would be done.")
@click.option("--only", multiple=True, metavar="GROUPS", help="Only these dependency groups.")
@click.option("--with", "with_", multiple=True, metavar="GROUPS", help="Optional groups as well.")
@click.option("--without", multiple=True, metavar="GROUPS", help="All but these groups.")
@click.option("--extras", "-E", multiple=True, metavar="EXTRAS", help="These extras as well.")
@click.option("--all-extras", is_flag=True, help="All extras.")
@click.option("--no-root", is_flag=True, help="Without the members themselves.")
@click.option("--compile", is_flag=True, help="Compile to bytecode.")
@click.option("--sync", is_flag=True, help="Remove what the lock does not name (poetry sync).")
@click.option("--engine", type=click.Choice(["poetry", "uv"]), help="Who makes them.")
@click.option("--python", default="", metavar="PYTHON", help="A version (3.12) or a program.")
@click.option("--verify", is_flag=True, help="Fail if Poetry would still have anything to do.")
@click.option("--reinstall", is_flag=True, help="Make the environments anew, needed or not.")
@click.option("--frozen", is_flag=True, help="Install from locks that lag behind a shared package.")
@click.option("--offline", is_flag=True, help="Ask no network: what the caches hold must do.")
@click.option(
    "--wheelhouse",
    multiple=True,
    metavar="DIR",
    help="Take packages from the archives in DIR, and from no package index. Repeatable.",
)
@jobs_option
def install(
    context: Context,
    *,
    check: bool,
    only: tuple[str, ...],
    with_: tuple[str, ...],
    without: tuple[str, ...],
    extras: tuple[str, ...],
    no_root: bool,
    engine: str | None,
    offline: bool,
    wheelhouse: tuple[str, ...],
    jobs: str | None,
    **flags: Any,  # noqa: ANN401 - booleans
) -> Report:
    """Install every member whose .venv needs it with poetry install, in parallel.

    Where nothing has changed since, nothing is done. The output of each is kept in
    .ws/logs/install/; one that fails does not stop the others. Groups and extras are asked for only
    where a member has them.

    \b
    Examples:
      ws install
      ws install --check                   which environments are stale, and why
      ws install --filter chat-worker... --jobs 4
      ws install --only main --sync
      ws install --engine uv               the same environments, many times faster
      ws install --engine uv --verify      and Poetry agrees that they are
      ws install --python 3.12 --reinstall
      ws install --reinstall --filter chat-worker
      ws install --offline --wheelhouse /mnt/wheels
    """
    from ws.commands import install as command
    from ws.planning.install import Groups, Wishes

    if check and flags["verify"]:
        raise click.UsageError("--check and --verify exclude each other: a check installs nothing.")
    groups = Groups(_names(only), _names(with_), _names(without))
    supply = command.supply(context, offline=offline, wheelhouses=wheelhouse)
    wishes = Wishes(
        groups, _names(extras), root=not no_root, engine=engine or "", supply=supply, **flags
    )
    return command.run(context, wishes, check=check, jobs=jobs)


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given as Poetry takes them: repeated, or with commas or blanks between."""
    return tuple(name for value in values for name in value.replace(",", " ").split())
