"""How much a disk still takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def free_space(folder: str | Path) -> int | None:
    """The bytes that may still be written below a folder; `None` where the system does not tell."""
    from shutil import disk_usage  # costs start-up; seldom needed

    try:
        return disk_usage(folder).free
    except OSError:
        return None
