"""`ws lock` as a person types it: of all commands the one with the most to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ws.cli.options import Command, complete_member, jobs_option, mode_of, modes

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.plan import Mode
    from ws.model.report import Report


@click.command(cls=Command, checks=True)
@modes
@click.option("--deep", is_flag=True, help="With --check: look at every package of each lock too.")
@click.option(
    "--explain",
    default="",
    metavar="MEMBER",
    shell_complete=complete_member,
    help="Write nothing; say why the lock of this member does not fit.",
)
@click.option("--fix", is_flag=True, help="With --check: mend what it finds; exit 1 all the same.")
@click.option("--all", "every", is_flag=True, help="Lock every member, needed or not.")
@click.option(
    "--upgrade",
    multiple=True,
    is_flag=False,
    flag_value="",
    metavar="[PACKAGE]",
    help="Newer versions: of this package where it is locked, or of all. Repeatable.",
)
@click.option(
    "--seed/--no-seed",
    default=True,
    help="Take versions for what is new from the other members' locks  [default: yes]",
)
@click.option(
    "--skew",
    "task",
    flag_value="skew",
    help="Write nothing; show what members lock at different versions, and who could agree.",
)
@click.option(
    "--align", "task", flag_value="align", help="Bring these together where constraints allow."
)
@click.option(
    "--resolve-conflicts",
    "task",
    flag_value="resolve",
    help="Rebuild locks that a git merge left with conflict markers.",
)
@jobs_option
def lock(
    context: Context,
    *,
    check: bool,
    diff: bool,
    deep: bool,
    explain: str,
    fix: bool,
    every: bool,
    upgrade: tuple[str, ...],
    seed: bool,
    task: str | None,
    jobs: str | None,
) -> Report:
    """Lock the members whose poetry.lock does not fit, and say what changed in each.

    Locked versions stay wherever they may. What is new to a lock gets the version that the shared
    packages' locks have, else the other members'.

    \b
    Examples:
      ws lock                          mend the locks that need it
      ws lock --check                  exit 1 if one needs it (pre-commit, CI)
      ws lock --check --fix            the same, but mend it: a hook blocks once
      ws lock --explain chat-worker    why its lock does not fit
      ws lock --all --filter ./workers/graph
      ws lock --upgrade httpx          newer httpx, in every lock that has it
      ws lock --upgrade --diff         all that is newer, shown and not written
      ws lock --skew                   who locks what at other versions than the rest
      ws lock --align --diff           one version for all, shown and not written
      ws lock --resolve-conflicts      after a git merge
    """
    from ws.commands import lock as command

    mode = mode_of(check=check, diff=diff)
    if task:
        others = any((explain, fix, deep, every, upgrade, not seed))
        return _lock_task(context, task, mode, jobs, alone=not others)
    if explain:
        if any((check, diff, fix, every, upgrade, not seed)):
            raise click.UsageError("--explain goes without other options: it writes nothing.")
        from ws.commands import lock_explain

        return lock_explain.run(context, explain)
    if check and any((every, upgrade, not seed)):
        raise click.UsageError("--check goes without --all, --upgrade and --no-seed.")
    if fix:
        return _fixed(context, check=check, deep=deep, jobs=jobs)
    if check:
        return command.run(context, mode, deep=deep)
    from ws.planning.lock import Wishes

    names = tuple(name for name in upgrade if name)
    wishes = Wishes(every, seed, names if upgrade else None)
    return command.run(context, mode, wishes=wishes, jobs=jobs)


def _lock_task(context: Context, task: str, mode: Mode, jobs: str | None, *, alone: bool) -> Report:
    """What `ws lock` does besides: one thing at a time."""
    if not alone:
        raise click.UsageError("--skew, --align and --resolve-conflicts go without these options.")
    if task == "skew":
        from ws.commands import skew

        return skew.run(context)
    if task == "align":
        from ws.commands import align

        return align.run(context, mode, jobs=jobs)
    from ws.commands import resolve

    return resolve.run(context, mode, jobs=jobs)


def _fixed(context: Context, *, check: bool, deep: bool, jobs: str | None) -> Report:
    if not check:
        raise click.UsageError("--fix goes with --check; `ws lock` alone mends, and exits 0.")
    from ws.commands import lock_fix

    return lock_fix.run(context, deep=deep, jobs=jobs)
