"""Where a product lies: the root of a workspace, or of a bundle, which an installer ships.

Apart from all that reads them: whoever asks often, such as `ws docker ensure`, starts faster so.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKSPACE = "workspace.toml"
BUNDLE = "bundle.json"


def find_product(root: str | None, start: Path, environ: Mapping[str, str]) -> tuple[Path, str]:
    """The root, and which of the two files tells of it.

    `root` if given, else `WS_ROOT`, else the nearest one above `start`. Raises `UsageError` if
    there is none.
    """
    for source, given in (("--root", root), ("WS_ROOT", environ.get("WS_ROOT"))):
        if given:
            folder = (start / given).resolve()
            if name := _there(folder):
                return folder, name
            raise UsageError(
                f"{source} {given}: there is no {WORKSPACE} and no {BUNDLE} in that folder",
                rule="usage/root",
                hint="name the folder of a workspace, or of an unpacked bundle",
            )
    for folder in (start, *start.parents):
        if name := _there(folder):
            return folder, name
    raise UsageError(
        f"there is no {WORKSPACE} and no {BUNDLE} in this folder or above it",
        rule="usage/root",
        hint="go into a workspace or an unpacked bundle, or name it: --root DIR",
    )


def _there(folder: Path) -> str:
    return next((n for n in (WORKSPACE, BUNDLE) if os.path.isfile(os.path.join(folder, n))), "")
