"""Where a run begins and ends: every way out goes through here, with the right exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from ws.cli.app import app
from ws.cli.options import CHECK_FORMATS, Output
from ws.cli.streams import forget_stdout
from ws.errors import WsError, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import NoReturn

    from ws.model.report import Report


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run `ws` with these arguments (default: the process's own), and exit."""
    args = list(sys.argv[1:] if argv is None else argv)
    if "_WS_COMPLETE" in os.environ:  # a shell asks for completions (click's own protocol)
        app.main(args, prog_name="ws")
    _prepare_streams()
    gc.set_threshold(50_000, 50, 100)  # nearly all that a run reads stays until its end
    _hear_endings(_interrupt)
    try:
        code = _run(args)
    except BrokenPipeError:
        code = 0
        forget_stdout()
    except OSError as error:  # the output itself cannot be written: nobody to tell but stderr
        code = 1
        forget_stdout()
        with contextlib.suppress(OSError):
            click.echo(f"error: cannot write the output: {error.strerror}", err=True)
    sys.exit(code)


def _run(args: list[str]) -> int:
    try:
        result, output = _call(args)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except KeyboardInterrupt:
        return _tell_interrupted(args)
    if result is None:  # --help and --version have said what there is
        return 0
    from ws.cli.output import tell

    try:
        return tell(result, output)
    except BrokenPipeError:  # a reader that went away is no failure
        forget_stdout()
        return result.exit_code(strict=output.strict)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - as below
        from ws.cli.bug import bug_report

        return tell(bug_report(error, args), output)


def _call(args: list[str]) -> tuple[Report | None, Output]:
    """The report of the command, or the report of what kept it from being made."""
    try:
        with app.make_context("ws", [*args]) as context:
            report = app.invoke(context)
            return report, context.find_object(Output) or Output()
    except click.exceptions.Exit:
        raise
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        return _usage_report(error, args), _guessed_output(args)
    except WsError as error:
        return _fault_report(error, args), _guessed_output(args)
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - a bug, whatever it is, gets a log and exit code 3
        from ws.cli.bug import bug_report

        return bug_report(error, args), _guessed_output(args)


def _usage_report(error: click.ClickException, args: list[str]) -> Report:
    from ws.model.report import Exit, Finding, Report

    command = _command_name(args)
    hint = f"see `ws{_known(command)} --help`"
    finding = Finding("usage/arguments", "error", _message(error), hint=hint)
    return Report(command, findings=(finding,), fault=Exit.USAGE)


def _known(command: str) -> str:
    """As much of a command as there is."""
    found = ""
    group: click.Command = app
    for word in command.split(" "):
        below = group.commands.get(word) if isinstance(group, click.Group) else None
        if below is None:
            break
        found, group = f"{found} {word}", below
    return found


def _message(error: click.ClickException) -> str:
    text = error.format_message()
    if isinstance(error, click.UsageError) and text.startswith("No such command"):
        from ws.model.names import did_you_mean

        near = did_you_mean(text.split("'")[1] if "'" in text else "", app.commands)
        return f"{text.rstrip('.')}; {near}" if near and "Did you mean" not in text else text
    return text


def _fault_report(error: WsError, args: list[str]) -> Report:
    from ws.model.report import Exit, Finding, Report

    findings = tuple(
        Finding(fault.rule, "error", fault.reason, fault.where, fault.member, fault.hint)
        for fault in faults_of(error)
    )
    return Report(_command_name(args), findings=findings, fault=Exit(error.exit_code))


def _tell_interrupted(args: list[str]) -> int:
    from ws.cli.output import tell
    from ws.model.report import Exit, Finding, Report

    finding = Finding("run/interrupted", "error", "interrupted; nothing was half written")
    report = Report(_command_name(args), findings=(finding,), fault=Exit.INTERRUPTED)
    return tell(report, _guessed_output(args))


def _command_name(args: list[str]) -> str:
    """The command, with what comes after it if it is a group of commands: `docker new`."""
    words = [arg for arg in args if not arg.startswith("-")] or ["ws"]
    group = app.commands.get(words[0])
    return " ".join(words[: 2 if isinstance(group, click.Group) else 1])


def _guessed_output(args: list[str]) -> Output:
    """The format asked for, even where the arguments could not be understood."""
    for index, arg in enumerate(args):
        name, _, value = arg.partition("=")
        if name == "--format":
            chosen = value or next(iter(args[index + 1 :]), "")
            return Output(format=chosen if chosen in CHECK_FORMATS else "human")
    return Output()


def _prepare_streams() -> None:
    """Let every stream print any character, whatever encoding the terminal has."""
    if sys.stdout is None or sys.stderr is None:  # closed by the caller (`>&-`)
        closed = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
        sys.stdout, sys.stderr = sys.stdout or closed, sys.stderr or closed
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """A polite end is handled as Ctrl-C is: what runs is ended, nothing is half done."""
    _hear_endings(_go_on_ending)  # `timeout` sends its signal twice
    raise KeyboardInterrupt


def _go_on_ending(_signal: int, _frame: FrameType | None) -> None:
    """Nothing more: programs that are started to tidy up would inherit a signal that is ignored."""


def _hear_endings(hear: Callable[[int, FrameType | None], None]) -> None:
    """Let somebody hear of the polite ends."""
    for name in ("SIGTERM", "SIGHUP"):  # the latter when a terminal closes; not on Windows
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), hear)
