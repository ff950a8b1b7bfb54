"""What lies installed in the library folders of an environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.files.environment import INFO
from ws.formats import direct_url
from ws.model.installed import Installed, Origin
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def installed(libraries: Iterable[Path]) -> dict[str, Installed]:
    """The distributions in some folders by normalised name, the first of each; none for no folder.

    Name and version are those of the dist-info folder (PEP 427): no METADATA is read.
    """
    found: dict[str, Installed] = {}
    for library in libraries:
        names = sorted(os.listdir(library)) if library.is_dir() else []
        for info in (name for name in names if name.endswith(INFO)):
            name, _, version = info.removesuffix(INFO).partition("-")
            one = Installed(normalise(name), version, _origin(library / info / "direct_url.json"))
            found.setdefault(one.name, one)
    return found


def name_origin(libraries: Iterable[Path], there: Installed, origin: Origin) -> None:
    """Write down that a distribution comes from a git repository, as Poetry does it (PEP 610)."""
    if there.origin == origin:
        return
    for library in libraries:
        for path in library.glob(f"*{INFO}/direct_url.json"):
            name, _, version = path.parent.name.removesuffix(INFO).partition("-")
            if (normalise(name), version) == (there.name, there.version):
                path.write_text(direct_url.git(origin), encoding="utf-8")
                _forget_digest(path.parent / "RECORD", f"{path.parent.name}/{path.name}")


def _forget_digest(record: Path, name: str) -> None:
    """Let a RECORD say of one file only that it is there."""
    lines = record.read_text(encoding="utf-8").splitlines()
    changed = [f"{name},," if line.startswith(f"{name},") else line for line in lines]
    record.write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")


def _origin(path: Path) -> Origin:
    try:
        return direct_url.read(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return Origin()
