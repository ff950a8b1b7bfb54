"""Names of the files that packages are published in."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ws.model.names import normalise

_SDIST = re.compile(r"(.+)-(v?\d[^-]*)\.(?:tar\.(?:gz|bz2|xz|Z)|tgz|tbz|zip)")


def is_of(file: str, name: str, version: str) -> bool:
    """Whether a file is of the package with this normalised name, and of this version.

    Yes for file names that cannot be read. Wheels: PyPA "Binary distribution format"; source
    distributions: PEP 625, and what came before.
    """
    parts = _parts(unquote(file))
    if parts is None:
        return True
    written_name, written = parts
    return normalise(written_name) == name and (written == version or _same(written, version))


def _parts(file: str) -> tuple[str, str] | None:
    """Name and version, as a file name has them."""
    if file.endswith(".whl"):
        parts = file.split("-")
        return (parts[0], parts[1]) if len(parts) in (5, 6) else None  # with a build tag
    found = _SDIST.fullmatch(file)
    return (found[1], found[2]) if found else None


def _same(written: str, version: str) -> bool:
    """Whether two spellings mean one version (PEP 440, "Normalization")."""
    from poetry.core.constraints.version import Version

    try:
        return bool(Version.parse(written.replace("_", "+", 1)) == Version.parse(version))
    except ValueError:
        return False
