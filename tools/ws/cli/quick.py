"""The answer that a product asks for at each of its starts, before click is even imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.report import Report

ASKS = ["docker", "ensure"]
_NO_MATTER = ("--yes", "-y", "--quiet", "-q", "--verbose", "-v", "--progress", "--no-progress")
"""Options that make no difference to an answer in JSON."""


class _Words(NamedTuple):
    names: tuple[str, ...]
    root: str | None
    is_json: bool


def answered(args: Sequence[str]) -> bool:
    """Print what `ws docker ensure` remembers, and say whether it did: in JSON, or off a terminal.

    Whatever is unusual, or wrong, is left to the command itself.
    """
    if sys.stdout is None or sys.stderr is None:  # a product without a console has closed them
        return False
    words = _read(args[len(ASKS) :])
    if words is None:
        return False
    from ws.commands import ensure
    from ws.commands.context import Context
    from ws.errors import WsError

    try:
        context = Context(Path.cwd(), os.environ, words.root, (), _nobody, _nothing)
        report = ensure.remembered(context, ensure.Asked(words.names))
        if report is None:
            return False
        _print(report, is_json=words.is_json)
    except BrokenPipeError:
        from ws.cli.streams import forget_stdout

        forget_stdout()
    except (WsError, OSError, UnicodeError):
        return False
    return True


def _read(args: Sequence[str]) -> _Words | None:
    """The services, the root and the format; `None` for anything else that is asked for."""
    names, flags, root, form = [], 0, None, ""
    words = iter(args)
    for word in words:
        option, is_one, value = word.partition("=")
        if option in ("--format", "--root"):
            given = value if is_one else next(words, "")
            if not given:
                return None
            form, root = (given, root) if option == "--format" else (form, given)
        elif word.startswith("-"):
            if word not in _NO_MATTER:
                return None
            flags += 1
        else:
            names.append(word)
    off_terminal = not (sys.stdout.isatty() or sys.stderr.isatty())
    plain = form in ("", "human") and not flags and off_terminal
    return _Words(tuple(names), root, form == "json") if form == "json" or plain else None


def _print(report: Report, *, is_json: bool) -> None:
    if is_json:
        from ws.reporting import json

        sys.stdout.write(json.render(report))
        sys.stdout.flush()
        return
    from ws.reporting import human

    sys.stdout.write(human.render(report, _plain))
    sys.stdout.flush()
    sys.stderr.write(human.summary(report, _plain))


def _plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text


def _nobody() -> NoReturn:
    raise AssertionError  # nobody follows along, for nothing is done


def _nothing(_text: str) -> None:
    """Nothing is told."""
