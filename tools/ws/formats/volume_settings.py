"""`[tool.ws.docker.volumes]` of a member: tables to volumes."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, TypeVar

from ws.formats.quantities import SIZE_HINT, read_size
from ws.model.names import did_you_mean
from ws.model.urls import without_credentials
from ws.model.volumes import SHARINGS, UPDATES, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.formats.tables import TableReader

KEYS = ("path", "size", "source", "sha256", "shared", "update", "environment")

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_Word = TypeVar("_Word", bound=str)


def read(reader: TableReader, docker: dict[str, Any], *here: str) -> tuple[Volume, ...]:
    """What the table `volumes` of `docker`, which stands at `here`, says, in its order."""
    place = (*here, "volumes")
    volumes = reader.table(docker, *place)
    return tuple(_volume(reader, volumes, place, name) for name in volumes)


def _volume(
    reader: TableReader, volumes: dict[str, Any], above: tuple[str, ...], name: str
) -> Volume:
    place = (*above, name)
    table = reader.table(volumes, *place)
    reader.only(table, place, KEYS)
    if not _NAME.fullmatch(name):
        hint = "lower case letters, digits, -, _ and ."
        reader.fault("manifest/value", f'"{name}" is no name of a volume', place, hint)
    volume = Volume(
        name=name,
        path=reader.text(table, *place, "path").rstrip("/"),
        size=_size(reader, table, place),
        source=reader.text(table, *place, "source"),
        sha256=reader.text(table, *place, "sha256").lower(),
        shared=_word(reader, table, (*place, "shared"), SHARINGS),
        update=_word(reader, table, (*place, "update"), UPDATES),
        environment=reader.text(table, *place, "environment"),
    )
    for key, reason, hint in _wrong(volume):
        reader.fault("manifest/value", reason, (*place, key) if key in table else place, hint)
    return volume


def _wrong(volume: Volume) -> Iterator[tuple[str, str, str]]:
    """What is wrong with it: the key, why, and what to do."""
    if not volume.path.startswith("/") or ".." in volume.path.split("/"):
        reason = f'"path" of the volume {volume.name} must be an absolute path'
        yield "path", reason, 'where it lies in the container, such as "/models"'
    source, from_address = volume.source, "://" in volume.source
    if without_credentials(source) != source:
        reason = f'"source" of the volume {volume.name} must not hold a user or a password'
        yield "source", reason, "fetch the file yourself, and name it here"
    elif from_address and not source.startswith("https://"):
        yield "source", f'"{source}" is no source', "a file, a folder, or https://…"
    elif from_address and not volume.sha256:
        hint = "what comes from an address is checked: the digest of the file"
        yield "sha256", f'the volume {volume.name} lacks "sha256"', hint
    elif posixpath.isabs(source):
        hint = "keep it in the repository, or give an https address"
        yield "source", f'"{source}" must be relative to the member\'s folder', hint
    if volume.sha256 and not _SHA256.fullmatch(volume.sha256):
        yield "sha256", '"sha256" must be 64 hexadecimal digits', "sha256sum FILE tells"
    if volume.environment and not _VARIABLE.fullmatch(volume.environment):
        reason = f'"{volume.environment}" is no name of a variable'
        yield "environment", reason, 'such as "CHAT_MODELS"'


def _size(reader: TableReader, table: dict[str, Any], place: tuple[str, ...]) -> int:
    said = reader.text(table, *place, "size")
    size = read_size(said)
    if said and size is None:
        reader.fault("manifest/value", f'"{said}" is no size', (*place, "size"), SIZE_HINT)
    return size or 0


def _word(
    reader: TableReader, table: dict[str, Any], place: tuple[str, ...], words: Sequence[_Word]
) -> _Word:
    """One of a few words; the first one where nothing is said."""
    said = reader.text(table, *place)
    for word in words:
        if word == said:
            return word
    if said:
        hint = did_you_mean(said, words) or f"there are: {', '.join(words)}"
        reader.fault("manifest/value", f'"{said}" is no word for "{place[-1]}"', place, hint)
    return words[0]
