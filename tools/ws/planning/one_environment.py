"""One environment for several members: whether their locks can be in it together, and what can go.

Each member's lock is right by itself; nothing makes them choose the same version of a package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.errors import Where
from ws.model.report import Finding
from ws.planning.transaction import KEPT, origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ws.model.installed import Installed, Origin
    from ws.model.lock import LockedPackage
    from ws.model.workspace import Member

RULE = "install/conflict"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Share:
    """What one member wants in the environment."""

    member: Member
    packages: Sequence[LockedPackage]
    """As `ws.planning.selection` selects them from its lock."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """One package as one member wants it."""

    member: Member
    version: str
    origin: Origin
    line: int | None

    @property
    def choice(self) -> tuple[str, Origin]:
        return self.version, self.origin

    def __str__(self) -> str:
        return " ".join(filter(None, (self.version, self.origin.url and f"({self._from})")))

    @property
    def _from(self) -> str:
        commit = f" at {self.origin.commit[:12]}" if self.origin.commit else ""
        editable = ", editable" if self.origin.editable else ""
        return f"from {self.origin.kind} {self.origin.url}{commit}{editable}"


def conflicts(shares: Iterable[Share], root: Path) -> tuple[Finding, ...]:
    """The packages that members want in different versions, or from different places.

    `root` is the workspace's, absolute. The finding stands where the first member's lock differs
    from what most want, and names also a lock of these.
    """
    wishes: dict[str, list[_Wish]] = {}
    for share in shares:
        folder = root / share.member.path
        for package in share.packages:
            wish = _Wish(share.member, package.version, origin(package, folder), package.line)
            wishes.setdefault(package.name, []).append(wish)
    return tuple(
        _conflict(name, wanted, root)
        for name, wanted in sorted(wishes.items())
        if len({wish.choice for wish in wanted}) > 1
    )


def constraint_conflict(members: Sequence[Member]) -> Finding:
    """That no Python is one which all members allow."""
    by_python: dict[str, list[str]] = {}
    for member in members:
        by_python.setdefault(member.manifest.python or "*", []).append(member.name)
    told = "; ".join(f"{_some(names)}: {python}" for python, names in sorted(by_python.items()))
    hint = 'let them allow one in common, or [install] venv = "member"'
    return Finding(RULE, "error", f"no Python is allowed by all members ({told})", hint=hint)


def python_conflict(asked: Mapping[str, Sequence[str]]) -> Finding:
    """That members ask for different Pythons (`[tool.ws] python`): each with who does."""
    told = "; ".join(f"{_some(names)}: {python}" for python, names in sorted(asked.items()))
    message = f"members that share one environment ask for different Pythons ({told})"
    return Finding(RULE, "error", message, hint="ask for one, under [install] in workspace.toml")


def unneeded(
    installed: Iterable[Installed], shares: Iterable[Share], members: Iterable[Member]
) -> tuple[str, ...]:
    """What lies in the environment, by normalised name, and nobody wants: `poetry sync` for all."""
    wanted = {package.name for share in shares for package in share.packages}
    kept = wanted | {member.name for member in members} | {KEPT}
    return tuple(sorted(one.name for one in installed if one.name not in kept))


def _conflict(name: str, wanted: Sequence[_Wish], root: Path) -> Finding:
    choices: dict[tuple[str, Origin], list[_Wish]] = {}
    for wish in wanted:
        choices.setdefault(wish.choice, []).append(wish)
    most, *others = sorted(choices.values(), key=len, reverse=True)
    told = "; ".join(_told(group, root) for group in (most, *others))
    return Finding(
        RULE,
        "error",
        f"{name} cannot be in one environment in two forms: {told}",
        where=_where(others[0][0]),
        member=others[0][0].member.name,
        hint='ws lock --align, where constraints allow it; or [install] venv = "member"',
        also=_where(most[0]),
    )


def _told(wishes: Sequence[_Wish], root: Path) -> str:
    said = str(wishes[0]).replace(f"{root.as_posix()}/", "")
    return f"{said} for {_some([wish.member.name for wish in wishes])}"


def _where(wish: _Wish) -> Where:
    return Where(wish.member.file("poetry.lock"), wish.line)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    if more <= 0:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {more} more"


def own(members: Iterable[Member]) -> Iterator[Finding]:
    """That these members have environments of their own beside the shared one."""
    for member in members:
        yield Finding(
            "install/own-environment",
            "warning",
            "it has a .venv of its own, which Poetry uses there by hand; all members share the one"
            " at the root",
            where=Where(member.file(".venv")),
            member=member.name,
            hint=f"delete {member.file('.venv')}, and run programs from .venv/bin",
        )
