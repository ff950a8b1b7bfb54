"""What a volume is called where a product runs: the same for Compose, `ensure` and the host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.planning.fingerprints import PREFIX

if TYPE_CHECKING:
    from ws.model.volumes import Volume

WORKSPACE = f"{PREFIX}.workspace"
VOLUME = f"{PREFIX}.volume"

_ODD = re.compile(r"[^a-z0-9_.-]+")


def volume_name(workspace: str, member: str, volume: Volume) -> str:
    """What the engine calls a member's volume: `<workspace>-<volume>`, by who shares it.

    `machine` has the volume's name alone, and `member` the member's between the two.
    """
    owners = {"workspace": (workspace,), "member": (workspace, member), "machine": ()}
    return "-".join((*map(_plain, owners[volume.shared]), volume.name))


def volume_labels(workspace: str, volume: Volume) -> dict[str, str]:
    """What the volume says of itself; one that all installations share says none of them."""
    mine = {} if volume.shared == "machine" else {WORKSPACE: workspace}
    return {**mine, VOLUME: volume.name}


def _plain(name: str) -> str:
    """As the engine takes names, and Compose those of projects."""
    return _ODD.sub("-", name.lower()).strip("-_.") or "ws"
