"""One environment for all members: what it must be, from the locks and from what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands.context import read_locks
from ws.engines import choose_python
from ws.engines.interpreter import Interpreters
from ws.engines.process import Processes
from ws.engines.uv_install import parsed_lock
from ws.errors import WorkError
from ws.files.installed import installed
from ws.files.stamps import is_marked, is_ours, read_stamps
from ws.files.store import Store
from ws.model.workspace import VENV
from ws.planning import one_environment
from ws.planning.asked import asked
from ws.planning.install import from_recorded
from ws.planning.one_environment import Share
from ws.planning.selection import active_groups, is_selectable, selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.commands.context import Context
    from ws.engines.interpreter import Interpreter
    from ws.model.lock import LockedPackage
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace
    from ws.planning.install import Asked


class Shared(NamedTuple):
    """What is known of the shared environment before anything is installed into it."""

    python: str = ""
    """The program of the Python that it is, or is to be, of."""
    conflicts: tuple[Finding, ...] = ()
    """Why not all of the members can be in it together."""
    unneeded: tuple[str, ...] = ()
    """What `--sync` takes out of it, by normalised name."""


def look(context: Context, workspace: Workspace, chosen: Sequence[Asked], *, anew: bool) -> Shared:
    """What the locks of members make of their environment; `anew` if nothing that is there stays.

    Others that are in it already have a say, too. Raises `WorkError` where what lies there is not
    of `ws`, or there is no Python for it.
    """
    venv = workspace.root / VENV
    if venv.exists() and not (is_ours(workspace.root, VENV) or is_marked(workspace.root, VENV)):
        raise WorkError(
            "the .venv at the root was not made by ws as a shared environment",
            rule="install/not-ours",
            hint='move it away; or give each member its own: [install] venv = "member"',
        )
    wanted = [*chosen, *([] if anew else _there_already(workspace, chosen))]
    members = [each.member for each in wanted]
    if found := _asked_pythons(wanted):
        return Shared(conflicts=(one_environment.python_conflict(found),))
    allowed = _allowed(members)
    if not allowed:
        return Shared(conflicts=(one_environment.constraint_conflict(members),))
    python = _python(context, workspace, allowed, wanted[0].python, anew=anew)
    locks = read_locks(Store(workspace.root), members)
    shares = [Share(each.member, _packages(each, locks, python)) for each in wanted]
    conflicts = one_environment.conflicts(shares, workspace.root)
    there = {} if anew else installed(python.environment(venv).libraries)
    synced = any(each.options[0] == "sync" for each in wanted)
    unneeded = one_environment.unneeded(there.values(), shares, workspace.members)
    return Shared(python.program, conflicts, unneeded if synced else ())


def _there_already(workspace: Workspace, chosen: Sequence[Asked]) -> Iterator[Asked]:
    """The members that were not chosen now, and are in the environment, as they were asked."""
    names = {each.member.name for each in chosen}
    stamps = read_stamps(workspace.root, VENV)
    for member in workspace.members:
        if member.path in stamps and member.name not in names:
            yield from_recorded(member, stamps[member.path].inputs.asked)


def _asked_pythons(wanted: Sequence[Asked]) -> dict[str, list[str]]:
    """Who asks for which Python, if not all ask for the same."""
    found: dict[str, list[str]] = {}
    for each in wanted:
        found.setdefault(each.python or "any", []).append(each.member.name)
    return found if len(found) > 1 else {}


def _allowed(members: Iterable[Member]) -> str:
    """The constraint on Python of all members together; empty if none is left."""
    from poetry.core.constraints.version import parse_constraint

    allowed = parse_constraint("*")
    for member in members:
        allowed = allowed.intersect(parse_constraint(member.manifest.python or "*"))
    return "" if allowed.is_empty() else str(allowed)


def _python(
    context: Context, workspace: Workspace, allowed: str, named: str, *, anew: bool
) -> Interpreter:
    processes = Processes()
    ask = Interpreters(processes, context.environ).ask
    venv = workspace.root / VENV
    try:
        if not anew and venv.exists():
            if found := choose_python.of_environment(venv, allowed, ask):
                return found
            raise WorkError(
                f"the shared environment is of a Python that not all members allow ({allowed})",
                rule="install/no-python",
                hint="ws install --reinstall makes it of another one",
            )
        if named:
            return choose_python.named(named, context.environ, allowed, ask)
        return choose_python.on_path(context.environ, allowed, ask)
    finally:
        processes.stop()


def _packages(
    each: Asked, locks: Mapping[str, bytes | None], python: Interpreter
) -> tuple[LockedPackage, ...]:
    lock = parsed_lock(locks[each.member.name] or b"")
    if not is_selectable(lock):  # of an older one only Poetry can tell
        return ()
    said = asked(each.options)
    groups = active_groups(each.member.manifest, said.only, said.with_, said.without)
    extras = lock.document.get("extras", {}) if said.all_extras else said.extras
    return selected(lock, groups, extras, python.markers)
