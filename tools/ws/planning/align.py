"""Which version members could agree on, where they lock a package at different ones.

A version is only looked for among those that are locked somewhere: it works, and its requirements
are known. What Poetry then makes of it is Poetry's; a plan that it does not follow is no error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ws.formats import lock_blocks
from ws.model.report import Finding
from ws.planning import lock_graph
from ws.planning.negotiation import Negotiation
from ws.planning.skew import RULE, place, said, skews

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.formats.lock_blocks import Block
    from ws.model.lock import LockedPackage
    from ws.planning.negotiation import Obstacle
    from ws.planning.skew import Holding, Skew

_ROUNDS = 10
"""So often is everything decided anew from what was decided, which mostly changes nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to become of one skewed package."""

    skew: Skew
    target: LockedPackage | None = None
    """The version that most members could have, and of these the newest; `None` to leave it."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """The members that are to have another version: for each the member that has it already. It is
    the target, nearly always; or what led there cannot be had, and this is next to it."""
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    """Why the others cannot have it, by member name."""
    reason: str = ""
    """Why it is left alone."""

    def wanted(self, member: str) -> str:
        """The version to which a member is to move."""
        return self.skew.held[self.moves[member]][0].version


def choices(holdings: Sequence[Holding], exceptions: Iterable[str] = ()) -> tuple[Choice, ...]:
    """What to do about each skewed package, by name.

    Deciding again, once the locks hold what was decided, gives no movers. `exceptions` are names,
    or globs of them, that are left out.
    """
    exceptions = tuple(exceptions)
    found = skews(_locked(holdings), exceptions)
    alone = {skew.name: reason for skew in found if (reason := _left_alone(skew))}
    after, left = holdings, Negotiation(())
    for _ in range(_ROUNDS):
        left = Negotiation(
            after, [s for s in skews(_locked(after), exceptions) if s.name not in alone]
        )
        moved = left.decide()
        if moved == after:
            break
        after = moved
    versions = {each.member.name: lock_graph.by_name(each.lock) for each in after}
    return tuple(
        Choice(skew, reason=alone[skew.name])
        if skew.name in alone
        else _choice(skew, {m: versions[m][skew.name][0] for m in skew.held}, left)
        for skew in found
    )


def _choice(skew: Skew, after: Mapping[str, LockedPackage], left: Negotiation) -> Choice:
    """What was decided about a package, given what each member has of it then."""
    target = left.target(skew.name) or next(iter(after.values()))
    held = {member: packages[0].version for member, packages in skew.held.items()}
    donors = {version: member for member, version in reversed(held.items())}
    return Choice(
        skew,
        target,
        moves={
            member: donors[after[member].version]
            for member in held
            if held[member] != after[member].version
        },
        obstacles={
            member: obstacle
            for member in held
            if after[member].version != target.version
            and (obstacle := left.obstacle(member, skew.name, target)) is not None
        },
    )


def starts(found: Iterable[Choice], locks: Mapping[str, bytes]) -> dict[str, bytes]:
    """For each member that is to move, its lock with the blocks of what moves from other locks.

    `locks` has the text of each lock, by member name; every other byte of it stays.
    """
    pieces = {member: lock_blocks.split(text) for member, text in locks.items()}
    moves: dict[str, dict[str, Block]] = {}
    for choice in found:
        name = choice.skew.name
        for member, donor in choice.moves.items():
            blocks = pieces[donor].blocks
            moves.setdefault(member, {})[name] = next(b for b in blocks if b.name == name)
    return {
        member: lock_blocks.replaced(pieces[member], blocks) for member, blocks in moves.items()
    }


def reasons(found: Iterable[Choice]) -> dict[str, str]:
    """Why each member that is to move gets a new lock, by member name."""
    moves: dict[str, list[str]] = {}
    for choice in found:
        for member in choice.moves:
            moves.setdefault(member, []).append(f"{choice.skew.name} {choice.wanted(member)}")
    return {member: f"to agree on {', '.join(packages)}" for member, packages in moves.items()}


def findings(found: Iterable[Choice], holdings: Iterable[Holding]) -> tuple[Finding, ...]:
    """One error for each package in a lock that could be as it is in another one."""
    members = {holding.member.name: holding.member for holding in holdings}
    return tuple(
        Finding(
            rule=RULE,
            severity="error",
            message=f"{choice.skew.name} could be {choice.wanted(member)}, as in {donor}",
            where=place(choice.skew, members[member]),
            member=member,
            hint="ws lock --align",
            also=place(choice.skew, members[donor]),
        )
        for choice in found
        for member, donor in choice.moves.items()
    )


def _left_alone(skew: Skew) -> str:
    for member, packages in skew.held.items():
        if len(packages) > 1:
            return f"{member} locks it at {said(packages)}, parted by markers"
    if len({str(package.source) for packages in skew.held.values() for package in packages}) > 1:
        return "it comes from different indexes"
    return ""


def _locked(holdings: Iterable[Holding]) -> dict[str, tuple[LockedPackage, ...]]:
    return {holding.member.name: holding.lock.packages for holding in holdings}
