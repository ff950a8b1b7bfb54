"""The commands as a person types them. Each is imported only when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from ws import __version__
from ws.cli.options import Command, complete_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.commands.context import Context
    from ws.model.plan import Mode
    from ws.model.report import Report


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="ws %(version)s")
def app() -> None:
    """The workspace that Poetry never had.

    Many Poetry packages in one repository: path dependencies, locks and environments, together.

    \b
    Begin with:
      ws init        describe the members that a repository has already
      ws list        who is in this workspace
      ws install     an environment for every member, in parallel
      ws check       all checks, for pre-commit and CI
    """


def _modes(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--check` and `--diff`, as every command has them that writes tracked files."""
    check = click.option("--check", is_flag=True, help="Write nothing; exit 1 if something is off.")
    diff = click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
    return check(diff(command))


def _jobs(command: Callable[..., Any]) -> Callable[..., Any]:
    help_text = 'How many at a time: a number, or "50%" of the cores  [default: the cores]'
    return click.option("--jobs", "-j", metavar="N", help=help_text)(command)


def _mode(*, check: bool, diff: bool) -> Mode:
    from ws.model.plan import Mode

    if check and diff:
        raise click.UsageError("--check and --diff exclude each other: choose one.")
    return Mode.CHECK if check else Mode.DIFF if diff else Mode.APPLY


@app.command(cls=Command, checks=True, filters=False)
@_modes
@click.option("--yes", "-y", is_flag=True, help="Write it without asking.")
@click.option("--force", is_flag=True, help="Write over a workspace.toml that is there already.")
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Folders that are no members, relative to the root: 'examples/**'. Repeatable.",
)
def init(
    context: Context, *, check: bool, diff: bool, yes: bool, force: bool, exclude: tuple[str, ...]
) -> Report:
    """Find the Poetry packages of a repository, and describe them in a workspace.toml.

    The root is the top of the git repository (else the current folder), or --root.

    \b
    Examples:
      ws init                               show what would be written, and ask
      ws init --yes                         write it without asking
      ws init --exclude 'examples/**'       without what is no member
      ws init --diff --root services        as a patch
    """
    from ws.cli.dialogue import propose
    from ws.commands import init as command

    wishes = command.Wishes(yes=yes, force=force, exclude=exclude)
    return command.run(context, _mode(check=check, diff=diff), wishes, propose)


@app.command("list", cls=Command)
@click.option("--paths", is_flag=True, help="Only the folders, one a line, for scripts.")
def list_(context: Context, *, paths: bool) -> Report:
    """List the members: name, version, Python, path, and the members each depends on.

    \b
    Examples:
      ws list
      ws list --filter '*-worker'
      ws list --format json | jq -r '.data.members[].name'
      for folder in $(ws list --paths); do du -sh "$folder"; done
    """
    from ws.commands import list as command

    return command.run(context, paths=paths)


@app.command(cls=Command)
@click.option(
    "--as",
    "form",
    type=click.Choice(("tree", "mermaid", "dot")),
    default="tree",
    help="How to draw it.",
)
@click.option("--invert", is_flag=True, help="Draw who is needed by whom instead.")
def graph(context: Context, *, form: str, invert: bool) -> Report:
    """Draw who depends on whom.

    \b
    Examples:
      ws graph
      ws graph --invert --filter shared-python    who is affected by it
      ws graph --as mermaid                       for a README
      ws graph --as dot | dot -Tsvg > graph.svg
    """
    from ws.commands import graph as command

    return command.run(context, form=form, invert=invert)


@app.command(cls=Command)
@click.argument(
    "names",
    nargs=-1,
    required=True,
    metavar="[MEMBER] PACKAGE",
    shell_complete=complete_member,
)
@click.option("--all", "every", is_flag=True, help="Every chain, not the first ten only.")
def why(context: Context, *, names: tuple[str, ...], every: bool) -> Report:
    """Show what brings a package into the lock of a member, or into whose locks it comes.

    The chains go from the member's own groups through the packages in its lock, path dependencies
    among them, each step with its constraint and marker.

    \b
    Examples:
      ws why chat-worker typing-extensions     the chains in one lock
      ws why typing-extensions                 who has it, at which version, through what
    """
    from ws.commands import why as command

    *member, package = names
    if len(member) > 1:
        raise click.UsageError("one package, and before it at most one member")
    return command.run(context, "".join(member), package, every=every)


@app.command(cls=Command, checks=True, filters=False)
@click.argument("kind", type=click.Choice(("worker", "package")))
@click.argument("name")
@click.option("--at", default="", metavar="PATH", help="Its folder  [default: beside its kind]")
@click.option(
    "--like", default="", metavar="MEMBER", shell_complete=complete_member, help="Copy this member."
)
@_modes
def new(
    context: Context,
    *,
    kind: Literal["worker", "package"],
    name: str,
    at: str,
    like: str,
    check: bool,
    diff: bool,
) -> Report:
    """Make a member that is ready to lock, install, test and build.

    It depends on the shared packages whose consumers ([[shared]] in workspace.toml) it is among.
    A workspace may have templates of its own in templates/ws/worker and templates/ws/package.

    \b
    Examples:
      ws new worker summary
      ws new worker summary --at workers/general/documents/summary
      ws new worker summary-worker --like chunker-worker
      ws new package dates --diff        show the files, make none
    """
    from ws.commands import new as command

    return command.run(context, _mode(check=check, diff=diff), kind, name, at=at, like=like)


@app.command(cls=Command, checks=True)
@_modes
@click.option("--explain", is_flag=True, help="Write nothing; say each change and its reason.")
def sync(context: Context, *, check: bool, diff: bool, explain: bool) -> Report:
    """Bring the manifests into one shape: members by path, shared packages, one catalog.

    Whatever form a dependency on a member has, it becomes {path = "...", develop = true} with the
    right relative path. Members get the shared packages that workspace.toml says, lose what these
    bring already, and use the constraints of the catalog. Every other byte stays.

    \b
    Examples:
      ws sync              rewrite the manifests that need it
      ws sync --check      exit 1 if one needs it (pre-commit, CI)
      ws sync --diff       show what would change
      ws sync --explain    say why
    """
    from ws.commands import sync as command

    return command.run(context, _mode(check=check, diff=diff), explain=explain)


@app.command(cls=Command)
@click.option("--adopt", is_flag=True, help="Propose one from what the members declare today.")
def catalog(context: Context, *, adopt: bool) -> Report:
    """Show the catalog (one constraint a package, for all members) and who differs from it.

    \b
    Examples:
      ws catalog
      ws catalog --adopt                        propose one, most common constraint first
      ws catalog --adopt >> workspace.toml      and adopt it
    """
    from ws.commands import catalog as command

    return command.run(context, adopt=adopt)


@app.command(cls=Command, checks=True)
@_modes
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
@_jobs
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

    mode = _mode(check=check, diff=diff)
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


@app.command(cls=Command, checks=True)
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
@click.option("--reinstall", is_flag=True, help="Make the environments anew, needed or not.")
@click.option("--frozen", is_flag=True, help="Install from locks that lag behind a shared package.")
@_jobs
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
    jobs: str | None,
    **flags: bool,
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
      ws install --reinstall --filter chat-worker
    """
    from ws.commands import install as command
    from ws.planning.install import Groups, Wishes

    groups = Groups(_names(only), _names(with_), _names(without))
    wishes = Wishes(groups, _names(extras), root=not no_root, engine=engine or "", **flags)
    return command.run(context, wishes, check=check, jobs=jobs)


@app.command(cls=Command, checks=True)
def check(context: Context) -> Report:
    """Run all checks: manifests, dependencies, locks, imports, cycles. Writes nothing.

    \b
    Examples:
      ws check
      ws check --strict --format github      in a workflow
      ws check --format sarif > ws.sarif     for code scanning
    """
    from ws.commands import check as command

    return command.run(context)


@app.command(cls=Command, checks=True, filters=False)
def doctor(context: Context) -> Report:
    """Look at what a workspace needs of this machine, and say how to mend what is amiss.

    Python, Poetry and its plugins, uv, Git, Docker, the package indexes, disks, the workspace and
    its environments. It works outside a workspace too, and nothing keeps it waiting.

    \b
    Examples:
      ws doctor
      ws doctor --strict                              warnings count, for CI
      ws doctor --format json | jq '.data.checks'     for a report of a fault
    """
    from ws.commands import doctor as command

    return command.run(context)


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given as Poetry takes them: repeated, or with commas or blanks between."""
    return tuple(name for value in values for name in value.replace(",", " ").split())
