"""`ws lock --align`: one version of each package in all locks, as far as constraints allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.commands.skew import holdings
from ws.files.store import Store
from ws.formats.lock import locked_versions
from ws.model.names import normalise
from ws.model.plan import Mode, Plan
from ws.model.report import Report
from ws.planning import align
from ws.planning.starts import relocks
from ws.reporting import skew as reporting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.workspace import Member, Workspace
    from ws.planning.align import Choice
    from ws.planning.skew import Holding


def run(context: Context, mode: Mode, *, jobs: str | None = None) -> Report:
    """Lock the members anew that could agree with others; or say which, or what would change.

    Says of each package at which version it was brought together, or why it was not.
    """
    workspace = context.workspace()
    held, found = _decided(context, workspace)
    if mode is Mode.CHECK or not any(choice.moves for choice in found):
        return _told(held, found, checking=mode is Mode.CHECK)
    from ws.commands.relocking import relock  # costs start-up; checks do without
    from ws.commands.work import Decision

    def decide(now: Workspace) -> Decision:
        nonlocal held, found
        held, found = _decided(context, now)
        texts = read_locks(Store(now.root), [holding.member for holding in held])
        starts = align.starts(found, {name: text or b"" for name, text in texts.items()})
        return Decision(Plan("lock", relocks(now, starts, texts, align.reasons(found))))

    report = relock(context, decide, jobs=jobs, dry=mode is Mode.DIFF)
    if mode is Mode.DIFF:
        return replace(report, data={**report.data, **reporting.data(found, held)})
    now = _versions(workspace, [holding.member for holding in held])
    data = {**report.data, **reporting.data(found, held, now)}
    return replace(report, text=report.text + reporting.result(found, held, now), data=data)


def _decided(context: Context, workspace: Workspace) -> tuple[list[Holding], tuple[Choice, ...]]:
    held = holdings(workspace, context.chosen(workspace))
    return held, align.choices(held, workspace.settings.lock.skew_exceptions)


def _told(held: Sequence[Holding], found: Sequence[Choice], *, checking: bool) -> Report:
    """What there is to say where nothing is done."""
    wrong = align.findings(found, held) if checking else ()
    fine = "agree on every package" if not found else "agree wherever they can"
    return Report(
        "lock",
        findings=wrong,
        data=reporting.data(found, held),
        text=reporting.table(found, held),
        notes=() if wrong else (f"lock: {len(held)} locks {fine}",),
    )


def _versions(workspace: Workspace, members: Sequence[Member]) -> dict[str, dict[str, str]]:
    """The version of each package in each lock as they are now, by its name and the member's."""
    found: dict[str, dict[str, str]] = {}
    for member, text in read_locks(Store(workspace.root), members).items():
        for name, version in sorted(locked_versions(text or b"")):
            versions = found.setdefault(normalise(name), {})
            before = versions.get(member)
            versions[member] = f"{before}, {version}" if before else version
    return found
