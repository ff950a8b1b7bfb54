"""What `ws docker sync` looks at: each Dockerfile as it is on the disk, and how it is built."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError
from ws.formats import dockerfile_parser
from ws.planning.docker_owner import home, is_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.commands.docker_builds import Builds, Ways
    from ws.files.store import Store
    from ws.model.docker import Dockerfile
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known


class Written(NamedTuple):
    """One Dockerfile."""

    dockerfile: Dockerfile
    data: bytes
    """What the file holds; what is no UTF-8 was replaced in the text that was read."""
    ways: Ways
    member: Member | None
    """Whose folder it lies in."""

    @property
    def path(self) -> str:
        """Relative to the workspace root."""
        return self.dockerfile.path

    @property
    def is_text(self) -> bool:
        """Whether it is UTF-8, so that what was read is what it holds."""
        return self.dockerfile.text.encode() == self.data


class Gathered(NamedTuple):
    """All that was asked for, and what is known of the workspace."""

    files: tuple[Written, ...]
    known: Known


def gather(
    builds: Builds, store: Store, there: Sequence[str], paths: Sequence[str] = ()
) -> Gathered:
    """Read the Dockerfiles at `paths`, and those `there`; all are relative to the workspace root.

    Templates with placeholders (`{{base}}`) are passed over unless they are named. Raises
    `UsageError` for a path where there is no file, `WorkError` for one that cannot be read.
    """
    files = [_written(store, path, builds) for path in dict.fromkeys((*there, *paths))]
    return Gathered(
        tuple(one for one in files if one.path in paths or not is_template(one.dockerfile)),
        builds.known,
    )


def named(context: Context, arguments: Sequence[str]) -> tuple[str, ...]:
    """What was typed, as paths relative to the workspace root. A folder means its `Dockerfile`."""
    root = context.root()
    found = []
    for argument in arguments:
        place = context.cwd / argument
        place = place / "Dockerfile" if place.is_dir() else place
        path = os.path.relpath(place, root).replace(os.sep, "/")
        if path.startswith("../"):
            raise UsageError(
                f"{argument} lies outside the workspace",
                rule="usage/dockerfile",
                hint="name a Dockerfile below the workspace root",
            )
        found.append(path)
    return tuple(found)


def _written(store: Store, path: str, builds: Builds) -> Written:
    data = store.read(path)
    if data is None:
        raise UsageError(
            f"there is no {path}",
            rule="usage/dockerfile",
            hint="without a name all Dockerfiles of the workspace are looked at",
        )
    dockerfile = dockerfile_parser.read(data.decode(errors="replace"), path)
    return Written(dockerfile, data, builds.of(dockerfile), home(path, builds.known))
