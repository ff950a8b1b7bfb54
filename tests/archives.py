"""Archives of images, made without any engine: out of streams as `docker save` writes them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.image_archive import write_saved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ws.model.image_archive import ImageList

BASE, COMMON = b"base" * 5000, b"common" * 300
IMAGES = {"ann": (BASE, COMMON, b"ann's own"), "bob": (BASE, COMMON, b"bob's"), "eve": (BASE,)}
"""What is in the layers of each image, the lowest first."""


class Made(NamedTuple):
    """Some images as Docker knows them."""

    configs: Mapping[str, bytes]
    layers: Mapping[str, Sequence[bytes]]


def layer(text: bytes) -> bytes:
    """A layer with one file."""
    return tar({"file": text})


def tar(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as made:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
        for name, goal in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, goal
            made.addfile(entry)
    return target.getvalue()


def images(texts: Mapping[str, Sequence[bytes]] = IMAGES, platform: str = "linux/amd64") -> Made:
    system, machine = platform.split("/")
    configs, layers = {}, {}
    for member, each in texts.items():
        layers[member] = [layer(text) for text in each]
        labels = {"io.github.poetry-ws.fingerprint": "0123456789abcdef"}
        document = {
            "os": system,
            "architecture": machine,
            "config": {"Labels": labels, "Cmd": [member]},
            "rootfs": {"type": "layers", "diff_ids": [digest(one) for one in layers[member]]},
        }
        configs[member] = json.dumps(document).encode()
    return Made(configs, layers)


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def legacy(made: Made) -> bytes:
    """The stream of Docker 20.10: layers that are equal, on others, are links."""
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    known: dict[str, str] = {}
    entries = []
    for member, layers in made.layers.items():
        names = []
        for number, data in enumerate(layers):
            name = f"{hashlib.sha256(f'{member}{number}'.encode()).hexdigest()}/layer.tar"
            names.append(name)
            files[name.replace("layer.tar", "VERSION")] = b"1.0"
            files[name.replace("layer.tar", "json")] = b'{"id": "old"}'
            if digest(data) in known:
                links[name] = f"../{known[digest(data)]}"
            else:
                known[digest(data)] = name
                files[name] = data
        config = f"{digest(made.configs[member])[7:]}.json"
        files[config] = made.configs[member]
        entries.append({"Config": config, "RepoTags": [f"{member}:latest"], "Layers": names})
    files["manifest.json"] = json.dumps(entries).encode()
    files["repositories"] = b"{}"
    return tar(dict(sorted(files.items())), links)


def layout(made: Made, *, compressed: bool = False) -> bytes:
    """The stream of newer engines, an OCI layout; with their own compression or without."""
    files: dict[str, bytes] = {}
    entries = []
    for member, layers in made.layers.items():
        stored = [gzip.compress(data, 9) if compressed else data for data in layers]
        blobs = [*stored, made.configs[member]]
        names = [f"blobs/sha256/{digest(data)[7:]}" for data in blobs]
        files |= dict(zip(names, blobs, strict=True))
        tags = [f"{member}:latest"]
        entries.append({"Config": names[-1], "RepoTags": tags, "Layers": names[:-1]})
    files["index.json"] = b'{"schemaVersion": 2}'
    files["manifest.json"] = json.dumps(entries).encode()
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return tar(dict(sorted(files.items())))


def write(path: Path, made: Made, stream: bytes | None = None) -> tuple[ImageList, str]:
    """Write the archive of some images, out of a stream of Docker's."""
    wanted = {member: f"{member}:latest" for member in made.configs}
    return write_saved(io.BytesIO(stream or legacy(made)), wanted, path)
