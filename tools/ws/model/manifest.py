"""A member's `pyproject.toml`, as far as a workspace cares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ws.model.compose_settings import MemberCompose
from ws.model.docker_settings import MemberDocker

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN = "main"
"""The group of `[project].dependencies` and `[tool.poetry.dependencies]`."""


POETRY_MAIN: tuple[str | int, ...] = ("tool", "poetry", "dependencies")
"""Where the main dependencies stand in Poetry's own form."""
PROJECT_MAIN: tuple[str | int, ...] = ("project", "dependencies")
"""Where they stand in the standard one."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One declared dependency, wherever in the manifest it stands."""

    name: str
    """Normalised."""
    group: str
    """`main`, or the normalised name of the group. Extras belong to `main`."""
    keys: tuple[str | int, ...]
    """Where it stands: the keys, and the index in a list, that lead to it in the TOML."""
    path: str | None = None
    """As written, relative to the member's folder; `None` when it is no path dependency."""
    develop: bool = False
    """Whether a path dependency is to be installed editable."""


@dataclass(frozen=True, slots=True)
class DependencySettings:
    """What a member says of one of its dependencies on a member (`[tool.ws.dependencies.NAME]`)."""

    develop: bool = True
    """Whether the path dependency is to be editable."""
    published: bool = False
    """Whether a published version is meant, and no path."""


@dataclass(frozen=True, slots=True)
class MemberSettings:
    """What belongs to one member alone (`[tool.ws]` of its manifest)."""

    sync: bool = True
    """Whether `ws sync` may change this manifest, and complain about it."""
    ignore: tuple[str, ...] = ()
    """Rules, or globs of rules such as `imports/*`, that are not checked here."""
    catalog: str = ""
    """The name of the catalog that holds here instead of `[catalog]`."""
    dependencies: Mapping[str, DependencySettings] = field(default_factory=dict)
    """By normalised name."""
    python: str = ""
    """Which Python its environment is of; empty for what the workspace says."""
    docker: MemberDocker = field(default_factory=MemberDocker)
    compose: MemberCompose = field(default_factory=MemberCompose)

    def of(self, name: str) -> DependencySettings:
        """What is said of the dependency with this normalised name."""
        return self.dependencies.get(name, DependencySettings())


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one `pyproject.toml` says."""

    name: str
    """Normalised."""
    version: str
    python: str
    form: Literal["project", "poetry"]
    groups: tuple[str, ...]
    """Normalised names of the dependency groups besides `main`."""
    dependencies: tuple[Dependency, ...]
    text: str = field(repr=False)
    """The whole file, line endings kept: what an edit starts from."""
    document: Mapping[str, Any] = field(repr=False, compare=False)
    """The parsed TOML, for those who need more than the fields above. Never changed."""
    settings: MemberSettings = field(default_factory=MemberSettings)
