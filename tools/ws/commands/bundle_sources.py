"""The files of a workspace that a bundle takes along, as they lie on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands.images import ignored_patterns
from ws.commands.package_sources import package_sources
from ws.errors import Where, WorkError
from ws.files.pruned_sources import Sources
from ws.files.store import Store
from ws.formats import dockerfile_parser, dockerignore
from ws.model.images import OwnImage
from ws.model.report import Finding
from ws.planning import bundle_sources, docker_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.model.images import ImagePlan
    from ws.model.pruned import PrunedFile
    from ws.model.workspace import Member, Workspace

_ALL = dockerignore.read("")
_FEW = 3


class Taken(NamedTuple):
    """What is taken along."""

    files: tuple[PrunedFile, ...]
    """Sorted by path, which is the one in the workspace."""
    hidden: tuple[str, ...]
    """Those that the patterns of what no image needs would hide from a build, and may not."""
    findings: tuple[Finding, ...]
    """A warning for what images have that are built here, and not those built from the bundle."""


def take(workspace: Workspace, plan: ImagePlan, mounted: Iterable[str] = ()) -> Taken:
    """What the images of a plan are made from, and what fills their volumes.

    And what is `mounted`: files and folders that a Compose file names, as far as they are there.
    Raises `WorkError` for what cannot be read, and what is missing or may hold a secret.
    """
    sources, left_out = package_sources(workspace, plan)
    found = {file.path: file for file in sources}
    for image in plan.images:
        if isinstance(image, OwnImage):
            found |= {file.path: file for file in _own(workspace, image, left_out)}
    for image in plan.images:
        member = workspace.by_name[image.member]
        found |= {file.path: file for file in _volumes(workspace, member)}
    findings = list(_findings(left_out))
    for path in mounted:
        beside, fault = _mounted(workspace, path)
        found |= {file.path: file for file in beside}
        findings += [fault] if fault else []
    files = sorted(file for file in found.values() if not bundle_sources.may_be_secret(file))
    findings += _secrets(found.keys() - {file.path for file in files})
    ignored = dockerignore.read("\n".join(ignored_patterns(workspace, plan)))
    hidden = tuple(file.path for file in sources if ignored.ignores(file.path))
    return Taken(tuple(files), hidden, tuple(findings))


def _own(workspace: Workspace, image: OwnImage, left_out: list[str]) -> Iterator[PrunedFile]:
    """A Dockerfile, its ignore files, and what it copies as far as these let it."""
    store = Store(workspace.root)
    beside = dockerignore.candidates(
        image.dockerfile, "" if image.context == "." else image.context
    )
    there = [(name, data) for name in beside if (data := store.read(name)) is not None]
    ignored = dockerignore.read(there[0][1].decode(errors="replace") if there else "")
    sources = Sources(workspace.root, ignored)
    yield sources.one(image.dockerfile)
    yield from (sources.one(name) for name, _ in there)
    text = sources.one(image.dockerfile).data.decode(errors="replace")
    parsed = dockerfile_parser.read(text, image.dockerfile)
    for path in docker_sources.sources(parsed, image.context):
        if (workspace.root / path).is_dir():
            yield from sources.files(path, ())
        elif ignored.ignores(path) or not (workspace.root / path).exists():
            raise _uncopied(image, path)
        elif bundle_sources.may_be_secret(file := sources.one(path)):
            raise bundle_sources.unshippable(path, image.dockerfile, image.member)
        else:
            yield file
    left_out += sources.left_out


def _uncopied(image: OwnImage, path: str) -> WorkError:
    return WorkError(
        f"it copies {path}, which is not there",
        rule="docker/missing-source",
        where=Where(image.dockerfile),
        hint="ws docker check says more",
        member=image.member,
    )


def _volumes(workspace: Workspace, member: Member) -> Iterator[PrunedFile]:
    """What fills a member's volumes, whatever git says of it: models are rarely in git."""
    sources = Sources(workspace.root, _ALL, all_of_git=True)
    for volume in member.manifest.settings.docker.volumes:
        path = bundle_sources.volume_source(member, volume)
        if path and (workspace.root / path).is_dir():
            yield from sources.files(path, ())
        elif path and not (workspace.root / path).exists():
            raise WorkError(
                f"the source of the volume {volume.name}, {path}, is not there",
                rule="bundle/volume",
                where=Where(member.file("pyproject.toml")),
                hint="put it there, or give an https address",
                member=member.name,
            )
        elif path and bundle_sources.may_be_secret(file := sources.one(path)):
            raise bundle_sources.unshippable(path, f"the volume {volume.name}", member.name)
        elif path:
            yield file


def _mounted(workspace: Workspace, path: str) -> tuple[tuple[PrunedFile, ...], Finding | None]:
    """What lies at a path that a service mounts; a warning for what cannot be taken along."""
    full = workspace.root / path
    sources = Sources(workspace.root, _ALL)
    if not path.startswith("../") and path != ".." and not bundle_sources.is_secret(path):
        if full.is_dir():
            return sources.files(path, ()), None
        return ((sources.one(path),), None) if full.exists() else ((), None)
    return (), Finding(
        "bundle/mounted",
        "warning",
        f"compose.yaml names {path}, which a bundle does not take along",
        hint="whoever unpacks it must put that there; it may hold a secret, or lies outside",
    )


def _secrets(paths: Iterable[str]) -> Iterator[Finding]:
    for path in sorted(paths):
        yield Finding(
            "bundle/secret",
            "warning",
            "it may hold a secret: the bundle leaves it out; images and volumes made here may not",
            Where(path),
            hint="pass it to containers when they start, and add it to .dockerignore",
        )


def _findings(left_out: Iterable[str]) -> Iterator[Finding]:
    listed = sorted(set(left_out))
    if listed:
        more = f" and {len(listed) - _FEW} more" if len(listed) > _FEW else ""
        yield Finding(
            "bundle/ignored-by-git",
            "warning",
            f"images built here hold {', '.join(listed[:_FEW])}{more}; the bundle does not",
            hint="git ignores it: add it to git if an image needs it, else to .dockerignore",
        )
