"""Names in `workspace.toml` and in `[tool.ws]` that must be names of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import ManifestError, Where, WsError
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ws.model.workspace import Member, Settings


def reference_faults(settings: Settings, members: Sequence[Member]) -> list[WsError]:
    """A fault for each shared package that is no member, and each catalog that is not there."""
    faults: list[WsError] = []
    names = {member.name for member in members}
    for index, shared in enumerate(settings.shared):
        if shared.package and shared.package not in names:
            where = Where("workspace.toml", _line(settings.text, ("shared", index, "package")))
            reason = f'[[shared]] names "{shared.package}", which is no member'
            faults.append(_fault(reason, where, shared.package, names))
    for member in members:
        chosen = member.manifest.settings.catalog
        if chosen and chosen not in settings.catalogs:
            line = _line(member.manifest.text, ("tool", "ws", "catalog"))
            reason = f"there is no [catalogs.{chosen}] in workspace.toml"
            where = Where(member.file("pyproject.toml"), line)
            faults.append(_fault(reason, where, chosen, settings.catalogs))
    return faults


def _line(text: str, keys: tuple[str | int, ...]) -> int | None:
    from ws.formats.toml_places import line_of  # costs start-up; only a fault needs it

    return line_of(text, *keys)


def _fault(reason: str, where: Where, name: str, known: Iterable[str]) -> WsError:
    hint = did_you_mean(name, known) or f"there are: {', '.join(sorted(known)) or 'none'}"
    return ManifestError(reason, rule="manifest/reference", where=where, hint=hint)
