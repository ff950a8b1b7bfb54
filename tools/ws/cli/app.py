"""The commands as a person types them. Each is imported only when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from ws import __version__
from ws.cli.install_command import install
from ws.cli.later import Later
from ws.cli.lock_command import lock
from ws.cli.options import Command, complete_member, mode_of, modes

if TYPE_CHECKING:
    from ws.commands.context import Context
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


@app.command(cls=Command, checks=True, filters=False)
@modes
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
    return command.run(context, mode_of(check=check, diff=diff), wishes, propose)


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
@modes
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

    return command.run(context, mode_of(check=check, diff=diff), kind, name, at=at, like=like)


@app.command(cls=Command, checks=True)
@modes
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

    return command.run(context, mode_of(check=check, diff=diff), explain=explain)


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


@app.group(cls=Later, module="ws.cli.docker_command")
def docker() -> None:
    """Dockerfiles and images of the members.

    \b
    Examples:
      ws docker check               prove that every image can be built and run
      ws docker new chat-worker     write its Dockerfile, and one for development
      ws docker build               all images at once, on the layers that they share
      ws docker up                  start all services
      ws docker ensure              get all services ready, on whatever machine
    """


@app.group(cls=Later, module="ws.cli.generate_command")
def generate() -> None:
    """Files for other tools, from what the workspace says.

    \b
    Examples:
      ws generate bake              all images, for docker buildx bake
      ws generate compose           all services, for docker compose
      ws generate compose           all services, for docker compose
    """


app.add_command(lock)
app.add_command(install)


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
