"""What `ws lock` does: Poetry, for the members whose lock does not fit, dependencies first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.errors import UsageError
from ws.formats.lock import locked_versions
from ws.model.names import did_you_mean, normalise
from ws.model.plan import Plan, Relock
from ws.model.report import Outcome
from ws.planning.held_paths import held
from ws.planning.lock_drift import UNREADABLE
from ws.planning.seeds import seeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of `ws lock` besides."""

    every: bool = False
    """Lock all members, needed or not."""
    seed: bool = True
    """Take versions for what is new to a lock from the locks of others."""
    upgrade: tuple[str, ...] | None = None
    """Names for which the newest versions are wanted; none of them for all names."""

    @property
    def all_members(self) -> bool:
        """Whether all are locked, whatever their locks say."""
        return self.every or self.upgrade == ()


def plan(
    workspace: Workspace,
    members: Sequence[Member],
    drift: Sequence[Finding],
    locks: Mapping[str, bytes | None],
    wishes: Wishes,
) -> Plan:
    """A new lock for those of `members` that `drift` names, and for those that the wishes add.

    `locks` has each member's lock, by member name. Raises `UsageError` for the upgrade of what no
    lock holds.
    """
    reasons = _reasons(members, locks, wishes) | {
        finding.member: finding.rule for finding in reversed(drift)
    }
    unreadable = {finding.member: finding for finding in drift if finding.rule == UNREADABLE}
    before = workspace.graph.before()
    actions = []
    settled = []
    for member in members:
        if member.name in unreadable:
            finding = unreadable[member.name]
            reason = f"{finding.message}; {finding.hint}"
            settled.append(Outcome(member.name, "lock", "failed", reason))
        elif member.name not in reasons:
            settled.append(Outcome(member.name, "lock", "skipped", "up to date"))
        else:
            action = Relock(
                member=member.name,
                folder=member.path,
                reason=reasons[member.name],
                before=locks[member.name],
                start=None if wishes.upgrade == () else locks[member.name],
                seeds=seeds(workspace, member) if _seeding(wishes) else None,
                latest=tuple(map(normalise, wishes.upgrade or ())),
                paths=held(member),
                after=before[member.name],
            )
            actions.append(action)
    return Plan("lock", tuple(actions), tuple(settled))


def _seeding(wishes: Wishes) -> bool:
    """Whether others have a say: not where all versions are to be the newest."""
    return wishes.seed and wishes.upgrade != ()


def _reasons(
    members: Sequence[Member], locks: Mapping[str, bytes | None], wishes: Wishes
) -> dict[str | None, str]:
    """The members that the wishes name, and why."""
    if wishes.all_members:
        return dict.fromkeys((member.name for member in members), "asked for")
    if wishes.upgrade is None:
        return {}
    wanted = set(map(normalise, wishes.upgrade))
    has = {
        member.name: {normalise(name) for name, _ in locked_versions(locks[member.name] or b"")}
        for member in members
    }
    unknown = sorted(wanted.difference(*has.values()))
    if unknown:
        known = {name for names in has.values() for name in names}
        raise UsageError(
            f"--upgrade {unknown[0]}: no lock of these members holds it",
            rule="usage/upgrade",
            hint=did_you_mean(unknown[0], known) or "ws lock --upgrade, without a name, is for all",
        )
    upgrade = {name: ", ".join(sorted(wanted & names)) for name, names in has.items()}
    return {name: f"upgrade of {which}" for name, which in upgrade.items() if which}
