"""What a new member may be called, and what goes by its name."""

from __future__ import annotations

import keyword
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError, WsError
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.workspace import Member, Workspace

_TAKEN = frozenset({"test", "tests", "con", "prn", "aux", "nul"})
_VALID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_KIND = "worker"


class Names(NamedTuple):
    """The two names of a package."""

    name: str
    """Of the distribution, normalised."""
    import_name: str

    @property
    def class_name(self) -> str:
        """What its class is called if it is a worker: `ChunkerWorker`, for `chunker` too."""
        return "".join(part.capitalize() for part in (*self.short_name.split("-"), _KIND))

    @property
    def short_name(self) -> str:
        """The name without `-worker`."""
        return self.name.removesuffix(f"-{_KIND}")


def names_for(given: str) -> Names:
    """The names of a package that somebody wants to call so."""
    name = normalise(given)
    return Names(name, name.replace("-", "_"))


def names_of(member: Member, modules: Sequence[str]) -> Names:
    """The names of a member that installs these modules: of several, the one called like it."""
    usual = names_for(member.name)
    return usual if usual.import_name in modules or not modules else Names(member.name, modules[0])


def faults(workspace: Workspace, given: str, modules: Mapping[str, Sequence[str]]) -> list[WsError]:
    """All that speaks against a new member of this name.

    `modules` are the dotted names of what each member installs, by its name.
    """
    if not _VALID.fullmatch(given):
        hint = "letters, digits, and between them . _ or - (PEP 508)"
        return [_fault(f'"{given}" is not a valid package name', hint)]
    names = names_for(given)
    found = [
        _unimportable(names),
        _taken(workspace, names) or _hidden(names, modules),
        _foreign(workspace, names),
    ]
    return [fault for fault in found if fault is not None]


def _unimportable(names: Names) -> WsError | None:
    wrong = ""
    if not names.import_name.isidentifier():
        wrong = "which is no Python identifier"
    elif keyword.iskeyword(names.import_name):
        wrong = "which is a keyword of Python"
    elif names.import_name in sys.stdlib_module_names:
        wrong = "which is a module of the standard library"
    elif names.import_name in _TAKEN:
        wrong = "which tests, or Windows, have taken for themselves"
    reason = f'"{names.name}" would be imported as "{names.import_name}", {wrong}'
    return _fault(reason) if wrong else None


def _taken(workspace: Workspace, names: Names) -> WsError | None:
    member = workspace.by_name.get(names.name)
    if member is None:
        return None
    return _fault(f'there is a member "{names.name}" already: {member.path}')


def _hidden(names: Names, modules: Mapping[str, Sequence[str]]) -> WsError | None:
    """Of two packages with one import name, Python finds only one."""
    for member, installed in modules.items():
        if names.import_name in {module.split(".")[0] for module in installed}:
            return _fault(f'"{names.import_name}" is what {member} is imported as already')
    return None


def _foreign(workspace: Workspace, names: Names) -> WsError | None:
    """A package from elsewhere must stay what it is: its users would be led to the new member."""
    users = [
        member.name
        for member in workspace.members
        if any(d.name == names.name and d.path is None for d in member.manifest.dependencies)
    ]
    if not users or names.name in workspace.by_name:
        return None
    who = f"{users[0]} depends" if len(users) == 1 else f"{', '.join(users)} depend"
    return _fault(f'{who} on a package "{names.name}" from elsewhere')


def _fault(reason: str, hint: str = "choose another name") -> WsError:
    return UsageError(reason, rule="usage/name", hint=hint)
