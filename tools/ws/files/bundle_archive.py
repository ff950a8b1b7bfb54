"""A bundle as one compressed archive: the same bytes for the same files, whoever writes it."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import posixpath
import tarfile
from typing import TYPE_CHECKING

from ws.errors import UsageError, Where, WorkError
from ws.files.pruned_folder import BUNDLE
from ws.files.store import Store
from ws.model.pruned import PrunedFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KINDS = (".tar.xz", ".tar.gz")

_THEN = 946_684_800
"""The time of all files: 2000. What zips such files, as builders of wheels do, knows none before
1980."""


def pack(files: Sequence[PrunedFile], kind: str) -> bytes:
    """The archive: sorted, with one time, owner and mode for all; `kind` is one of `KINDS`."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for folder in sorted({above for file in files for above in _above(file.path)}):
            tar.addfile(_entry(folder, tarfile.DIRTYPE, 0o755))
        for file in sorted(files):
            _add(tar, file)
    if kind == ".tar.xz":
        return lzma.compress(plain.getvalue(), preset=9 | lzma.PRESET_EXTREME)
    return gzip.compress(plain.getvalue(), compresslevel=9, mtime=0)


def read(path: Path) -> dict[str, PrunedFile]:
    """What a bundle's archive holds, by path; nothing where there is no file.

    Raises `UsageError` for what is no archive of a bundle, and `WorkError` for what cannot be read.
    """
    _refuse(path)
    try:
        with tarfile.open(path) as tar:
            found = {entry.name: _file(tar, entry) for entry in tar if not entry.isdir()}
    except FileNotFoundError:
        return {}
    except (tarfile.TarError, lzma.LZMAError, EOFError, gzip.BadGzipFile):
        found = {}
    except OSError as error:
        raise _failed("read", path, error) from error
    if BUNDLE.path not in found:
        raise UsageError(
            f"{path} is there already, and is no archive of a bundle",
            rule="usage/out",
            hint="choose another name: --archive FILE",
        )
    return found


def write(path: Path, data: bytes) -> bool:
    """Write an archive, atomically, over none or one that is a bundle's; say if it changed."""
    _refuse(path)
    try:
        if path.exists() and path.read_bytes() == data:
            return False
        read(path)  # nothing else is written over
        path.parent.mkdir(parents=True, exist_ok=True)
        Store(path.parent).replace(path.name, data)
    except WorkError as fault:  # it knows the name alone
        fault.where = Where(str(path))
        raise
    except OSError as error:
        raise _failed("write", path, error) from error
    return True


def _refuse(path: Path) -> None:
    """Raise `UsageError` for folders, devices and pipes."""
    if path.exists() and not path.is_file():
        raise UsageError(
            f"{path} is no plain file", rule="usage/out", hint="choose another name: --archive FILE"
        )


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = kind, mode, _THEN
    return entry


def _add(tar: tarfile.TarFile, file: PrunedFile) -> None:
    if file.link:
        entry = _entry(file.path, tarfile.SYMTYPE, 0o777)
        entry.linkname = os.fsdecode(file.data)
        tar.addfile(entry)
        return
    entry = _entry(file.path, tarfile.REGTYPE, 0o755 if file.executable else 0o644)
    entry.size = len(file.data)
    tar.addfile(entry, io.BytesIO(file.data))


def _file(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> PrunedFile:
    name = posixpath.normpath(entry.name)
    if entry.issym():
        return PrunedFile(name, os.fsencode(entry.linkname), link=True)
    content = tar.extractfile(entry)
    return PrunedFile(name, content.read() if content else b"", bool(entry.mode & 0o100))


def _failed(verb: str, path: Path, error: OSError) -> WorkError:
    return WorkError(
        f"cannot {verb} this archive: {error.strerror or error}",
        rule=f"file/{verb}",
        where=Where(str(path)),
        hint="check its permissions and the room on the disk, or choose another --archive",
    )
