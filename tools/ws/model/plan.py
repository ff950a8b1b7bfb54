"""What is going to be done, as data that one can look at before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ws.model.ensured import Estimate
    from ws.model.environment import Inputs
    from ws.model.report import Outcome


VERIFY = "verify"
"""The tool that asks Poetry whether an environment is complete."""


class Mode(Enum):
    """What a command that writes tracked files does with its plan."""

    APPLY = "apply"
    CHECK = "check"
    DIFF = "diff"


class Supply(NamedTuple):
    """Where the packages of environments come from; by default from the package indexes."""

    offline: bool = False
    """Whether nothing is asked of any network: what the engine's own caches hold must do."""
    wheelhouses: tuple[str, ...] = ()
    """Absolute folders, whose archives are taken instead of what package indexes have."""

    @property
    def asks_indexes(self) -> bool:
        """Whether a package index may be asked for anything."""
        return not self.offline and not self.wheelhouses


INDEXES = Supply()


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Replace the text of one file, or make one."""

    member: str
    path: str
    """Relative to the workspace root."""
    before: str | None
    """What the plan read, `None` if there was no such file; writing refuses if that has changed."""
    after: str
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"write {self.path}"


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """Take away one file."""

    member: str
    path: str
    """Relative to the workspace root."""
    before: str
    """What the plan read; deleting refuses if that has changed."""
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"delete {self.path}"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that lies in a folder which is to be made, or to be copied."""

    path: str
    """Relative to that folder, with forward slashes."""
    data: bytes
    executable: bool = False

    @property
    def text(self) -> str | None:
        """The text that it holds, line endings kept; `None` if that is no text."""
        try:
            return None if b"\0" in self.data else self.data.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """Make a folder with all that lies in it, or nothing of it."""

    member: str
    path: str
    """Relative to the workspace root. It may exist by then, if nothing is in it."""
    files: tuple[NewFile, ...]
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"make {self.path}"


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run one of the team's tools in a member's folder."""

    member: str
    tool: str
    """The engine of environments, or what looks after it."""
    args: tuple[str, ...]
    folder: str
    """Where it runs, relative to the workspace root."""
    reason: str
    after: tuple[str, ...] = ()
    """Members whose action must have ended before, well or not, if this plan has one for them."""
    venv: str = ""
    """The environment it works on, relative to the workspace root."""
    python: str = ""
    """Which Python that is of, if it is to be made: a version, a program; empty for any."""

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"{self.tool} {self.args[0]} {self.folder}"

    @property
    def command(self) -> str:
        """The command line, as a person would type it at the workspace root."""
        return " ".join((self.tool, "-C", self.folder, *self.args))


@dataclass(frozen=True, slots=True)
class Install:
    """Let an engine bring a member's environment to what its lock says, and stamp it."""

    run: RunTool
    """The engine, and what it is asked for."""
    inputs: Inputs
    """What the environment is made from, as the plan read it; a change meanwhile is seen next
    time."""
    anew: bool = False
    """Whether the environment that is there is thrown away first."""
    again: tuple[str, ...] = ()
    """Normalised names of distributions that are taken out first, so that the engine lays them
    down anew."""
    unneeded: tuple[str, ...] = ()
    """Those that are taken out for good, since nobody who shares the environment needs them."""
    sharing: tuple[str, ...] = ()
    """The folders of all members that share the environment."""
    verify: bool = False
    """Whether the real Poetry is asked afterwards if it had anything to do."""

    @property
    def member(self) -> str:
        """Whose environment it is."""
        return self.run.member

    @property
    def folder(self) -> str:
        """The member's folder, relative to the workspace root."""
        return self.run.folder

    @property
    def venv(self) -> str:
        """The environment, relative to the workspace root."""
        return self.run.venv

    @property
    def reason(self) -> str:
        """Why something is to be done."""
        return self.run.reason

    @property
    def after(self) -> tuple[str, ...]:
        """Members whose action must have ended before, well or not."""
        return self.run.after

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return self.run.key

    @property
    def command(self) -> str:
        """The command line of the engine, as a person would type it at the workspace root."""
        return self.run.command


@dataclass(frozen=True, slots=True)
class Seeds:
    """Other locks, whose versions are taken for the names that a member's own lock lacks."""

    locks: tuple[str, ...]
    """Relative to the workspace root, those that go first before the others."""
    indexes: frozenset[str]
    """The package indexes that the member asks, by name in small letters; empty for the default.
    Poetry fails on a locked version that none of these has."""


@dataclass(frozen=True, slots=True)
class Relock:
    """Let the team's Poetry resolve a member, and write its `poetry.lock`."""

    member: str
    folder: str
    """The member's folder, relative to the workspace root."""
    reason: str
    before: bytes | None
    """What the plan read of the member's lock, `None` if there was none; writing refuses if that
    has changed."""
    start: bytes | None
    """The text of a lock whose versions win where they may; `None` to resolve from nothing."""
    seeds: Seeds | None = None
    """What is added to `start`, or makes one. They are read when the action's turn has come: locks
    that actions before it have written count as they are then."""
    latest: tuple[str, ...] = ()
    """Normalised names for which the newest version is wanted, whatever `start` holds."""
    paths: tuple[str, ...] = ()
    """Normalised names of the path dependencies that the new lock must hold."""
    after: tuple[str, ...] = ()
    """Members whose action must have ended before, well or not, if this plan has one for them."""

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"lock {self.folder}"

    @property
    def path(self) -> str:
        """The lock, relative to the workspace root."""
        return "poetry.lock" if self.folder == "." else f"{self.folder}/poetry.lock"

    @property
    def command(self) -> str:
        """The command line of Poetry that comes nearest, as typed at the workspace root."""
        return f"poetry -C {self.folder} lock"


@dataclass(frozen=True, slots=True)
class BuildImage:
    """Build a member's image, together with all others of the plan."""

    member: str
    tag: str
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"build {self.tag}"

    @property
    def command(self) -> str:
        """The command line, as a person would type it at the workspace root."""
        return f"ws docker build {self.member}"


@dataclass(frozen=True, slots=True)
class RunImage:
    """Run something in containers of a member's image."""

    member: str
    tag: str
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"run {self.tag}"

    @property
    def command(self) -> str:
        """The command line, as a person would type it."""
        return f"docker run --rm {self.tag}"


@dataclass(frozen=True, slots=True)
class EnsureService:
    """Bring a service about, in the first way that works."""

    member: str
    tag: str
    reason: str

    @property
    def key(self) -> str:
        """What identifies this action in its plan."""
        return f"ensure {self.member}"

    @property
    def command(self) -> str:
        """The command line, as a person would type it at the root."""
        return f"ws docker ensure {self.member}"


Action = (
    WriteFile
    | DeleteFile
    | MakeFolder
    | RunTool
    | Install
    | Relock
    | BuildImage
    | RunImage
    | EnsureService
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in member order, and the members about which there is nothing to decide."""

    command: str
    actions: tuple[Action, ...] = ()
    settled: tuple[Outcome, ...] = ()
    """Outcomes known beforehand: nothing to do, or refused."""
    estimate: Estimate | None = None
    """What it will cost, where that is told before it begins."""

    @property
    def is_empty(self) -> bool:
        """Whether applying this plan would do nothing."""
        return not self.actions

    def diff(self) -> str:
        """The changes as a unified diff; a command, whose result is not known yet, as a comment."""
        return "".join(_diff(action) for action in self.actions)


def _diff(action: Action) -> str:
    if isinstance(action, RunTool | Install | Relock | BuildImage | RunImage | EnsureService):
        return f"# would run: {action.command}  ({action.reason})\n"
    if isinstance(action, MakeFolder):
        return "".join(_new_file(f"{action.path}/{file.path}", file) for file in action.files)
    if isinstance(action, DeleteFile):
        head = f"diff --git a/{action.path} b/{action.path}\ndeleted file mode 100644\n"
        return head + _lines(action.before, "", f"a/{action.path}", "/dev/null")
    if action.before is None:
        return _new_file(action.path, NewFile(action.path, action.after.encode()))
    return _lines(action.before, action.after, f"a/{action.path}", f"b/{action.path}")


def _new_file(path: str, file: NewFile) -> str:
    """The diff of a file that did not exist, with git's header: it tells of empty files too."""
    mode = "100755" if file.executable else "100644"
    head = f"diff --git a/{path} b/{path}\nnew file mode {mode}\n"
    if file.text is None:
        return f"{head}Binary files /dev/null and b/{path} differ\n"
    return head + _lines("", file.text, "/dev/null", f"b/{path}")


def _lines(before: str, after: str, old: str, new: str) -> str:
    from difflib import unified_diff  # costs start-up; only --diff needs it

    split = [list(StringIO(text, newline="\n")) for text in (before, after)]
    lines = unified_diff(split[0], split[1], old, new)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
