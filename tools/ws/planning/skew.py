"""Packages that members lock at different versions."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ws.errors import Where
from ws.formats.lock import locked_versions
from ws.model.names import normalise
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.model.lock import Lock, LockedPackage
    from ws.model.workspace import LockSettings, Member
    from ws.planning.requirements import Direct

RULE = "lock/skew"
_MANY, _FIRST = 6, 4


@dataclass(frozen=True, slots=True)
class Holding:
    """A member, what it asks for itself, and its lock."""

    member: Member
    lock: Lock
    own: tuple[Direct, ...] = ()


@dataclass(frozen=True, slots=True)
class Skew:
    """A package that is not locked at the same versions everywhere."""

    name: str
    """Normalised."""
    held: Mapping[str, tuple[LockedPackage, ...]]
    """What each member has of it, by member name, in member order; more than one where markers
    part the versions."""

    @property
    def versions(self) -> dict[str, tuple[str, ...]]:
        """Who has which version, newest first; several in one lock as `1.0, 2.0`."""
        found: dict[str, tuple[str, ...]] = {}
        for member, packages in self.held.items():
            versions = said(packages)
            found[versions] = (*found.get(versions, ()), member)
        return {versions: found[versions] for versions in newest_first(found)}


def skews(
    locked: Mapping[str, Iterable[LockedPackage]], exceptions: Iterable[str] = ()
) -> tuple[Skew, ...]:
    """The skewed packages by name, those from an index only.

    `locked` has what each member has locked, by member name. `exceptions` are normalised names, or
    globs of them, that nobody minds.
    """
    held: dict[str, dict[str, tuple[LockedPackage, ...]]] = {}
    for member, packages in locked.items():
        for package in filter(is_from_index, packages):
            whose = held.setdefault(package.name, {})
            whose[member] = (*whose.get(member, ()), package)
    return tuple(
        Skew(name, held[name])
        for name in sorted(held)
        if len(set(map(said, held[name].values()))) > 1
        and not any(fnmatchcase(name, glob) for glob in exceptions)
    )


def is_minded(settings: LockSettings) -> bool:
    """Whether a workspace wants to hear of skew at all."""
    return settings.skew != "allow" and not any(fnmatchcase(RULE, g) for g in settings.ignore)


def suspects(locks: Mapping[str, bytes]) -> set[str]:
    """Normalised names of all packages that may be skewed, found in the text of the locks."""
    versions: dict[str, dict[str, set[str]]] = {}
    for member, text in locks.items():
        for name, version in locked_versions(text):
            versions.setdefault(normalise(name), {}).setdefault(member, set()).add(version)
    return {
        name for name, whose in versions.items() if len(set(map(frozenset, whose.values()))) > 1
    }


def findings(
    locked: Mapping[str, Iterable[LockedPackage]],
    members: Iterable[Member],
    settings: LockSettings,
) -> tuple[Finding, ...]:
    """One finding for each skewed package, at its place in the first lock with an older version.

    `locked` is that of `skews`.
    """
    known = {member.name: member for member in members}
    forbidden = settings.skew == "forbid"
    return tuple(
        _finding(skew, known, forbidden=forbidden)
        for skew in skews(locked, settings.skew_exceptions)
    )


def place(skew: Skew, member: Member) -> Where:
    """Where a member's lock has a package."""
    return Where(member.file("poetry.lock"), skew.held[member.name][0].line)


def is_from_index(package: LockedPackage) -> bool:
    """Whether a package comes from an index, the default one or another."""
    return package.source.get("type", "legacy") == "legacy"


def said(packages: Sequence[LockedPackage]) -> str:
    """The versions of packages of one name, as people and comparisons need them."""
    return ", ".join(sorted(package.version for package in packages))


def some(names: Sequence[str]) -> str:
    """Names in a row; of many the first ones, and how many more there are."""
    few = names if len(names) <= _MANY else names[:_FIRST]
    more = f" and {len(names) - len(few)} more" if len(few) < len(names) else ""
    return ", ".join(few) + more


def newest_first(versions: Iterable[str]) -> list[str]:
    """Versions in order; several in one text count by the last one, what is none comes last."""
    from poetry.core.constraints.version import Version  # costs start-up; only skew needs it

    def key(text: str) -> tuple[bool, Version | str]:
        last = text.rpartition(", ")[2]
        try:
            return True, Version.parse(last)
        except ValueError:
            return False, last

    return sorted(versions, key=key, reverse=True)


def _finding(skew: Skew, members: Mapping[str, Member], *, forbidden: bool) -> Finding:
    versions = skew.versions
    (_, newest), *older = versions.items()
    listed = "; ".join(f"{version} in {some(names)}" for version, names in versions.items())
    first = next(name for name in skew.held if any(name in names for _, names in older))
    return Finding(
        rule=RULE,
        severity="error" if forbidden else "warning",
        message=f"{skew.name} is locked at different versions: {listed}",
        where=place(skew, members[first]),
        hint="ws lock --align, or name it in [lock] skew-exceptions of workspace.toml",
        also=place(skew, members[newest[0]]),
    )
