"""A member's `.venv`: what it looks like from outside, and whether all of it is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.model.environment import Environment, Integrity
from ws.planning.needs import LINK, NO_ENVIRONMENT
from ws.planning.stamp import distribution

if TYPE_CHECKING:
    from collections.abc import Iterator

INFO = ".dist-info"
_BIN = "Scripts" if os.name == "nt" else "bin"
_PYTHON = "python.exe" if os.name == "nt" else "python"
_WITHOUT_SAY = frozenset({"__pycache__"})
"""Names that come and go when a package is merely used."""


def facts(venv: str) -> Environment | None:
    """What an environment looks like; `None` if there is none at all.

    No file but `pyvenv.cfg` and the `.pth` files is opened: a millisecond a member.
    """
    if not os.path.lexists(venv):
        return None
    scripts = frozenset(entry.name for entry in _entries(os.path.join(venv, _BIN)))
    packages: set[str] = set()
    infos: dict[str, int] = {}
    links: dict[str, str] = {}
    for site in site_folders(venv):
        for entry in _entries(site):
            packages.add(entry.name)
            if entry.name.endswith(INFO):
                infos[entry.name] = _time(entry)
            elif entry.name.endswith(".pth"):
                links[entry.name] = _text(entry.path)
    return Environment(
        config=_text(os.path.join(venv, "pyvenv.cfg")),
        python=_python(os.path.join(venv, _BIN, _PYTHON)),
        scripts=scripts - _WITHOUT_SAY,
        packages=frozenset(packages - _WITHOUT_SAY),
        infos=infos,
        links=links,
    )


def foreign(venv: str) -> str:
    """Why what lies there may be somebody's work, which is left alone; empty if it is not."""
    if os.path.islink(venv):
        return LINK
    is_other = os.path.isfile(venv) or bool(_entries(venv))
    return NO_ENVIRONMENT if is_other and not _text(os.path.join(venv, "pyvenv.cfg")) else ""


def integrity(venv: str) -> Integrity:
    """What is wrong with the distributions in an environment.

    Each file that their RECORDs name is looked for; of `.pth` files, which are all that there is of
    an editable package, the content is compared as well.
    """
    broken, damaged, installed = set(), set(), set()
    for info in _infos(venv):
        name = distribution(os.path.basename(info))
        installed.add(name)
        names = {entry.name for entry in _entries(info)}
        if not {"RECORD", "INSTALLER"} <= names:
            broken.add(name)
        elif not all(_is_there(path, digest) for path, digest in _recorded(info)):
            damaged.add(name)
    return Integrity(tuple(sorted(broken)), tuple(sorted(damaged)), frozenset(installed))


def infos_of(venv: str, name: str) -> Iterator[str]:
    """The dist-info folders of the distribution with this normalised name: one, if all is well."""
    return (info for info in _infos(venv) if distribution(os.path.basename(info)) == name)


def recorded(info: str) -> Iterator[str]:
    """The paths of the files that a RECORD names, but for compiled ones, which may come and go.

    virtualenv's pip even has a RECORD with compiled files, and folders of them, that never were.
    """
    return (path for path, _ in _recorded(info))


def _recorded(info: str) -> Iterator[tuple[str, str]]:
    import csv  # costs start-up; only what is stale is looked at so closely

    site = os.path.dirname(info)
    for row in csv.reader(_text(os.path.join(info, "RECORD")).splitlines()):
        path, digest = [*row, "", ""][:2]
        if path and not path.endswith((".pyc", "__pycache__")):
            yield os.path.normpath(os.path.join(site, path)), digest


def _is_there(path: str, recorded_digest: str) -> bool:
    """Whether a file is there, and, of a `.pth` file, says what its RECORD says (PEP 376)."""
    name, _, expected = recorded_digest.partition("=")
    if not (path.endswith(".pth") and expected):
        return os.path.lexists(path)
    import base64
    import hashlib  # costs start-up, as above

    try:
        with open(path, "rb") as file:
            found = hashlib.new(name, file.read()).digest()
    except (OSError, ValueError):
        return False
    return base64.urlsafe_b64encode(found).decode().rstrip("=") == expected


def _infos(venv: str) -> Iterator[str]:
    for site in site_folders(venv):
        yield from sorted(entry.path for entry in _entries(site) if entry.name.endswith(INFO))


def site_folders(venv: str) -> list[str]:
    """The `site-packages` folders: one, but where another Python was put in by hand."""
    if os.name == "nt":
        return [os.path.join(venv, "Lib", "site-packages")]
    pythons = _entries(os.path.join(venv, "lib"))
    return sorted(os.path.join(entry.path, "site-packages") for entry in pythons)


def _python(path: str) -> tuple[str, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return os.path.realpath(path), status.st_size, status.st_mtime_ns


def _time(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_mtime_ns
    except OSError:  # it is gone by now
        return 0


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            return file.read()
    except OSError:
        return ""
