"""What installed packages weigh, as the environments of the members tell."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from ws.files.environment import site_folders
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable


def installed_sizes(root: Path, venvs: Iterable[str]) -> dict[tuple[str, str], int]:
    """The bytes of each package, by normalised name and version, in environments below `root`.

    As their RECORD lists them (https://packaging.python.org/specifications/recording-installed-packages/),
    byte code left aside; a package without sizes is left out.
    """
    found: dict[tuple[str, str], int] = {}
    for venv in dict.fromkeys(venvs):
        for folder in _installed(str(root / venv)):
            name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
            key = (normalise(name), version)
            if key not in found and (size := _recorded(folder / "RECORD")):
                found[key] = size
    return found


def _installed(venv: str) -> list[Path]:
    """The folders that tell of what is installed in an environment, sorted; none if it is none."""
    try:
        return sorted(
            each for site in site_folders(venv) for each in Path(site).glob("*.dist-info")
        )
    except OSError:
        return []


def _recorded(record: Path) -> int:
    try:
        with record.open(encoding="utf-8", newline="") as file:
            sizes = [row[2] for row in csv.reader(file) if len(row) > 2]  # noqa: PLR2004
    except OSError:
        return 0
    return sum(int(size) for size in sizes if size.isdigit())
