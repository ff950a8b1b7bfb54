"""An archive of images on the disk, opened with suspicion."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where, WorkError
from ws.formats import image_layout, image_list, tar_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO

    from ws.formats.tar_blocks import Entry
    from ws.model.image_archive import ImageList

CHUNK = 2**20
_AGAIN = "copy or download it again, or make it anew: ws docker save"
_FOLDERS = ("blobs", "blobs/sha256")
_MUCH = 2**16
"""No tar ends with more zeros; what is behind is not read."""
_OF_DOCKER = re.compile(
    r"(?:\./)?(?:manifest\.json|repositories|oci-layout|index\.json|blobs|[0-9a-f]{64})\b"
)
"""How the names of files begin in archives of images that others made."""
_SCHEMA = re.compile(r"ws-images/\d+")
_STRANGERS = (
    (b"\x1f\x8b", "it is compressed as a whole", "unpack it first: gunzip"),
    (b"\x28\xb5\x2f\xfd", "it is compressed as a whole", "unpack it first: unzstd"),
    (b"\xfd7zXZ\0", "it is compressed as a whole", "unpack it first: unxz"),
    (b"version https://git-lfs", "it is a pointer of Git LFS, and not the file", "git lfs pull"),
)
"""How files begin that one may take for an archive, what they are, and what helps."""


class Place(NamedTuple):
    """Where a file stands in an archive."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose list fits the files that are in it; what is in these is not looked at."""

    path: Path
    shown: str
    """How people are told of it."""
    held: ImageList
    digest: str
    """Of the list: it vouches for every byte that is in an image."""
    places: Mapping[str, Place]
    """By name."""

    def blob(self, digest: str) -> Iterator[bytes]:
        """What stands under a digest, a piece at a time. Raises `WorkError`."""
        yield from self.file(image_layout.blob_name(digest))

    def file(self, name: str) -> Iterator[bytes]:
        """The content of a file in it, a piece at a time. Raises `WorkError`."""
        place = self.places[name]
        try:
            with self.path.open("rb") as file:
                file.seek(place.offset)
                left = place.size
                while left:
                    data = file.read(min(CHUNK, left))
                    if not data:
                        raise fault("truncated", f"it ends within {name}", self.shown)
                    left -= len(data)
                    yield data
        except OSError as error:
            raise unreadable(error, self.shown) from error

    def altered(self, what: str) -> WorkError:
        """The fault of something in it that is not what the list says."""
        return fault("altered", what, self.shown)


def open_archive(path: Path, shown: str, digest: str = "") -> Archive:
    """An archive that `ws` made, its files found and their sizes as its list says.

    Raises `WorkError`: there is none (`archive/missing`), it is something else
    (`archive/foreign`), of a later `ws` (`archive/schema`), cut off (`archive/truncated`), not as
    it was written (`archive/altered`), or its list has another digest than is asked for
    (`archive/digest`); or it cannot be read, or only once (`archive/unreadable`).
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            hint = "name a file; what comes through a pipe must be written into one before"
            raise fault("unreadable", "it is no plain file", shown, hint)
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(0)
            data = _list(file, length, shown)
            found = image_layout.digest_of(data)
            if digest and digest != found:
                reason = f"its list is another one: {found}"
                raise fault("digest", reason, shown, "take the archive that this digest is of")
            held = _read(data, shown)
            places = _places(file, length, held, shown)
    except FileNotFoundError as error:
        hint = "make it with ws docker save, or name another: ws docker load FILE"
        raise fault("missing", "there is no such archive of images", shown, hint) from error
    except OSError as error:
        raise unreadable(error, shown) from error
    return Archive(path, shown, held, found, places)


def _list(file: IO[bytes], length: int, shown: str) -> bytes:
    """The list, which stands first."""
    block = file.read(tar_blocks.BLOCK)
    for start, what, hint in _STRANGERS:
        if block.startswith(start):
            raise fault("foreign", what, shown, hint)
    if len(block) < tar_blocks.BLOCK and image_list.NAME.encode().startswith(block[:14]):
        raise fault("truncated", "it is empty" if not block else "it is cut off", shown)
    try:
        entry = tar_blocks.read(block) if len(block) == tar_blocks.BLOCK else None
    except ValueError:
        entry = None
    if entry is None:
        raise fault("foreign", "it is no archive of images", shown, "name another file")
    if entry.name != image_list.NAME:
        raise _foreign(entry.name, shown)
    if entry.size > image_list.LARGEST:
        raise fault("altered", f"its list would have {entry.size} bytes", shown)
    data = file.read(entry.size)
    if len(data) < entry.size:
        raise fault("truncated", f"it ends within its list, after {length} bytes", shown)
    file.seek(tar_blocks.padding(entry.size), os.SEEK_CUR)
    return data


def _foreign(name: str, shown: str) -> WorkError:
    if _OF_DOCKER.match(name):
        return fault(
            "foreign",
            "ws did not make it: without a list, nothing in it can be checked",
            shown,
            f"if you trust it: docker load --input {shown}",
        )
    return fault("foreign", "it is no archive of images", shown, "name another file")


def _read(data: bytes, shown: str) -> ImageList:
    schema = image_list.schema_of(data)
    if schema != image_list.SCHEMA and _SCHEMA.fullmatch(schema):
        what = f"its list is {schema}, and this ws reads {image_list.SCHEMA}"
        raise fault("schema", what, shown, "take another version of ws, or make it anew")
    try:
        return image_list.read(data)
    except ValueError as error:
        raise fault("altered", f"its list does not hold together: {error}", shown) from error


def _places(file: IO[bytes], length: int, held: ImageList, shown: str) -> dict[str, Place]:
    """Where each file of the list stands; nothing else may be there."""
    sizes = {image_layout.blob_name(digest): blob.size for digest, blob in held.blobs.items()}
    sizes |= {name: part.size for name, part in held.parts.items()}
    least = file.tell() + len(tar_blocks.END)
    least += sum(tar_blocks.BLOCK + size + tar_blocks.padding(size) for size in sizes.values())
    if length < least:
        raise fault("truncated", f"it is cut off: {length} of {least} bytes are there", shown)
    found: dict[str, Place] = {}
    try:
        while entry := tar_blocks.read(file.read(tar_blocks.BLOCK)):
            if entry.is_folder and entry.name.rstrip("/") in _FOLDERS:
                continue
            if trouble := _trouble(entry, sizes, found):
                raise fault("altered", trouble, shown)
            found[entry.name] = Place(file.tell(), entry.size)
            file.seek(entry.size + tar_blocks.padding(entry.size), os.SEEK_CUR)
    except ValueError as error:
        raise fault("altered", f"before byte {file.tell()}: {error}", shown) from error
    lacking = next((name for name in sizes if name not in found), "")
    if lacking:
        raise fault("altered", f"{lacking} is not in it", shown)
    if length - file.tell() > _MUCH or any(file.read()):
        raise fault("altered", "something stands behind its end", shown)
    return found


def _trouble(entry: Entry, sizes: Mapping[str, int], found: Mapping[str, Place]) -> str:
    """What is wrong with a file in an archive; empty for nothing."""
    if entry.name not in sizes:
        return f"{entry.name!r} is no part of it"
    if entry.name in found:
        return f"{entry.name} is in it twice"
    if entry.size != sizes[entry.name]:
        return f"{entry.name} has {entry.size} bytes, and not {sizes[entry.name]}"
    return ""


def fault(kind: str, what: str, shown: str, hint: str = _AGAIN) -> WorkError:
    """What is wrong with an archive, and what to do."""
    return WorkError(what, rule=f"archive/{kind}", where=Where(shown), hint=hint)


def unreadable(error: OSError, shown: str) -> WorkError:
    """The fault of an archive that the system does not let one read."""
    what = f"cannot read the file: {error.strerror or error}"
    return fault("unreadable", what, shown, "check its permissions")
