"""`ws lock --skew`: the packages that members lock at different versions, and who could agree."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.commands.locks import whole_locks
from ws.files.store import Store
from ws.formats.lock import LockUnreadableError, packages_named
from ws.model.report import Report
from ws.planning import requirements, skew
from ws.planning.skew import Holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.lock import LockedPackage
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace


def run(context: Context) -> Report:
    """Each such package of the chosen members, who has which version, and who could agree."""
    from ws.planning.align import choices
    from ws.reporting import skew as reporting

    workspace = context.workspace()
    held = holdings(workspace, context.chosen(workspace))
    found = choices(held, workspace.settings.lock.skew_exceptions)
    fine = () if found else (f"lock: {len(held)} locks agree on every package",)
    data = reporting.data(found, held)
    return Report("lock", data=data, text=reporting.table(found, held), notes=fine)


def holdings(workspace: Workspace, members: Sequence[Member]) -> list[Holding]:
    """The members that have a lock, with what they ask for themselves. Raises as `whole_locks`."""
    locks = whole_locks(workspace, members)
    return [
        Holding(member, locks[member.name], requirements.direct(member))
        for member in members
        if member.name in locks
    ]


def findings(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    """What `[lock] skew` makes of it. A lock that cannot be read is not the matter here."""
    settings = workspace.settings.lock
    if not skew.is_minded(settings):
        return ()
    found = read_locks(Store(workspace.root), members)
    texts = {name: text for name, text in found.items() if text is not None}
    names = skew.suspects(texts)
    locked: dict[str, tuple[LockedPackage, ...]] = {}
    for name, text in texts.items():
        with suppress(LockUnreadableError):
            locked[name] = packages_named(text, names)
    return skew.findings(locked, members, settings)
