"""Secrets that must be nowhere, and where one looks for them."""

from __future__ import annotations

import base64
import io
import tarfile
from typing import TYPE_CHECKING

from tests.integration.test_credentials import PASSWORD, SECRETS, USER, WRONG

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Engine

GIVEN = "gIven-by-hand-canary"
"""What stands in a file that `--secret` names."""
CANARIES = [*SECRETS, GIVEN]


def hidden_in(data: bytes) -> list[str]:
    """The canaries that stand in some bytes, plainly or as a header has them."""
    words = [word.encode() for word in CANARIES]
    words += [base64.b64encode(f"{USER}:{word}".encode()) for word in (PASSWORD, WRONG)]
    return [word.decode() for word in words if word in data]


def in_the_image(engine: Engine, image: str, folder: Path) -> list[str]:
    """Where canaries are in an image: every file of every layer, and all that is said of it."""
    archive = folder / "image.tar"
    saved = engine.call("save", "--output", str(archive), image)
    assert saved.code == 0, saved.output
    history = engine.call("history", "--no-trunc", image).output
    found = [f"history: {word}" for word in hidden_in(history.encode())]
    files = 0
    with tarfile.open(archive) as outer:
        for part in outer:
            data = _content(outer, part)
            found += [f"{part.name}: {word}" for word in hidden_in(data)]
            if not part.name.endswith("layer.tar"):
                continue
            with tarfile.open(fileobj=io.BytesIO(data)) as layer:
                for entry in layer:
                    files += 1
                    told = f"{entry.name} {entry.linkname}".encode() + _content(layer, entry)
                    found += [f"{entry.name}: {word}" for word in hidden_in(told)]
    archive.unlink()
    assert files > 1000  # it did look
    return found


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(entry) if entry.isfile() else None
    return opened.read() if opened else b""


def beside(root: Path) -> list[str]:
    """Where canaries are in what `ws` writes."""
    written = [*root.glob(".ws/**/*"), root / "events.jsonl"]
    return [
        f"{path}: {word}"
        for path in written
        if path.is_file()
        for word in hidden_in(path.read_bytes())
    ]
