"""Which services are started where nobody names one.

https://docs.docker.com/compose/how-tos/profiles/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.workspace import Workspace

VARIABLE = "COMPOSE_PROFILES"


def switched_on(workspace: Workspace, names: Iterable[str], profiles: str) -> tuple[str, ...]:
    """Those of these services that have no profile, or one of `profiles`.

    These are written as the variable has them: with commas between, and `*` for all.
    """
    on = {profile.strip() for profile in profiles.split(",")}
    found = ((name, _profiles(workspace, name)) for name in names)
    return tuple(name for name, said in found if not said or "*" in on or on & said)


def _profiles(workspace: Workspace, name: str) -> set[str]:
    if name in workspace.by_name:
        return set(workspace.by_name[name].manifest.settings.compose.profiles)
    return set(workspace.settings.compose.services[name].get("profiles") or ())
