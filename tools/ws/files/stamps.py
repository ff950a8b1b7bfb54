"""What tells a later run how an install ended: a stamp if it was well, a marker if it did not end.

A stamp lies in the environment, so that it goes wherever that goes: whoever deletes, replaces or
moves a `.venv` need not know of it. It is written last and removed first. A marker lies in `.ws/`,
since it must be there before there is an environment, and also when Poetry makes that anew.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

from ws.files.environment import VENV
from ws.files.store import MEMORY
from ws.model.environment import Environment, Inputs, Stamp

if TYPE_CHECKING:
    from pathlib import Path

    from ws.files.store import Store

_NAME = ".ws-stamp.json"
_SCHEMA = 1


def read_stamp(root: Path, folder: str) -> Stamp | None:
    """The stamp of a member's environment (`folder` is relative to the root), if there is one."""
    try:
        with open(_path(root, folder), "rb") as file:
            schema, inputs, environment = json.loads(file.read())
        return _from_plain(inputs, environment) if schema == _SCHEMA else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def write_stamp(root: Path, stamp: Stamp) -> None:
    """Say that a member's environment is as its inputs want it. Raises `OSError`."""
    path = _path(root, stamp.inputs.folder)
    temporary = f"{path}.{os.getpid()}"
    plain = [_SCHEMA, stamp.inputs, stamp.environment]
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(plain, file, default=sorted)  # sets alone are no JSON
    os.replace(temporary, path)


def remove_stamp(root: Path, folder: str) -> None:
    """Take back what was said. Raises `OSError` if that is not possible."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(_path(root, folder))


def is_marked(root: Path, folder: str) -> bool:
    """Whether an install of the member in this folder was begun and not ended."""
    return os.path.exists(os.path.join(root, MEMORY, "installing", _flat(folder)))


def mark(store: Store, folder: str) -> Path:
    """Say that an install is begun; delete what comes out when it has ended. Raises `WorkError`."""
    marker = store.memory("installing", _flat(folder))
    marker.touch()
    return marker


def _flat(folder: str) -> str:
    """A path as one name; no two paths give the same."""
    return folder.replace("%", "%25").replace("/", "%2F") + ".begun"


def _path(root: Path, folder: str) -> str:
    return os.path.join(root, folder, VENV, _NAME)


def _from_plain(inputs: list[Any], environment: list[Any]) -> Stamp:
    engine, root, folder, asked, *rest = inputs
    config, python, scripts, packages, infos, links = environment
    return Stamp(
        Inputs(engine, root, folder, tuple(asked), *rest),
        Environment(
            config,
            tuple(python) if python else None,
            frozenset(scripts),
            frozenset(packages),
            infos,
            links,
        ),
    )
