"""Docker Compose through its command line, on the files of one workspace."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ToolError, WorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ws.engines.images import Docker
    from ws.engines.program import Completed


_MOMENT = 1.0
"""Seconds in which a program that cannot work ends."""
_PAUSE = 0.3
_ERASE = "\x1b[2K"
"""What Compose writes before a line of a log, whatever `--ansi` says (seen with 2.26)."""


class Container(NamedTuple):
    """One container of a service."""

    service: str
    id: str
    state: str
    """Docker's word: `running`, `exited`, `created`, `restarting`."""
    health: str
    """`healthy`, `unhealthy`, `starting`; empty where nobody asks."""
    code: int
    restarts: int = 0
    """How often it was started again, since it had ended."""
    published: tuple[str, ...] = ()
    """Where it answers on this machine: `127.0.0.1:8000`."""


@dataclass(frozen=True, slots=True)
class Compose:
    """Compose, in the workspace root."""

    docker: Docker
    root: Path
    project: str
    files: tuple[str, ...]
    """Relative to the root; an overlay behind what it is laid over."""

    def run(
        self,
        *args: str,
        log: Path | None = None,
        on_line: Callable[[str], None] = lambda _line: None,
        data: bool = False,
    ) -> Completed:
        """Run it to its end. What services say goes through it as it is."""
        files = (f"--file={self.root / name}" for name in self.files)
        words = ("compose", f"--project-name={self.project}", "--ansi=never", *files)

        def tell(line: str) -> None:
            on_line(line.removeprefix(_ERASE))

        return self.docker.run((*words, *args), self.root, log=log, on_line=tell, data=data)

    def services(self, *, every: bool = True) -> tuple[str, ...]:
        """The names of all services; not of `every` profile: of those that are on.

        Raises `WorkError`.
        """
        lines: list[str] = []
        words = [*(["--profile=*"] if every else []), "config", "--services"]
        ended = self.run(*words, on_line=lines.append, data=True)
        if ended.code:
            said = next((line for line in reversed(lines) if line.strip()), "no reason")
            raise WorkError(
                f"Compose does not take the files: {said}",
                rule="compose/config",
                hint=f"see docker compose -f {' -f '.join(self.files)} config",
            )
        # A warning, such as of a variable that is not set, is no name.
        return tuple(sorted(line for line in lines if line and " " not in line))

    def containers(self) -> tuple[Container, ...]:
        """All containers of the project, also those that have ended."""
        lines: list[str] = []
        self.run("ps", "--all", "--no-trunc", "--format=json", on_line=lines.append, data=True)
        found = [_container(each) for each in _objects(lines)]
        again = self._restarts([each.id for each in found])
        return tuple(each._replace(restarts=again.get(each.id, 0)) for each in found)

    def settled(
        self, seconds: float, is_meant: Callable[[Container], bool], *, all_started: bool = True
    ) -> tuple[Container, ...]:
        """All containers, as soon as what becomes of those that are meant is seen, or time is over.

        Where not `all_started`, those that were made, and no more, stay so.

        Compose's own `--wait` takes a service that has done its work for one that failed, and
        refuses one whose check is switched off (seen with 2.26).
        """
        begun = time.monotonic()
        while True:
            there = self.containers()
            passed = time.monotonic() - begun
            waiting = [
                each
                for each in filter(is_meant, there)
                if each.health == "starting" or (all_started and each.state == "created")
            ]
            if passed > seconds or (passed > _MOMENT and not waiting):
                return there
            time.sleep(_PAUSE)

    def _restarts(self, ids: list[str]) -> dict[str, int]:
        if not ids:
            return {}
        words = ("inspect", "--format={{.Id}} {{.RestartCount}}", *ids)
        lines = (line.split() for line in self.docker.ask(*words).tail)
        return {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}  # noqa: PLR2004

    def tail(self, service: str, lines: int) -> tuple[str, ...]:
        """The last lines that a service said."""
        said = self.run("logs", "--no-color", "--no-log-prefix", f"--tail={lines}", service)
        bare = (line.removeprefix(_ERASE) for line in said.tail)
        return tuple(line for line in bare if line.strip())[-lines:]


def need(docker: Docker) -> None:
    """Raise `ToolError` where there is no Compose."""
    if docker.ask("compose", "version").code:
        raise ToolError(
            "docker has no Compose: its plugin is missing, or broken",
            rule="tool/docker-compose",
            hint="install it: the package docker-compose-plugin from Docker, or docker-compose",
        )


def _objects(lines: Iterable[str]) -> list[dict[str, Any]]:
    """One object a line; Compose before 2.21 wrote one list of them."""
    found: list[dict[str, Any]] = []
    for line in lines:
        if line.startswith(("{", "[")):
            read = json.loads(line)
            found += read if isinstance(read, list) else [read]
    return found


def _container(said: dict[str, Any]) -> Container:
    listed = said.get("Publishers") or ()
    return Container(
        said.get("Service", ""),
        said.get("ID", ""),
        said.get("State", ""),
        said.get("Health", ""),
        int(said.get("ExitCode", 0)),
        published=tuple(dict.fromkeys(map(_address, filter(_is_published, listed)))),
    )


def _is_published(said: dict[str, Any]) -> bool:
    return bool(said.get("PublishedPort"))


def _address(said: dict[str, Any]) -> str:
    """Where one reaches a port that is published on this machine."""
    host = said.get("URL") or "0.0.0.0"  # noqa: S104 - what Docker says, not what anybody binds
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104
    return f"{'127.0.0.1' if everywhere else host}:{said['PublishedPort']}"
