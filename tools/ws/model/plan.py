"""What is going to be done, as data that one can look at before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.report import Outcome


class Mode(Enum):
    """What a command that writes tracked files does with its plan."""

    APPLY = "apply"
    CHECK = "check"
    DIFF = "diff"


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Replace the text of one file."""

    member: str
    path: str
    """Relative to the workspace root."""
    before: str
    """What the plan read; writing refuses when the file says something else by then."""
    after: str
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"write {self.path}"


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run one of the team's tools in a member's folder."""

    member: str
    tool: str
    """`poetry`, for now."""
    args: tuple[str, ...]
    folder: str
    """Where it runs, relative to the workspace root."""
    reason: str
    after: tuple[str, ...] = ()
    """Members whose action must have ended before, well or not, if this plan has one for them."""
    restores: str | None = None
    """A file that gets its old content back when the tool fails or is interrupted."""

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"{self.tool} {self.args[0]} {self.folder}"

    @property
    def command(self) -> str:
        """The command line, as a person would type it at the workspace root."""
        return " ".join((self.tool, "-C", self.folder, *self.args))


Action = WriteFile | RunTool


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in member order, and the members about which there is nothing to decide."""

    command: str
    actions: tuple[Action, ...] = ()
    settled: tuple[Outcome, ...] = ()
    """Outcomes known beforehand: nothing to do, or refused."""

    @property
    def is_empty(self) -> bool:
        """Whether applying this plan would do nothing."""
        return not self.actions

    def diff(self) -> str:
        """The changes as a unified diff; a command, whose result is not known yet, as a comment."""
        return "".join(_diff(action) for action in self.actions)


def _diff(action: Action) -> str:
    if isinstance(action, RunTool):
        return f"# would run: {action.command}  ({action.reason})\n"
    from difflib import unified_diff  # costs start-up; only --diff needs it

    before, after = (list(StringIO(text, newline="\n")) for text in (action.before, action.after))
    lines = unified_diff(before, after, f"a/{action.path}", f"b/{action.path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
