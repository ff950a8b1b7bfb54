"""The workspace and its members, as they were when they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ws.model.compose_settings import ComposeSettings
from ws.model.docker_settings import DockerSettings
from ws.model.graph import Edge, Graph
from ws.model.manifest import MAIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ws.model.manifest import Manifest

VENV = ".venv"
"""The name of an environment's folder: Poetry and editors find it there by themselves."""


@dataclass(frozen=True, slots=True)
class Member:
    """One package of the workspace."""

    path: str
    """Its folder, relative to the workspace root, with forward slashes; `.` for the root itself."""
    manifest: Manifest
    dockerfiles: tuple[str, ...] = ()
    """`Dockerfile*` and `*.Dockerfile` in its own folder, relative to the workspace root."""

    @property
    def name(self) -> str:
        """The normalised project name."""
        return self.manifest.name

    def file(self, name: str) -> str:
        """The path of a file in the member's folder, relative to the workspace root."""
        return name if self.path == "." else f"{self.path}/{name}"


@dataclass(frozen=True, slots=True)
class Shared:
    """Who must depend on a shared package (`[[shared]]`)."""

    package: str
    """Normalised."""
    consumers: tuple[str, ...]
    """Patterns of folders; `!` before one takes away."""
    dedupe: bool = False
    """Whether consumers do not repeat what the package already brings."""
    keep: tuple[str, ...] = ()
    """Normalised names, or globs of names, that consumers may repeat all the same."""


Catalog = dict[str, str]
"""One constraint for each package, by normalised name, in the order in which it was written."""


@dataclass(frozen=True, slots=True)
class LockSettings:
    """What `workspace.toml` says of locks (`[lock]`)."""

    ignore: tuple[str, ...] = ()
    """Rules of locks, or globs of them, that are not checked in this workspace."""
    skew: str = "allow"
    """Whether members may lock a package at different versions: `forbid`, `warn` or `allow`."""
    skew_exceptions: tuple[str, ...] = ()
    """Normalised names of packages, or globs, that may be locked at different versions always."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `workspace.toml` says."""

    members: tuple[str, ...]
    name: str = ""
    text: str = field(default="", repr=False, compare=False)
    """The whole file, for the places of what is wrong in it."""
    exclude: tuple[str, ...] = ()
    shared: tuple[Shared, ...] = ()
    catalog: Catalog = field(default_factory=dict)
    catalogs: Mapping[str, Catalog] = field(default_factory=dict)
    """Others that a member can choose, by name."""
    strict_catalog: bool = True
    """Whether members that use a package of the catalog must use it so, or only should."""
    lock: LockSettings = LockSettings()
    docker: DockerSettings = field(default_factory=DockerSettings)
    compose: ComposeSettings = field(default_factory=ComposeSettings)
    install_jobs: str = ""
    """`[install] jobs`, as for `--jobs`; empty for the default."""
    install_engine: str = ""
    """Who makes environments, `poetry` or `uv`; empty where nobody chose: Poetry."""
    install_link_mode: str = ""
    """How uv lays files down from its cache; empty for its default."""
    install_python: str = ""
    """Which Python environments are of, where neither the command line nor a member says so."""
    one_venv: bool = False
    """Whether all members share one environment, at the root (`[install] venv = "shared"`)."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that was read from the disk; the one input of all planning."""

    root: Path
    settings: Settings
    members: tuple[Member, ...]
    """In the order of their paths, which is the order of every listing."""

    @property
    def by_name(self) -> dict[str, Member]:
        """The members by normalised name."""
        return {member.name: member for member in self.members}

    def venv(self, member: Member) -> str:
        """The folder of a member's environment, relative to the root."""
        return VENV if self.settings.one_venv else member.file(VENV)

    @property
    def graph(self) -> Graph:
        """Who depends on whom, within the workspace."""
        known = self.by_name
        return Graph({member.name: _edges(member, known) for member in self.members})


def _edges(member: Member, known: dict[str, Member]) -> tuple[Edge, ...]:
    """Each member that `member` names, once, as a main edge if any main dependency names it."""
    through_main: dict[str, bool] = {}
    for dependency in member.manifest.dependencies:
        name = dependency.name
        if name in known and name != member.name:
            through_main[name] = through_main.get(name, False) or dependency.group == MAIN
    return tuple(Edge(target, main) for target, main in sorted(through_main.items()))
