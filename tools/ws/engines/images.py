"""Docker's images: what an engine has, and the building of several at a time.

Through the command line, not the SDK: it knows contexts, ssh, and where credentials are kept, and
it speaks BuildKit.
"""

from __future__ import annotations

import itertools
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ws.engines.probes import ANYWHERE, find, is_warning
from ws.errors import ToolError
from ws.formats.image_layout import full_name
from ws.model.built import BuiltImage
from ws.model.image_archive import piles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ws.engines.process import Processes
    from ws.engines.program import Completed, Flow
    from ws.model.image_archive import Chain

_NO_IMAGE = re.compile(r"No such (?:image|object): (\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Docker:
    """The command line of Docker, in the surroundings of one run."""

    program: str
    environ: Mapping[str, str]
    processes: Processes

    def ask(self, *args: str) -> Completed:
        """What it answers to a question."""
        return self.run(args, ANYWHERE, data=True)

    def run(
        self,
        args: Sequence[str],
        folder: Path,
        *,
        log: Path | None = None,
        on_line: Callable[[str], None] = lambda _line: None,
        data: bool = False,
    ) -> Completed:
        """Run it to its end in a folder; see `Processes.run`."""
        return self.processes.run(
            [self.program, *args],
            folder=folder,
            environ={**self.environ, "DOCKER_BUILDKIT": "1"},
            log=log,
            on_line=on_line,
            data=data,
        )

    def images(self, tags: Iterable[str]) -> dict[str, BuiltImage]:
        """Those of these images that the engine has, by the names asked for. Raises `ToolError`."""
        wanted: dict[str, list[str]] = {}  # an engine leaves Docker Hub away, whoever names it
        for tag in dict.fromkeys(tags):
            wanted.setdefault(full_name(tag), []).append(tag)
        if not wanted:
            return {}
        found: dict[str, BuiltImage] = {}
        lines: list[str] = []
        self.run(
            ("image", "inspect", "--format", "{{json .}}", *itertools.chain(*wanted.values())),
            ANYWHERE,
            on_line=lines.append,
            data=True,
        )
        for line in lines:
            if line.startswith("{"):
                document = json.loads(line)
                image = _image(document)
                for tag in document.get("RepoTags") or ():
                    found |= dict.fromkeys(wanted.get(full_name(tag), ()), image)
                continue
            if line.strip() and not is_warning(line) and not _NO_IMAGE.search(line):
                raise _failed(line)
        return found

    def ids(self) -> frozenset[str]:
        """What the engine calls the images that it has, however else they are called."""
        lines: list[str] = []
        args = ("image", "ls", "--quiet", "--no-trunc")
        self.run(args, ANYWHERE, on_line=lines.append, data=True)  # its tail is not all of it
        return frozenset(line for line in lines if line.startswith("sha256:"))

    def piles(self) -> set[Chain]:
        """All piles of layers that the engine has in its images. Raises `ToolError`."""
        ids = self.ids()
        found: set[Chain] = set()
        lines: list[str] = []
        if ids:
            form = ("--format", "{{json .RootFS.Layers}}")
            args = ("image", "inspect", *form, *sorted(ids))
            self.run(args, ANYWHERE, on_line=lines.append, data=True)
        for line in lines:
            if line.startswith("["):  # an image may be gone by now
                found |= piles(tuple(json.loads(line)))
        return found

    def takes_parts(self) -> bool:
        """Whether it loads an image without the layers that it has already.

        Docker's own store of images does; that of containerd wants all of an image, and is not to
        be tried: https://docs.docker.com/engine/storage/containerd/.
        """
        ended = self.ask("info", "--format", "{{json .DriverStatus}}")
        return ended.code == 0 and "io.containerd.snapshotter" not in "".join(ended.tail)

    @contextmanager
    def flow(
        self,
        *args: str,
        takes: bool = False,
        on_line: Callable[[str], None] = lambda _line: None,
        limit: float | None = None,
    ) -> Iterator[Flow]:
        """Read the bytes that it gives, or write those that it `takes`; see `Processes.flow`."""
        flowing = self.processes.flow(
            [self.program, *args],
            folder=ANYWHERE,
            environ=self.environ,
            takes=takes,
            on_line=on_line,
            limit=limit,
        )
        with flowing as flow:
            yield flow

    def platform(self) -> str:
        """What the engine runs, such as `linux/amd64`; empty where it does not say."""
        ended = self.ask("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}")
        said = next((line.strip() for line in ended.tail if not is_warning(line)), "")
        return said if ended.code == 0 and said.strip("/") else ""

    def has_buildx(self) -> bool:
        """Whether Buildx is there, and with it Bake."""
        return self.ask("buildx", "version").code == 0


def docker(environ: Mapping[str, str], processes: Processes) -> Docker:
    """The command line of Docker. Raises `ToolError` where there is none, or no engine to it."""
    from ws.engines.docker import engine_state

    state = engine_state(environ)
    if state.kind != "running":
        raise ToolError(state.detail, rule=f"docker/{state.kind}", hint=state.hint)
    return Docker(find("docker", environ), environ, processes)


def _image(document: Mapping[str, Any]) -> BuiltImage:
    config = document.get("Config") or {}
    return BuiltImage(
        id=document["Id"],
        created=document.get("Created", ""),
        size=document.get("Size", 0),
        labels=config.get("Labels") or {},
        layers=tuple((document.get("RootFS") or {}).get("Layers") or ()),
        user=config.get("User", ""),
        command=tuple(config.get("Cmd") or ()),
        platform="/".join(filter(None, map(document.get, ("Os", "Architecture", "Variant")))),
    )


def _failed(line: str) -> ToolError:
    return ToolError(
        f"docker did not tell what images there are: {line}",
        rule="tool/docker",
        hint="see whether `docker image ls` works",
    )
