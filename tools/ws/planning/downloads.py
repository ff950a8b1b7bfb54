"""What a first build of images downloads, as far as it can be told without doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.model.images import LayeredImage
from ws.planning.image_costs import total as total_of
from ws.planning.image_costs import weight
from ws.planning.product import Estimates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.model.images import ImagePlan, Layer
    from ws.model.workspace import Workspace

_PACKED = 0.3
"""What a wheel weighs beside what it holds, and layers in a registry: 0.25 to 0.44 was measured."""
_COMPILED = 1.3
"""What packages take in an image beside what they take in an environment: byte code is added."""
_FIGURES = 2
"""Digits of an estimate that mean something."""


class Known(NamedTuple):
    """What this machine knows of sizes."""

    installed: Mapping[tuple[str, str], int]
    """The bytes of packages, by normalised name and version."""
    images: Mapping[str, int]
    """The bytes of images that an engine has, by name."""
    bases: Mapping[str, Sequence[str]]
    """The images that Dockerfiles of their own begin from, by member; empty ones are not known."""
    archive: int = 0
    """The bytes of the archive of images; 0 where there is none."""


class Tool(NamedTuple):
    """What installs and builds in every build, and is in no image."""

    name: str
    download: int


def rows(
    workspace: Workspace, plan: ImagePlan, known: Known, tool: Tool
) -> tuple[Mapping[str, Any], ...]:
    """What is downloaded, a row each: base images, tools, packages by layer, apt, volumes.

    `size` is what it takes on the disk and `download` what comes over the line, both about and in
    bytes; `None` where nobody knows. `members` are those for whose sake it is.
    """
    found = [
        *_bases(plan, known),
        *_tools(plan, tool),
        *(_layer(plan, layer, known) for layer in plan.layers),
        *_apt(plan),
        *_services(workspace, known),
        *_volumes(workspace, plan),
    ]
    return tuple(found)


def alternatives(
    workspace: Workspace, plan: ImagePlan, known: Known
) -> tuple[Mapping[str, Any], ...]:
    """What can be had instead of building, by the order of `[docker] source`."""
    docker = workspace.settings.docker
    registries = [each for each in (docker.registry, *docker.mirrors) if each]
    archive = [(docker.archive, known.archive)] if known.archive else []
    found: dict[str, list[tuple[str, int | None]]] = {
        "pull": [(each, None) for each in registries],
        "load": [*archive],
        "host": [("without Docker, packages alone", about(_of_packages(plan, known)) or None)],
    }
    return tuple(
        {"source": source, "name": name, "download": size}
        for source in docker.source
        for name, size in found.get(source, ())
    )


def estimates(plan: ImagePlan, downloads: Sequence[Mapping[str, Any]]) -> Estimates:
    """The sums of rows: what all fetch together, what one fetches alone, what one adds to its base.

    What is not known counts as nothing in the first; an image with such a layer has no sum.
    """
    by_name = {row["name"]: row for row in downloads if row["kind"] == "packages"}
    layered = [image for image in plan.images if isinstance(image, LayeredImage)]
    sizes, own = {}, {}
    for image in layered:
        stack = [by_name[layer.name] for layer in plan.stack(image)]
        size = total_of(row["size"] for row in stack) or 0
        sizes[image.member] = about(round(size * _COMPILED)) or 0
        own[image.member] = total_of(row["download"] for row in stack if _is_alone(row)) or 0
    shared = (row["download"] or 0 for row in downloads if not _is_own(row))
    return Estimates(sizes, own, about(sum(shared)) or 0)


def total(plan: ImagePlan, known: Known, downloads: Iterable[Mapping[str, Any]]) -> int | None:
    """What all rows together download, a package that is in several layers once.

    What is not known counts as nothing; `None` where nothing is known.
    """
    rest = sum(row["download"] or 0 for row in downloads if row["kind"] != "packages")
    return about(rest + _of_packages(plan, known)) or None


def _of_packages(plan: ImagePlan, known: Known) -> int:
    """What all third-party packages together weigh as they are fetched, as far as that is known."""
    found = {(each.name, each.version) for layer in plan.layers for each in layer.requirements}
    return _packed(sum(known.installed.get(each, 0) for each in found)) or 0


def about(count: int | None) -> int | None:
    """A number of bytes, rounded: it is an estimate, and the same on machines that differ a bit."""
    if not count:
        return count
    return int(float(f"{count:.{_FIGURES - 1}e}"))


def _is_own(row: Mapping[str, Any]) -> bool:
    """Whether it counts for one service: a layer that no other has."""
    return row["kind"] == "packages" and _is_alone(row)


def _is_alone(row: Mapping[str, Any]) -> bool:
    return len(row["members"]) == 1


def _row(
    kind: str,
    name: str,
    members: Iterable[str],
    size: int | None = None,
    download: int | None = None,
    packages: Iterable[str] = (),
) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "members": list(members),
        "size": about(size),
        "download": about(download),
        "packages": list(packages),
    }


def _bases(plan: ImagePlan, known: Known) -> Iterator[dict[str, Any]]:
    members: dict[str, list[str]] = {}
    for image in plan.images:
        names = known.bases.get(image.member, ())
        for name in (plan.ground(image).base,) if isinstance(image, LayeredImage) else names:
            members.setdefault(name, []).append(image.member)
    for name, who in members.items():
        size = known.images.get(name)
        yield _row("base", name, who, size, _packed(size))


def _tools(plan: ImagePlan, tool: Tool) -> Iterator[dict[str, Any]]:
    who = [image.member for image in plan.images if isinstance(image, LayeredImage)]
    if who:
        requires = sorted({each for builder in plan.builders for each in builder.requires})
        yield _row("tools", tool.name, who, None, tool.download, requires)


def _layer(plan: ImagePlan, layer: Layer, known: Known) -> dict[str, Any]:
    size = weight(layer.requirements, known.installed)
    listed = [f"{each.name} {each.version}" for each in layer.requirements]
    return _row("packages", layer.name, _those(plan, layer), size, _packed(size), listed)


def _those(plan: ImagePlan, layer: Layer) -> list[str]:
    """Whose images have a layer, of those that are planned here."""
    return [image.member for image in plan.images if image.member in layer.members]


def _apt(plan: ImagePlan) -> Iterator[dict[str, Any]]:
    """The system packages of images, then those that are only there while layers are built."""
    for image in plan.images:
        if isinstance(image, LayeredImage) and image.recipe.settings.apt:
            packages = sorted(set(image.recipe.settings.apt))
            yield _row("apt", image.member, (image.member,), packages=packages)
    for layer in plan.layers:
        if layer.apt_build:
            yield _row("apt", layer.name, _those(plan, layer), packages=layer.apt_build)


def _services(workspace: Workspace, known: Known) -> Iterator[dict[str, Any]]:
    """The images of services that are no members."""
    for name, service in workspace.settings.compose.services.items():
        image = service.get("image")
        if isinstance(image, str):
            size = known.images.get(image)
            yield _row("service", image, (), size, _packed(size), (name,))


def _volumes(workspace: Workspace, plan: ImagePlan) -> Iterator[dict[str, Any]]:
    members: dict[tuple[str, str, int], list[str]] = {}
    for image in plan.images:
        for volume in workspace.by_name[image.member].manifest.settings.docker.volumes:
            if "://" in volume.source:
                key = (volume.name, volume.source, volume.size)
                members.setdefault(key, []).append(image.member)
    for (name, source, size), who in members.items():
        yield _row("volume", name, who, size or None, size or None, (source,))


def _packed(size: int | None) -> int | None:
    return None if size is None else round(size * _PACKED)
