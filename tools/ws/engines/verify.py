"""Asking the real Poetry whether an environment that another engine has made is complete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.engines.program import Completed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ws.engines.apply import Call, Step
    from ws.engines.poetry import Poetry
    from ws.model.report import Counts

_OPERATION = re.compile(r"  - (Installing|Updating|Downgrading|Removing) (.+)$")
_VERBS = {"Installing": "install", "Updating": "update", "Downgrading": "downgrade"}
_SHOWN = 3
_REMEDY = "ws install --reinstall makes it anew, and --engine poetry lets Poetry do so"


@dataclass(frozen=True, slots=True)
class Verification:
    """A dry run of Poetry that fails if Poetry had anything to do. A `Tool` of `ws.engines.apply`.

    That of Poetry itself ends well whatever it finds, and lists what it would skip too.
    """

    poetry: Poetry

    def run(self, call: Call, log: Path, on_line: Callable[[str], None]) -> Completed:
        """Run it to its end; its code is 1 if something is left to do."""
        left: list[str] = []

        def listen(line: str) -> None:
            on_line(line)
            left.extend(_operations([line]))

        dry = call._replace(args=(*call.args, "--dry-run"))
        completed = self.poetry.run(dry, log, listen)
        return Completed(completed.code or bool(left), completed.tail)

    def steps(self) -> Callable[[str], Step | None]:
        """A reader that tells of no steps: nothing is installed."""
        return lambda _line: None

    def counts(self, _line: str) -> Counts | None:
        """Nothing is changed."""
        return None

    def is_passing(self, output: Sequence[str]) -> bool:
        """As Poetry has it."""
        return self.poetry.is_passing(output)

    def explain(self, output: Sequence[str]) -> str:
        """What is left to do, in one line; else why Poetry failed."""
        left = _operations(output)
        if not left:
            return self.poetry.explain(output)
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        return f"Poetry would still {', '.join(left[:_SHOWN])}{more}; {_REMEDY}"


def _operations(lines: Sequence[str]) -> list[str]:
    found = (_OPERATION.match(line) for line in lines if "Skipped for" not in line)
    return [f"{_VERBS.get(one[1], 'remove')} {one[2]}" for one in found if one]
