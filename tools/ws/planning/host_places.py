"""Where a service lives that runs without Docker, and what its program is told."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.product import Service
    from ws.model.volumes import Volume

HOST = ".ws/host"
VOLUMES = ".ws/volumes"


def venv(service: Service) -> str:
    """The environment of a bundle's service, relative to the root."""
    return f"{HOST}/{service.name}"


def program(venv: str, script: str) -> str:
    """A console script of an environment; both relative to the root."""
    windows = os.name == "nt"
    return f"{venv}/Scripts/{script}.exe" if windows else f"{venv}/bin/{script}"


def folder(member: str, volume: Volume) -> str:
    """Where a member's volume lies, relative to the root: one for all who share it."""
    return posixpath.join(VOLUMES, *([member] if volume.shared == "member" else []), volume.name)


def variables(root: str, service: Service) -> dict[str, str]:
    """What tells a service where its volumes are."""
    return {
        volume.environment: os.path.join(root, *folder(service.name, volume).split("/"))
        for volume in service.volumes
        if volume.environment
    }
