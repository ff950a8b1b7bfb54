"""The faults that `ws` tells people about: what is wrong, where, and what to do next."""

from __future__ import annotations

from typing import NamedTuple


class Where(NamedTuple):
    """A place in a file. `path` is relative to the workspace root, with forward slashes."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in self if part is not None)


class WsError(Exception):
    """An expected failure, with all that a person needs in order to mend it."""

    exit_code: int = 2

    def __init__(
        self,
        reason: str,
        *,
        rule: str,
        where: Where | None = None,
        hint: str = "",
        member: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule
        self.where = where
        self.hint = hint
        self.member = member


class UsageError(WsError):
    """The command line asks for something that cannot be."""


class ManifestError(WsError):
    """A `workspace.toml` or `pyproject.toml` is broken."""


class ToolError(WsError):
    """A program that `ws` needs is missing, too old, or cannot be used."""


class WorkError(WsError):
    """Something failed while the work was being done."""

    exit_code = 1


class Faults(WsError):  # noqa: N818 - it holds errors and is never shown itself
    """Several faults found in one run, reported together."""

    def __init__(self, faults: list[WsError]) -> None:
        first = faults[0]
        super().__init__(first.reason, rule=first.rule, where=first.where, hint=first.hint)
        self.faults = tuple(faults)
        self.exit_code = max(fault.exit_code for fault in faults)


def faults_of(error: WsError) -> tuple[WsError, ...]:
    """The single faults inside `error`, which may itself be just one."""
    return error.faults if isinstance(error, Faults) else (error,)


def raise_all(faults: list[WsError]) -> None:
    """Raise every fault at once: nothing for none, the fault itself for one, else `Faults`."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise Faults(faults)
