"""Whether images cost what they may."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from ws.errors import Where
from ws.formats.toml_places import line_of
from ws.model.budgets import QUANTITIES, Limit
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.budgets import Measured, Quantity
    from ws.model.workspace import Member, Workspace

MANIFEST = "workspace.toml"
_WORDS: dict[Quantity, str] = {
    "size": "it weighs",
    "start": "it starts in",
    "build": "its build took",
}
_HINTS: dict[Quantity, str] = {
    "size": "`ws docker layers {}` shows what is in it",
    "start": "see what it imports: python -X importtime",
    "build": "see the log of its build",
}


def limits(workspace: Workspace, member: Member) -> dict[Quantity, Limit]:
    """What a member's image may cost: as it says itself, else as the workspace says of all."""
    own, common = member.manifest.settings.docker.budget, workspace.settings.docker.budget
    found: dict[Quantity, Limit] = {}
    for quantity in QUANTITIES:
        said, for_all = getattr(own, quantity), getattr(common, quantity)
        if said is not None:
            keys = ("tool", "ws", "docker", "budget", quantity)
            line = line_of(member.manifest.text, *keys)
            words = _written(member.manifest.document, *keys)
            found[quantity] = Limit(said, member.file("pyproject.toml"), line, words)
        elif for_all is not None:
            line = line_of(workspace.settings.text, "docker", "budget", quantity)
            words = _written(tomllib.loads(workspace.settings.text), "docker", "budget", quantity)
            found[quantity] = Limit(for_all, MANIFEST, line, words)
    return found


def findings(
    member: str, measured: Measured, limits: Mapping[Quantity, Limit]
) -> Iterator[Finding]:
    """A finding for each budget that is broken; what was not measured breaks none."""
    for quantity, limit in limits.items():
        value = getattr(measured, quantity)
        if value is not None and value > limit.value:
            yield Finding(
                "docker/budget",
                "error",
                f"{_WORDS[quantity]} {shown(quantity, value)}, "
                f"and may {limit.said or shown(quantity, limit.value)}",
                Where(limit.path, limit.line),
                member,
                _HINTS[quantity].format(member),
            )


def _written(document: Mapping[str, Any], *keys: str) -> str:
    """What stands under these keys, of which there is something."""
    for key in keys:
        document = document[key]
    return str(document).strip()


def shown(quantity: Quantity, value: float) -> str:
    """A size or a time, so exactly that two that differ by a hundredth are told apart."""
    if quantity == "size":
        return f"{value / 10**6:.1f} MB"
    return f"{value:.2f} s"
