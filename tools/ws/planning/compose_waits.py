"""Who waits for whom, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, Where, raise_all
from ws.formats.toml_places import line_of
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ws.errors import WsError
    from ws.model.compose_settings import Condition
    from ws.model.workspace import Member, Workspace


class Known(NamedTuple):
    """The services that one can wait for."""

    members: Collection[str]
    listed: Mapping[str, Mapping[str, Any]]
    """Those of `[compose.services]`."""
    by_hand: Collection[str] = ()
    """Those that somebody added to the Compose file."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.listed, *self.members, *self.by_hand)


def waits(
    workspace: Workspace, members: Iterable[Member], known: Known, is_asked: Callable[[str], bool]
) -> dict[str, dict[str, str]]:
    """What each member waits for, with Compose's word for until when.

    `is_asked` tells whether a member has a health check. Raises all that names no service.
    """
    faults: list[WsError] = []
    found: dict[str, dict[str, str]] = {}
    for member in members:
        said = dict.fromkeys(workspace.settings.compose.depends_on)
        said |= member.manifest.settings.compose.depends_on
        for name, condition in said.items():
            if name not in known.names:
                faults.append(_unknown(workspace, member, name, known))
            elif name != member.name:
                how = condition or _usual(name, known, is_asked)
                found.setdefault(member.name, {})[name] = _WORDS[how]
    raise_all(list({str(fault.where) + fault.reason: fault for fault in faults}.values()))
    if cycle := _cycle(found):
        raise _waits_for_itself(workspace, cycle)
    return found


def with_needs(names: Iterable[str], waits: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """These services, and all for which they wait, which come before them."""
    found: dict[str, None] = {}

    def put(name: str, above: tuple[str, ...]) -> None:
        for other in waits.get(name, ()):
            if other not in above:
                put(other, (*above, name))
        found.setdefault(name)

    for name in names:
        put(name, ())
    return tuple(found)


def _cycle(waits: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Services that wait for each other, the first of them at the end again."""
    sound: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        if name in above:
            return (*above[above.index(name) :], name)
        if name in sound:
            return ()
        found = (walk(other, (*above, name)) for other in waits.get(name, ()))
        cycle = next(filter(None, found), ())
        sound.add(name)
        return cycle

    return next(filter(None, (walk(name, ()) for name in waits)), ())


def _waits_for_itself(workspace: Workspace, cycle: tuple[str, ...]) -> ManifestError:
    first, other = workspace.by_name[cycle[0]], cycle[1]
    return ManifestError(
        f"{first.name} waits for itself: {' → '.join(cycle)}",
        rule="compose/depends-on",
        where=_place(workspace, first, other),
        hint="take one of these out of depends-on",
    )


_WORDS: Mapping[Condition, str] = {
    "started": "started",
    "healthy": "healthy",
    "completed": "completed_successfully",
}


def _usual(name: str, known: Known, is_asked: Callable[[str], bool]) -> Condition:
    check = known.listed.get(name, {}).get("healthcheck") or {}
    listed = name in known.listed
    asked = bool(check) and not check.get("disable") if listed else is_asked(name)
    return "healthy" if asked else "started"


def _unknown(workspace: Workspace, member: Member, name: str, known: Known) -> ManifestError:
    hint = who_is_a_service(workspace, name, known.names)
    where = _place(workspace, member, name)
    return ManifestError(f"{name} is no service", rule="compose/depends-on", where=where, hint=hint)


def who_is_a_service(workspace: Workspace, name: str, known: Collection[str]) -> str:
    """What to tell who takes this name for one of the `known` services."""
    if name in workspace.by_name:
        return "a member with an image has one, unless [tool.ws.compose] says service = false"
    return did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"


def _place(workspace: Workspace, member: Member, name: str) -> Where:
    """Where it is said that a member waits for a service."""
    path, text = member.file("pyproject.toml"), member.manifest.text
    keys: tuple[str, ...] = ("tool", "ws", "compose", "depends-on")
    if name not in member.manifest.settings.compose.depends_on:
        path, text, keys = "workspace.toml", workspace.settings.text, ("compose", "depends-on")
    return Where(path, line_of(text, *keys, name) or line_of(text, *keys))
