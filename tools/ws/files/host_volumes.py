"""Volumes of services that run without Docker: folders below `.ws/volumes`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ws.errors import Where, WorkError
from ws.planning.volume_fill import MARKER, Marker, read, write

if TYPE_CHECKING:
    from ws.files.store import Store


def marker(store: Store, path: str) -> Marker | None:
    """What the marker in a folder says; `None` where there is none. Raises `WorkError`."""
    data = store.read(f"{path}/{MARKER}")
    return read(data.decode(errors="replace")) if data is not None else None


def is_empty(store: Store, path: str) -> bool:
    """Whether nothing lies in a folder besides a marker. Raises `WorkError`."""
    return all(each.name == MARKER for each in store.inside(path).iterdir())


def fill(
    store: Store, path: str, source: Path | None, name: str, digest: str, *, moves: bool = False
) -> None:
    """Put a file under this name, or what is in a folder, into the folder at `path`.

    What lies there stays, beside it; without a source it is only made. Where it `moves`, the file
    is gone from where it was. Raises `WorkError`.
    """
    folder = store.memory(*Path(path).parts[1:])
    try:
        folder.mkdir(exist_ok=True)
        mark(store, path, Marker(digest, whole=False))
        if source is not None and moves:
            _move(source, folder, name)
        elif source is not None:
            _copy(source, folder, name)
        mark(store, path, Marker(digest, whole=True))
    except OSError as error:
        hint = "make room on the disk, and run it again"
        reason = f"cannot fill it: {error.strerror or error}"
        raise WorkError(reason, rule="docker/volume", where=Where(path), hint=hint) from error


def empty(store: Store, path: str) -> None:
    """Take away all that is in it. Raises `WorkError`."""
    from shutil import rmtree  # costs start-up; seldom needed

    try:
        rmtree(store.inside(path))
    except OSError as error:
        reason = f"cannot be emptied: {error.strerror or error}"
        hint = "stop what uses it, and run it again"
        raise WorkError(reason, rule="docker/volume", where=Where(path), hint=hint) from error


def mark(store: Store, path: str, marker: Marker) -> None:
    """Say what is in it."""
    store.replace(f"{path}/{MARKER}", write(marker).encode())


def _copy(source: Path, folder: Path, name: str) -> None:
    from shutil import copy2, copytree  # costs start-up; seldom needed

    if source.is_dir():
        copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    else:
        copy2(source, folder / name)


def _move(source: Path, folder: Path, name: str) -> None:
    from shutil import move  # costs start-up; seldom needed

    move(source, folder / name)
