"""The volumes of Docker's engine: made, filled and looked into without starting a container."""

from __future__ import annotations

import io
import json
import posixpath
import tarfile
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.engines.containers import RUN
from ws.engines.probes import ANYWHERE
from ws.engines.process import Processes
from ws.errors import WorkError, WsError
from ws.planning.volume_fill import MARKER, Marker, read, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ws.engines.images import Docker
    from ws.engines.program import Completed
    from ws.model.built import BuiltImage


_ROOM = "make room on the disk of the engine, and run it again"


@dataclass(frozen=True, slots=True)
class Inside:
    """A volume as a container that never starts has it."""

    docker: Docker
    container: str
    path: str
    owner: tuple[int, int]
    """User and group that own the folder: those of the image."""
    scratch: Path
    """A folder for files on their way."""

    def marker(self) -> Marker | None:
        """What the marker in it says; `None` for none."""
        target = self.scratch / "marker"
        target.unlink(missing_ok=True)
        ended = self.docker.ask("cp", f"{self.container}:{self.path}/{MARKER}", str(target))
        return (
            read(target.read_text(encoding="utf-8", errors="replace")) if not ended.code else None
        )

    def is_empty(self) -> bool:
        """Whether nothing lies in it besides a marker; of what does, only the beginning is read."""
        with self.docker.flow("cp", f"{self.container}:{self.path}/.", "-") as flow:
            try:
                with tarfile.open(fileobj=flow.stream, mode="r|") as tar:
                    names = (posixpath.normpath(entry.name) for entry in tar)
                    return all(name in (".", MARKER) for name in names)
            except tarfile.TarError:  # it says nothing: then nothing is done about it either
                return False

    def mark(self, marker: Marker) -> None:
        """Say what is in it, and let the image's user own the folder. Raises `WorkError`."""
        above, name = posixpath.split(self.path)
        text = write(marker).encode()
        folder = tarfile.TarInfo(name)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        file = tarfile.TarInfo(f"{name}/{MARKER}")
        file.size = len(text)
        for each in (folder, file):
            each.mtime = int(time.time())
            each.uid, each.gid = self.owner
        with self.docker.flow("cp", "-", f"{self.container}:{above}", takes=True) as flow:
            with suppress(BrokenPipeError), tarfile.open(fileobj=flow.stream, mode="w|") as tar:
                tar.addfile(folder)  # where the pipe breaks, it says why
                tar.addfile(file, io.BytesIO(text))
            ended = flow.ended()
        _check(ended, "cp", _ROOM)

    def put(self, source: Path, name: str) -> None:
        """Copy a file under this name, or all that is in a folder, into it. Raises `WorkError`."""
        if source.is_dir():
            _checked(self.docker, ("cp", f"{source}/.", f"{self.container}:{self.path}"), _ROOM)
        else:
            target = f"{self.container}:{posixpath.join(self.path, name)}"
            _checked(self.docker, ("cp", str(source), target), _ROOM)


@contextmanager
def inside(
    docker: Docker, name: str, image: BuiltImage, path: str, scratch: Path
) -> Iterator[Inside]:
    """A volume at `path` in a container of this image, which is gone afterwards, and never ran.

    Raises `WorkError`.
    """
    container = f"ws-volume-{uuid.uuid4().hex[:12]}"
    mine = (f"--name={container}", f"--label={RUN}=volume", "--network=none")
    command = () if image.command else ("true",)  # it never starts, but one must be named
    words = ("create", *mine, f"--volume={name}:{path}", image.id, *command)
    _checked(docker, words, "see what the engine says, and run it again")
    try:
        yield Inside(
            docker, container, path, _owner(docker, container, image.user, scratch), scratch
        )
    finally:
        _remove(docker, "rm", "--force", container)


def make(docker: Docker, name: str, labels: Mapping[str, str]) -> None:
    """Make a volume, if it is not there. Raises `WorkError`."""
    said = (f"--label={key}={value}" for key, value in labels.items())
    _checked(docker, ("volume", "create", *said, name), "see whether `docker volume ls` works")


def remove(docker: Docker, name: str) -> None:
    """Remove a volume. Raises `WorkError` where a container has it."""
    hint = "stop what uses it (ws docker down), and run it again"
    _checked(docker, ("volume", "rm", name), hint)


def made(docker: Docker, name: str) -> str:
    """When a volume was made; empty where there is none."""
    ended = docker.ask("volume", "inspect", "--format", "{{json .}}", name)
    if ended.code or not ended.tail:
        return ""
    try:
        return str(json.loads(ended.tail[-1]).get("CreatedAt", ""))
    except ValueError:
        return ""


def _owner(docker: Docker, container: str, user: str, scratch: Path) -> tuple[int, int]:
    """The numbers of the user that an image runs as."""
    name, _, group = user.partition(":")
    if not name or name.isdigit():
        uid = int(name or 0)
        return uid, int(group) if group.isdigit() else uid
    target = scratch / "passwd"
    target.unlink(missing_ok=True)
    if not docker.ask("cp", f"{container}:/etc/passwd", str(target)).code:
        for line in target.read_text(errors="replace").splitlines():
            fields = line.split(":")
            if fields[0] == name and "".join(fields[2:4]).isdigit():
                return int(fields[2]), int(fields[3])
    return 0, 0


def _checked(docker: Docker, words: tuple[str, ...], hint: str) -> None:
    _check(docker.run(words, ANYWHERE, data=True), words[0], hint)


def _check(ended: Completed, word: str, hint: str) -> None:
    if ended.code:
        said = [line.strip() for line in ended.tail if line.strip() and "WARNING" not in line]
        reason = said[-1] if said else f"docker {word} ended with code {ended.code}"
        raise WorkError(
            reason.removeprefix("Error response from daemon: "), rule="docker/volume", hint=hint
        )


def _remove(docker: Docker, *words: str) -> None:
    """With processes of its own: after Ctrl-C no others start."""
    try:
        apart = Processes(apart=True)
        apart.run([docker.program, *words], folder=ANYWHERE, environ=docker.environ)
    except WsError:
        return
