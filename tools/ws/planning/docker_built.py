"""One build of a Dockerfile, with all that is known of it: what the rules of style look at."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where
from ws.formats.dockerfile_expansion import expand
from ws.model.docker_build import AS_BUILT, Start
from ws.model.image import Copied, is_below
from ws.model.report import Finding
from ws.planning.docker_needs import EVERYTHING, Known, needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.docker import Dockerfile, Stage
    from ws.model.image import Context, Image
    from ws.model.workspace import Member
    from ws.planning.docker_layout import StageLayout
    from ws.planning.docker_paths import Status, Verdict
    from ws.planning.docker_variables import StageVariables


class FolderCopied(NamedTuple):
    """A folder of the workspace that a `COPY` puts into an image."""

    line: int
    path: str
    """Relative to the workspace root."""


@dataclass(frozen=True, slots=True)
class Built:
    """A Dockerfile, built in a context for a target with arguments."""

    dockerfile: Dockerfile
    context: Context
    verdict: Verdict
    variables: tuple[StageVariables, ...]
    owners: tuple[Member, ...] = ()
    """Whom the image is for; see `docker_owner`."""
    said: Where | None = None
    """Who says that it is built so."""
    target: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    start: Start = AS_BUILT
    """How containers of it are started."""
    faults: tuple[Finding, ...] = ()
    """Why it cannot be built whatever is in it: another context, an ignore file that is refused."""

    @property
    def status(self) -> Status:
        """What becomes of it."""
        return "broken" if self.faults else self.verdict.status

    @property
    def member(self) -> str | None:
        """The name of the member that it is for, if it is one."""
        return self.owners[0].name if len(self.owners) == 1 else None

    @property
    def final(self) -> StageLayout:
        """The stage that becomes the image."""
        return self.verdict.stages[-1]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that are built at all, as they are written."""
        return tuple(self.dockerfile.stages[stage.index] for stage in self.verdict.stages)

    def warning(self, rule: str, line: int, message: str, hint: str) -> Finding:
        """A finding at a line of it."""
        where = Where(self.dockerfile.path, line)
        return Finding(rule, "warning", message, where, self.member, hint)

    def path(self, source: str) -> str:
        """A path of the build context, relative to the workspace root."""
        return posixpath.normpath(posixpath.join(self.context.folder, source))

    def expanded(self, stage: Stage, position: int, text: str) -> str | None:
        """A word of the instruction at a position of a stage, variables put in."""
        values = self.variables[stage.index].before[position]
        return expand(text, values, self.dockerfile.escape).text

    def base(self, index: int) -> str | None:
        """The image that a stage is from in the end; `None` where only the build knows it."""
        parent = self.variables[index].parent
        return self.variables[index].base.text if parent is None else self.base(parent)

    def folders(self) -> tuple[FolderCopied, ...]:
        """The folders that are copied from the context into any stage, in the file's order."""
        found = {
            FolderCopied(layer.line, self.path(layer.source)): None
            for stage in self.verdict.stages
            for layer in _copied(stage.state.image)
            if layer.context.is_folder(layer.source)
        }
        return tuple(sorted(found))


def _copied(image: Image | None) -> Iterator[Copied]:
    while image is not None:
        if isinstance(image.layer, Copied):
            yield image.layer
        image = image.below


def members_in(folder: str, built: Built, known: Known) -> tuple[Member, ...]:
    """The members that a copied folder brings all or part of; those that are ignored left out."""
    return tuple(
        m
        for m in _touched(folder, known)
        if _is_sent(m.path if is_below(m.path, folder) else folder, built)
    )


def _touched(folder: str, known: Known) -> tuple[Member, ...]:
    """The same, whatever is ignored."""
    key = ("touched", folder)
    if key not in known.asked:
        exact = known.folders.get(folder) if folder != "." else None
        members = (exact,) if exact else known.workspace.members
        known.asked[key] = tuple(m for m in members if exact or _touches(folder, m.path))
    found: tuple[Member, ...] = known.asked[key]
    return found


def _touches(folder: str, member: str) -> bool:
    """Whether a folder holds a member, or is a part of one; all is part of one at the root."""
    return is_below(member, folder) or (member != "." and is_below(folder, member))


def _is_sent(path: str, built: Built) -> bool:
    folder = built.context.folder
    return built.context.exists(path if folder == "." else posixpath.relpath(path, folder))


def needed(members: tuple[Member, ...], known: Known) -> frozenset[str]:
    """The names of the members that these need in any group, themselves included."""
    key = ("needed", *(member.path for member in members))
    if key not in known.asked:
        known.asked[key] = frozenset(_needed(members, known))
    found: frozenset[str] = known.asked[key]
    return found


def _needed(members: tuple[Member, ...], known: Known) -> set[str]:
    found: set[str] = set()
    waiting = list(members)
    while waiting:
        member = waiting.pop()
        if member.name not in found:
            found.add(member.name)
            waiting += [n.member for n in needs(member, known, EVERYTHING) if n.member]
            waiting += _named(member, known)
    return found


def _named(member: Member, known: Known) -> list[Member]:
    """The members that its manifest names by path."""
    paths = [one.path for one in member.manifest.dependencies if one.path is not None]
    folders = [posixpath.normpath(posixpath.join(member.path, path)) for path in paths]
    return [known.folders[folder] for folder in folders if folder in known.folders]
