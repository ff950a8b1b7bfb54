"""Containers, and images with this label, that live no longer than one run of `ws`."""

from __future__ import annotations

import re
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.probes import ANYWHERE
from ws.engines.process import Processes
from ws.errors import WsError
from ws.formats.container_checks import read_check, write_question
from ws.planning.fingerprints import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ws.engines.images import Docker
    from ws.engines.program import Completed
    from ws.model.checks import Check, CheckName, Question

RUN = f"{PREFIX}.run"
"""The label by which the containers and images of a run are found."""
_NOT_STARTED = (125, 126, 127)
"""https://docs.docker.com/reference/cli/docker/container/run/#exit-status"""
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{64}")
_TRIES = 5
_SPARE = 30.0
"""Seconds for the engine's own work: to make a container, to start it, to take it away."""


class Ended(NamedTuple):
    """How a container ended."""

    code: int
    trouble: str
    """Its last line, or that its time was over."""
    tail: tuple[str, ...] = ()
    """The last lines of what it said."""


@dataclass(frozen=True, slots=True)
class Containers:
    """Starts containers; those that still run at the end are killed."""

    docker: Docker
    network: str = "none"
    """The network of each: one of the engine's, or `none`."""
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def label(self) -> str:
        """By which what this run makes is found again."""
        return f"{RUN}={self.run}"

    def start(
        self,
        args: Sequence[str],
        *,
        seconds: float,
        spare: float = _SPARE,
        log: Path | None = None,
        on_line: Callable[[str], None] = lambda _line: None,
    ) -> Ended:
        """Run a container to its end; `args` are options, image and command of `docker run`.

        It is killed when its time is over, and what is spared for the engine's own work: ending
        the client would not end the container.
        """
        name = f"ws-{self.run}-{uuid.uuid4().hex[:8]}"
        mine = ("--rm", f"--name={name}", f"--label={self.label}", f"--network={self.network}")
        over = threading.Event()

        def kill() -> None:
            over.set()
            self._call("rm", "--force", name)

        timer = threading.Timer(seconds + spare, kill)
        timer.daemon = True
        timer.start()
        try:
            ended = self.docker.run(("run", *mine, *args), ANYWHERE, log=log, on_line=on_line)
        finally:
            timer.cancel()
        said = [line for line in ended.tail if line.strip()]
        trouble = "its time was over" if over.is_set() else _trouble(said, ended.code)
        return Ended(ended.code, trouble, tuple(said))

    def look(
        self,
        image: str,
        question: Question,
        checks: Sequence[CheckName],
        *,
        seconds: float,
        log: Path | None = None,
        on_check: Callable[[Check], None],
    ) -> str:
        """Ask an image from inside a container, as its own user; each check gets so many seconds.

        Tells of each check as soon as it is done. Gives what was said at last, which tells why
        where not all of them were done.
        """

        def on_line(line: str) -> None:
            if found := read_check(line):
                on_check(found)

        asked = write_question(question, checks, seconds)
        args = ("--entrypoint=python", image, "-c", _program(), asked)
        limit = seconds * (1 + len(checks))
        return self.start(args, seconds=limit, log=log, on_line=on_line).trouble

    def remove_all(self) -> None:
        """Kill and remove every container of this run, then every image.

        Asked again until there is none: an engine fails to list, and to remove, while images of
        others come and go (seen with 20.10).
        """
        mine = ("--quiet", "--no-trunc", f"--filter=label={self.label}")
        for _ in range(_TRIES):
            containers, images = self._ids("ps", "--all", *mine), self._ids("images", *mine)
            if containers:
                self._call("rm", "--force", *containers)
            if images:
                self._call("rmi", "--force", *images)
            if containers == () == images:
                break

    def _ids(self, *args: str) -> tuple[str, ...] | None:
        """The ids that docker lists, each once; `None` where it fails to."""
        listed = self._call(*args)
        if listed is None or listed.code:
            return None
        return tuple(dict.fromkeys(line for line in listed.tail if _ID.fullmatch(line)))

    def _call(self, *args: str) -> Completed | None:
        """What docker says, with processes of its own: after Ctrl-C no others start."""
        try:
            argv = (self.docker.program, *args)
            mine = Processes(apart=True)
            return mine.run(argv, folder=ANYWHERE, environ=self.docker.environ)
        except WsError:
            return None


def _trouble(said: Sequence[str], code: int) -> str:
    """The line that tells how a container ended, of those that were said."""
    if not said:
        return f"it ended with code {code}, and said nothing"
    # Where docker could not start it, advice to read its help comes after the reason.
    own = [line for line in said if line.startswith("docker: ")] if code in _NOT_STARTED else []
    return (own or said)[-1].strip()


@contextmanager
def containers(docker: Docker, network: str = "none") -> Iterator[Containers]:
    """Containers of which none outlives the block."""
    mine = Containers(docker, network)
    try:
        yield mine
    finally:
        mine.remove_all()


@cache
def _program() -> str:
    return files("ws.engines").joinpath("inside_container.py").read_text(encoding="utf-8")
