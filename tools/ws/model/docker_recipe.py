"""What an image of a member must bring about, decided before a Dockerfile says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.docker_settings import MemberDocker, Style
    from ws.model.workspace import Member


@dataclass(frozen=True, slots=True)
class Script:
    """A console script of a member."""

    name: str
    module: str
    """The module that its function is in."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that is decided of a member's image before a Dockerfile says it."""

    member: Member
    style: Style
    base: str
    """The image to begin from."""
    poetry: str
    """The version of Poetry that wrote the lock."""
    script: Script | None
    """What it starts; only the image of a library for development has none."""
    context: str
    """The folder of the build context, relative to the workspace root."""
    groups: tuple[str, ...]
    """The dependency groups that are installed, `main` first."""
    folders: tuple[str, ...]
    """The path dependencies of these groups, relative to the workspace root."""
    build_requires: tuple[str, ...]
    """What building them and the member as wheels requires (PEP 518)."""
    from_git: bool
    """Whether a third-party package comes from git."""

    @property
    def settings(self) -> MemberDocker:
        """What the member says of its image."""
        return self.member.manifest.settings.docker

    @property
    def start(self) -> str:
        """The program that it starts."""
        return self.script.name if self.script else "python"

    @property
    def apt_build(self) -> tuple[str, ...]:
        """The system packages with which third-party packages are built and fetched."""
        settings = self.settings
        git = ("git",) if self.from_git else ()
        return (*settings.apt_build, *(settings.apt if settings.apt_build else ()), *git)
