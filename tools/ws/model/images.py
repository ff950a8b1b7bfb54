"""What all images of a workspace are made of, decided before any is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.docker_recipe import Recipe


class Requirement(NamedTuple):
    """One third-party package of a lock, as an installer is asked for it."""

    name: str
    """Normalised."""
    version: str
    line: str
    """In the form of PEP 508, with the hashes that its files may have."""
    origin: str = ""
    """The address of the package index that the lock names for it; empty for the default one."""
    hashed: bool = True
    """Whether its line has a hash; what comes from git has only its commit."""
    built: bool = False
    """Whether it has no wheel, and so is built when it is installed."""

    @property
    def is_conditional(self) -> bool:
        """Whether it depends on the machine, or on the version of Python to its last digit."""
        return " ; " in self.line.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Ground:
    """What images must have in common before they can share a layer."""

    name: str
    """The stage that all of them stand on."""
    base: str
    """The image it begins from."""
    index: str = ""
    """The default package index of these images, where it is another one."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Third-party packages that are installed in one step, for one image or for several."""

    name: str
    """Its stage in the Dockerfile."""
    parent: str
    """The stage that it is put on: another layer, or the ground."""
    members: tuple[str, ...]
    """Whose images have it, by normalised name."""
    requirements: tuple[Requirement, ...]
    """Sorted by name."""
    apt_build: tuple[str, ...] = ()
    """System packages that are there while these are built, and not in any image."""

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its requirements files: what has no hash stands in one of its own."""
        hashed = {each.hashed for each in self.requirements}
        names = {True: f"{self.name}.txt", False: f"{self.name}-direct.txt"}
        return tuple(names[each] for each in (True, False) if each in hashed)


@dataclass(frozen=True, slots=True)
class Builder:
    """What builds local packages: one for all that require the same for it."""

    name: str
    """Its stage in the Dockerfile."""
    ground: str
    """The stage whose Python it has."""
    requires: tuple[str, ...]
    """What it has installed (PEP 518)."""


@dataclass(frozen=True, slots=True)
class LocalPackage:
    """A package of the workspace, which images get as a wheel."""

    name: str
    """The stage that builds it."""
    builder: str
    """The stage that this stands on."""
    member: str
    """Normalised."""
    folder: str
    """Relative to the workspace root."""


@dataclass(frozen=True, slots=True)
class LayeredImage:
    """An image that stands on shared layers."""

    recipe: Recipe
    tag: str
    layer: str
    """The stage below its own."""
    locals: tuple[str, ...]
    """The stages of the local packages in it, its own last."""
    platforms: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        """Whose image it is."""
        return self.recipe.member.name

    @property
    def target(self) -> str:
        """What Bake calls it."""
        return self.member

    @property
    def stage(self) -> str:
        """Its stage in the Dockerfile."""
        return f"image-{self.member}"


@dataclass(frozen=True, slots=True)
class OwnImage:
    """An image that a Dockerfile of its own makes."""

    member: str
    path: str
    """The member's folder."""
    tag: str
    dockerfile: str
    """Relative to the workspace root, as `context` is."""
    context: str
    platforms: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What Bake calls it."""
        return self.member


Image = LayeredImage | OwnImage


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """All images that are to be built, and the layers they share."""

    dev: bool
    """Whether they are for development: other groups, and sources that are editable."""
    grounds: tuple[Ground, ...]
    layers: tuple[Layer, ...]
    """Each after its parent."""
    builders: tuple[Builder, ...]
    packages: tuple[LocalPackage, ...]
    images: tuple[Image, ...]
    """In member order."""

    def layer(self, name: str) -> Layer | None:
        """The layer of this name; `None` for a ground."""
        return next((each for each in self.layers if each.name == name), None)

    def stack(self, image: LayeredImage) -> tuple[Layer, ...]:
        """The layers of an image, the lowest first."""
        found: list[Layer] = []
        layer = self.layer(image.layer)
        while layer is not None:
            found.insert(0, layer)
            layer = self.layer(layer.parent)
        return tuple(found)

    def ground(self, image: LayeredImage) -> Ground:
        """What an image stands on."""
        stack = self.stack(image)
        name = stack[0].parent if stack else image.layer
        return next(each for each in self.grounds if each.name == name)

    def inside(self, image: LayeredImage) -> tuple[LocalPackage, ...]:
        """The local packages of an image, its own last."""
        known = {each.name: each for each in self.packages}
        return tuple(known[name] for name in image.locals)

    def stages(self, image: LayeredImage) -> frozenset[str]:
        """The names of all stages that an image needs."""
        ground = self.ground(image)
        layers = (each.name for each in self.stack(image))
        builders = (each.builder for each in self.inside(image))
        return frozenset({ground.name, image.stage, *layers, *builders, *image.locals})

    def only(self, images: Iterable[Image]) -> ImagePlan:
        """The part of the plan that some of its images need."""
        chosen = tuple(images)
        needed = {
            s for image in chosen if isinstance(image, LayeredImage) for s in self.stages(image)
        }
        return ImagePlan(
            self.dev,
            tuple(each for each in self.grounds if each.name in needed),
            tuple(each for each in self.layers if each.name in needed),
            tuple(each for each in self.builders if each.name in needed),
            tuple(each for each in self.packages if each.name in needed),
            chosen,
        )
