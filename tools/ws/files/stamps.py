"""What tells a later run how an install ended: a stamp if it was well, a marker if it did not end.

A stamp lies in the environment, so that it goes wherever that goes: whoever deletes, replaces or
moves a `.venv` need not know of it. It is written last and removed first. A marker lies in `.ws/`,
since it must be there before there is an environment, and also when Poetry makes that anew.

Environments are named by their folder, relative to the workspace root. One that several members
share has one stamp: what it is, and for each of them what it was made from.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

from ws.files.store import MEMORY
from ws.model.environment import Environment, Inputs, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ws.files.store import Store

_NAME = ".ws-stamp.json"
_SCHEMA = 2
_LONGEST = 200


def read_stamps(root: Path, venv: str) -> dict[str, Stamp]:
    """The stamps of an environment, by the folder of the member that each is about."""
    try:
        with open(_path(root, venv), "rb") as file:
            schema, inputs, environment = json.loads(file.read())
        return _from_plain(inputs, environment) if schema == _SCHEMA else {}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def write_stamps(
    root: Path, venv: str, inputs: Mapping[str, Inputs], environment: Environment
) -> None:
    """Say that an environment is as its members' inputs want it. Raises `OSError`."""
    path = _path(root, venv)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump([_SCHEMA, inputs, environment], file, default=sorted)  # sets alone are no JSON
    os.replace(temporary, path)


def remove_stamps(root: Path, venv: str) -> None:
    """Take back what was said. Raises `OSError` if that is not possible."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(_path(root, venv))


def is_ours(root: Path, venv: str) -> bool:
    """Whether `ws` has made this environment, however its last install has ended."""
    return os.path.exists(_path(root, venv))


def is_marked(root: Path, venv: str) -> bool:
    """Whether an install into this environment was begun and not ended."""
    return os.path.exists(os.path.join(root, MEMORY, "installing", _flat(venv)))


def mark(store: Store, venv: str) -> Path:
    """Say that an install is begun; delete what comes out when it has ended. Raises `WorkError`."""
    marker = store.memory("installing", _flat(venv))
    marker.touch()
    return marker


def _flat(venv: str) -> str:
    """A path as one name; no two paths give the same. File systems take 255 bytes at most."""
    name = venv.replace("%", "%25").replace("/", "%2F")
    if len(os.fsencode(name)) > _LONGEST:
        from hashlib import sha256  # costs start-up

        name = sha256(os.fsencode(venv)).hexdigest()
    return f"{name}.begun"


def _path(root: Path, venv: str) -> str:
    return os.path.join(root, venv, _NAME)


def _from_plain(inputs: dict[str, list[Any]], environment: list[Any]) -> dict[str, Stamp]:
    config, python, scripts, packages, infos, links = environment
    found = Environment(
        config,
        tuple(python) if python else None,
        frozenset(scripts),
        frozenset(packages),
        infos,
        links,
    )
    return {folder: Stamp(_inputs(plain), found) for folder, plain in inputs.items()}


def _inputs(plain: list[Any]) -> Inputs:
    engine, root, folder, asked, files, parts = plain
    return Inputs(engine, root, folder, tuple(asked), files, parts)
