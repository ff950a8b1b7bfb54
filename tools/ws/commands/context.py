"""What every command is given: where it stands, whom it tells, and how it reaches the world."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.errors import UsageError, WsError, raise_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ws.engines.apply import Observer
    from ws.files.store import Store
    from ws.model.workspace import Member, Workspace


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one run of one command."""

    cwd: Path
    environ: Mapping[str, str]
    root_option: str | None
    filters: tuple[str, ...]
    observer: Callable[[], Observer]
    """Makes whoever follows the work; checks do without."""
    note: Callable[[str], None]
    """Tells a person something while the command runs."""
    empty_globs: bool = False
    """Whether a pattern of `members` may match no folder yet."""
    followed: bool = False
    """Whether a program follows along (`--events`), even if there is nothing to do."""

    def root(self) -> Path:
        """The workspace root. Raises `UsageError` if there is none."""
        from ws.files.loader import find_root  # costs start-up; `ws docker ensure` does without

        return find_root(self.root_option, self.cwd, self.environ)

    def workspace(self) -> Workspace:
        """The workspace as it is on the disk. Raises all faults of its manifests."""
        from ws.files.loader import load  # as above

        return load(self.root(), empty_globs=self.empty_globs)

    def chosen(self, workspace: Workspace) -> tuple[Member, ...]:
        """The members that `--filter` chooses, in listing order."""
        from ws.planning.select import select  # as above

        folder = os.path.relpath(self.cwd, workspace.root).replace(os.sep, "/")
        if folder == ".." or folder.startswith("../"):
            folder = "."  # seen from outside, folders are those of the workspace
        return select(workspace, self.filters, folder)


def jobs_from(option: str | None, settings: str) -> int:
    """How many jobs at a time: `--jobs`, else `[install] jobs`, else the cores; shares of these.

    Raises `UsageError` for what is no number of jobs.
    """
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    text = option or settings
    if not text:
        return cores
    from ws.formats.workspace_toml import valid_jobs  # as above

    if not valid_jobs(text):
        raise UsageError(
            f'--jobs "{text}" is not a number of jobs',
            rule="usage/jobs",
            hint='such as 4, or "50%" of the cores',
        )
    if text.endswith("%"):
        return max(1, cores * int(text[:-1]) // 100)
    return int(text)


def read_locks(store: Store, members: Sequence[Member]) -> dict[str, bytes | None]:
    """The content of each member's `poetry.lock`, by member name; `None` where there is none.

    Raises `WorkError` (or `Faults`) for all that cannot be read.
    """
    locks: dict[str, bytes | None] = {}
    faults: list[WsError] = []
    for member in members:
        try:
            locks[member.name] = store.read(member.file("poetry.lock"))
        except WsError as fault:
            fault.member = member.name
            faults.append(fault)
    raise_all(faults)
    return locks
