"""`ws why`: what brings a package into a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands.locks import missing, whole_locks
from ws.errors import UsageError, Where, WorkError
from ws.model.names import did_you_mean, normalise
from ws.model.report import Report
from ws.planning import requirements
from ws.planning.why import why
from ws.reporting import chains
from ws.reporting.plain import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.model.lock import Lock
    from ws.model.workspace import Member, Workspace
    from ws.planning.why import Why

_SHOWN = 10
"""How many chains a person is shown, unless all are asked for."""


class Held(NamedTuple):
    """A member, and why it has the package."""

    member: Member
    why: Why


def run(context: Context, member: str, package: str, *, every: bool = False) -> Report:
    """The chains that bring a package into the lock of a member; empty: of all chosen members.

    With `every` all shortest chains, else the first ten. Raises `WorkError` if no lock has it, or
    one cannot be read; `UsageError` for a member that there is not.
    """
    workspace = context.workspace()
    members = (_named(workspace, member),) if member else context.chosen(workspace)
    locks = whole_locks(workspace, members)
    if member and not locks:
        raise missing(members[0])
    name, limit = normalise(package), None if every else _SHOWN
    held = [
        Held(one, why(locks[one.name], requirements.direct(one), name, limit))
        for one in members
        if one.name in locks and any(locked.name == name for locked in locks[one.name].packages)
    ]
    if not held:
        raise _not_locked(name, members, locks)
    data = {"package": name, "members": [chains.data(one.member, one.why) for one in held]}
    return Report("why", data=data, text=_tree(held[0]) if member else _overview(held))


def _tree(held: Held) -> str:
    if held.why.chains:
        return chains.tree(held.member, held.why)
    (first, *_) = held.why.packages
    return f"nothing asks for {first.name} {first.version}: ws lock takes it out\n"


def _overview(held: Sequence[Held]) -> str:
    """Who has it at which version, and through what."""
    rows = [
        (
            one.member.name,
            ", ".join(package.version for package in one.why.packages),
            chains.in_one_line(one.why.chains[0]) if one.why.chains else "nothing",
        )
        for one in held
    ]
    return plain_table(("MEMBER", "VERSION", "THROUGH"), rows)


def _named(workspace: Workspace, name: str) -> Member:
    found = workspace.by_name.get(normalise(name))
    if found is None:
        raise UsageError(
            f'there is no member "{name}"',
            rule="usage/member",
            hint=did_you_mean(normalise(name), workspace.by_name)
            or "see `ws list` for the members",
        )
    return found


def _not_locked(name: str, members: Sequence[Member], locks: Mapping[str, Lock]) -> WorkError:
    known = {package.name for lock in locks.values() for package in lock.packages}
    only = members[0] if len(members) == 1 else None
    return WorkError(
        f"{name} is not in the lock" if only else f"{name} is in no lock",
        rule="usage/package",
        where=Where(only.file("poetry.lock")) if only else None,
        hint=did_you_mean(name, known) or "the name is that of a package, as in the lock",
        member=only.name if only else None,
    )
