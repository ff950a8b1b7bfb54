"""The options that every command has or several share, and the context made from them."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from ws.commands.context import Context
    from ws.engines.apply import Observer
    from ws.model.plan import Mode
    from ws.reporting.human import Style

FORMATS = ("human", "json")
CHECK_FORMATS = (*FORMATS, "github", "sarif")


@dataclass(frozen=True, slots=True)
class Output:
    """How a report is to be told."""

    format: str = "human"
    color: str = "auto"
    progress: bool = True
    quiet: bool = False
    verbose: bool = False
    strict: bool = False
    events: str | None = None
    timeline: str | None = None


class Command(click.Command):
    """A command with the options that all have in common; its callback gets a `Context` first."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        checks: bool = False,
        filters: bool = True,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._checks, self._filters = checks, filters
        self._is_whole = False

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """All options; the common ones are made when they are asked for.

        One run calls one command, and making those of all would be a good part of its start-up.
        """
        if not self._is_whole:
            self._is_whole = True
            common = _common(checks=self._checks)
            self.params += [o for o in common if self._filters or o.name != "filters"]
        return super().get_params(ctx)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Split the common options from the command's own, and call it."""
        params = ctx.params
        root, filters = params.pop("root"), params.pop("filters", ())
        names = [field.name for field in fields(Output)]
        output = Output(**{name: params.pop(name) for name in names if name in params})
        ctx.find_root().obj = output
        assert self.callback is not None
        return self.callback(_context(root, filters, output, _full_name(ctx)), **params)


def _full_name(ctx: click.Context) -> str:
    """What a command is called below `ws`, with its group: `docker up`."""
    group = f"{_full_name(ctx.parent)} " if ctx.parent and ctx.parent.parent else ""
    return f"{group}{ctx.info_name}"


def style_for(color: str, stream: TextIO) -> Style:
    """Colour on `stream` as `--color` says, else on a terminal without `NO_COLOR`."""
    terminal = stream.isatty() and not os.environ.get("NO_COLOR")
    coloured = terminal if color == "auto" else color == "always"

    def style(text: str, colour: str | None = None, *, bold: bool = False) -> str:
        return click.style(text, fg=colour, bold=bold or None) if coloured else text

    return style


def _common(*, checks: bool) -> list[click.Parameter]:
    options = [
        click.Option(
            ["--filter", "filters"],
            multiple=True,
            metavar="PATTERN",
            shell_complete=complete_member,
            help="Only these members: a name or glob, a folder (./workers/graph), ...NAME with its"
            " dependents, NAME... with its dependencies, !X not X. Repeatable.",
        ),
        click.Option(["--root"], metavar="DIR", help="The workspace root [env: WS_ROOT]."),
        click.Option(
            ["--format"],
            type=click.Choice(CHECK_FORMATS if checks else FORMATS),
            default="human",
            help="How to report.",
        ),
        click.Option(
            ["--color"],
            type=click.Choice(("auto", "always", "never")),
            default="auto",
            help="Colour in the output.",
        ),
        click.Option(["--progress/--no-progress"], default=True, help="Show progress."),
        click.Option(["--quiet", "-q"], is_flag=True, help="Only errors."),
        click.Option(["--verbose", "-v"], is_flag=True, help="Say more."),
        click.Option(["--events"], metavar="FILE", help="Stream progress as JSON lines to FILE."),
    ]
    if checks:
        options.append(click.Option(["--strict"], is_flag=True, help="Warnings count as errors."))
    return list(options)


def complete_member(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The members whose names begin so, for the shell."""
    from ws.errors import WsError
    from ws.files.loader import find_root, load

    try:
        members = load(find_root(None, _cwd(), os.environ)).members
    except WsError:
        return []
    return [member.name for member in members if member.name.startswith(incomplete)]


def _context(root: str | None, filters: tuple[str, ...], output: Output, command: str) -> Context:
    from ws.commands.context import Context

    return Context(
        cwd=_cwd(),
        environ=os.environ,
        root_option=root,
        filters=filters,
        observer=lambda: _observer(output, command),
        note=_note(output),
        followed=bool(output.events),
    )


def _cwd() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        from ws.errors import UsageError

        raise UsageError(
            "the current folder is gone, or may not be looked into",
            rule="usage/folder",
            hint="go into a folder that exists",
        ) from error


def _note(output: Output) -> Callable[[str], None]:
    def note(text: str) -> None:
        if not output.quiet:
            with contextlib.suppress(OSError):  # nobody reads it: the work goes on
                click.echo(text, err=True)

    return note


def _observer(output: Output, command: str) -> Observer:
    from ws.cli.progress import observer

    live = output.progress and not output.quiet
    return observer(
        command,
        events=output.events,
        timeline=output.timeline,
        live=live and sys.stderr.isatty(),
        lines=live and output.format == "human",
        style=style_for(output.color, sys.stderr),
    )


def modes(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--check` and `--diff`, as every command has them that writes tracked files."""
    check = click.option("--check", is_flag=True, help="Write nothing; exit 1 if something is off.")
    diff = click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
    return check(diff(command))


def jobs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--jobs` and `--timeline`, for a command that works on several members at a time."""
    help_text = 'How many at a time: a number, or "50%" of the cores  [default: the cores]'
    jobs = click.option("--jobs", "-j", metavar="N", help=help_text)
    drawn = "A picture of the run: FILE.svg, FILE.html, or FILE.json for Perfetto."
    return jobs(click.option("--timeline", metavar="FILE", help=drawn)(command))


def network_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--network`, for a command that builds images."""
    return click.option(
        "--network",
        default="",
        envvar="WS_DOCKER_NETWORK",
        show_envvar=True,
        metavar="MODE",
        help="The network of what runs in builds, such as host.",
    )(command)


def mode_of(*, check: bool, diff: bool) -> Mode:
    """What `--check` and `--diff` come to. Raises click's `UsageError` where both are given."""
    from ws.model.plan import Mode

    if check and diff:
        raise click.UsageError("--check and --diff exclude each other: choose one.")
    return Mode.CHECK if check else Mode.DIFF if diff else Mode.APPLY
