"""Who waits for whom, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, Where, raise_all
from ws.formats.toml_places import line_of
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

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


class _Wait(NamedTuple):
    """A service that waits for another."""

    name: str
    other: str
    how: str
    """Compose's word for until when, without its `service_`."""
    needed: bool = True
    """Whether it is not started without the other."""


def waits(
    workspace: Workspace, members: Iterable[Member], known: Known, is_asked: Callable[[str], bool]
) -> dict[str, dict[str, str]]:
    """What each service waits for, with Compose's word for until when.

    `is_asked` tells whether a member has a health check. Raises for all that names no service, or
    one that is off where the waiting one is on, and for services that wait for each other.
    """
    members = tuple(members)
    profiles = {name: set(said.get("profiles", ())) for name, said in known.listed.items()}
    profiles |= {each.name: set(each.manifest.settings.compose.profiles) for each in members}
    faults: dict[str, WsError] = {}
    found: dict[str, dict[str, str]] = {}
    for wait in (*_of_members(workspace, members, known, is_asked), *_of_listed(known)):
        found.setdefault(wait.name, {})[wait.other] = wait.how
        if fault := _fault(workspace, wait, known, profiles):
            faults.setdefault(f"{fault.where}{fault.reason}", fault)
    raise_all(list(faults.values()))
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


def _of_members(
    workspace: Workspace, members: Iterable[Member], known: Known, is_asked: Callable[[str], bool]
) -> Iterator[_Wait]:
    """What members wait for: what each says itself, and what the workspace says for all."""
    for member in members:
        said = dict.fromkeys(workspace.settings.compose.depends_on)
        said |= member.manifest.settings.compose.depends_on
        for name, condition in said.items():
            if name != member.name:
                how = condition or _usual(name, known, is_asked)
                yield _Wait(member.name, name, _WORDS[how])


def _of_listed(known: Known) -> Iterator[_Wait]:
    """What services of `[compose.services]` wait for, in either of Compose's forms."""
    for name, service in known.listed.items():
        said = service.get("depends_on", ())
        for other in said:
            how = said[other] if isinstance(said, dict) else {}
            until = str(how.get("condition", "service_started")).removeprefix("service_")
            yield _Wait(name, other, until, how.get("required") is not False)


def _fault(
    workspace: Workspace, wait: _Wait, known: Known, profiles: Mapping[str, set[str]]
) -> ManifestError | None:
    """What speaks against a wait: there is no such service, or it is off too often."""
    if wait.other not in known.names:
        return _unknown(workspace, wait, known)
    own, others = profiles[wait.name], profiles.get(wait.other, set())
    on_together = not others or (own and own <= others)
    return None if on_together or not wait.needed else _off(workspace, wait, own, others)


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
    return ManifestError(
        f"{cycle[0]} waits for itself: {' → '.join(cycle)}",
        rule="compose/depends-on",
        where=_place(workspace, cycle[0], cycle[1]),
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


def _unknown(workspace: Workspace, wait: _Wait, known: Known) -> ManifestError:
    return ManifestError(
        f"{wait.other} is no service",
        rule="compose/depends-on",
        where=_place(workspace, wait.name, wait.other),
        hint=who_is_a_service(workspace, wait.other, known.names),
    )


def _off(workspace: Workspace, wait: _Wait, own: set[str], others: set[str]) -> ManifestError:
    """What to raise for a wait on a service that is off, by the profiles of the two."""
    name, other = wait.name, wait.other
    if own:
        lacking = ", ".join(sorted(own - others))
        when, hint = f"with the profile {lacking}", f"give {other} the profile {lacking}, or none"
    else:
        lacking = ", ".join(sorted(others))
        when = "without a profile"
        hint = f"give {name} the profile {lacking}, too, or {other} none"
    return ManifestError(
        f"{name} waits for {other}, which is off {when}: Compose would start nothing then",
        rule="compose/depends-on",
        where=_place(workspace, name, other),
        hint=hint,
    )


def who_is_a_service(workspace: Workspace, name: str, known: Collection[str]) -> str:
    """What to tell who takes this name for one of the `known` services."""
    if name in workspace.by_name:
        return "a member with an image has one, unless [tool.ws.compose] says service = false"
    return did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"


def _place(workspace: Workspace, waiting: str, name: str) -> Where:
    """Where it is said that a service waits for another."""
    path, text = "workspace.toml", workspace.settings.text
    keys: tuple[str, ...] = ("compose", "depends-on")
    member = workspace.by_name.get(waiting)
    if waiting in workspace.settings.compose.services:
        keys = ("compose", "services", waiting, "depends_on")
    elif member and name in member.manifest.settings.compose.depends_on:
        path, text = member.file("pyproject.toml"), member.manifest.text
        keys = ("tool", "ws", "compose", "depends-on")
    return Where(path, line_of(text, *keys, name) or line_of(text, *keys))
