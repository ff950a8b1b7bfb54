"""An archive of images on the disk, written as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

from ws.files.image_archive import CHUNK
from ws.formats import image_layout, image_list, tar_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ws.model.image_archive import ImageList


@contextlib.contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A hidden folder beside a file that is to be written; it is gone afterwards.

    So are those of runs that were killed: nobody else writes there now.
    """
    from shutil import rmtree

    for name in os.listdir(path.parent):
        if name.startswith(f".{path.name}.parts-"):
            rmtree(path.with_name(name), ignore_errors=True)
    folder = path.with_name(f".{path.name}.parts-{os.getpid()}-{threading.get_ident()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def assemble(folder: Path, path: Path, held: ImageList, texts: Mapping[str, bytes]) -> str:
    """Put blobs that lie in a folder, each named as its digest, into one file; give its digest.

    They are gone from there then. The file appears at the end, in one moment.
    """
    from shutil import copyfileobj

    data = image_list.write(held)
    whole = folder / "whole"
    with whole.open("wb") as file:
        for name, text in {image_list.NAME: data, **texts}.items():
            file.write(tar_blocks.header(name, len(text)))
            file.write(text + bytes(tar_blocks.padding(len(text))))
        for digest, blob in held.blobs.items():
            file.write(tar_blocks.header(image_layout.blob_name(digest), blob.size))
            with (folder / digest).open("rb") as source:
                copyfileobj(source, file, CHUNK)
            file.write(bytes(tar_blocks.padding(blob.size)))
            (folder / digest).unlink()
        file.write(tar_blocks.END)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        whole.chmod(path.stat().st_mode)
    whole.replace(path)
    return image_layout.digest_of(data)
