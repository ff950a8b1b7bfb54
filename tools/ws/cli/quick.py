"""The answer that a product asks for at each of its starts, before click is even imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.report import Report
    from ws.reporting.human import Style

ASKS = ["docker", "ensure"]
_NO_MATTER = ("--yes", "-y", "--quiet", "-q", "--verbose", "-v", "--progress", "--no-progress")
"""Options that make no difference to an answer in JSON."""


class _Words(NamedTuple):
    names: tuple[str, ...]
    root: str | None
    is_json: bool


def answered(args: Sequence[str]) -> bool:
    """Print what `ws docker ensure` remembers, and say whether it did.

    Whatever is unusual, or wrong, is left to the command itself.
    """
    if sys.stdout is None or sys.stderr is None:  # a product without a console has closed them
        return False
    if os.name == "nt" and sys.stderr.isatty():  # not every console there knows colours
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
    plain = form in ("", "human") and not flags
    return _Words(tuple(names), root, form == "json") if form == "json" or plain else None


def _print(report: Report, *, is_json: bool) -> None:
    if is_json:
        from ws.reporting import json

        sys.stdout.write(json.render(report))
        sys.stdout.flush()
        return
    from ws.reporting import human

    sys.stdout.write(human.render(report, _style_for(sys.stdout)))
    sys.stdout.flush()
    sys.stderr.write(human.summary(report, _style_for(sys.stderr)))


def _style_for(stream: TextIO) -> Style:
    return coloured if stream.isatty() and not os.environ.get("NO_COLOR") else _plain


_COLOURS = {"red": 31, "green": 32, "yellow": 33}


def coloured(text: str, colour: str | None = None, *, bold: bool = False) -> str:
    """As `click.style` does it, whose import costs as much as all the rest."""
    codes = [*([_COLOURS[colour]] if colour else []), *([1] if bold else [])]
    return "".join(f"\033[{code}m" for code in codes) + f"{text}\033[0m"


def _plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text


def _nobody() -> NoReturn:
    raise AssertionError  # nobody follows along, for nothing is done


def _nothing(_text: str) -> None:
    """Nothing is told."""
