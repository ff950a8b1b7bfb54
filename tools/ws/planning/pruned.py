"""The plan of one image apart from all others, and what its build context needs besides sources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.model.images import ImagePlan, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.images import LayeredImage
    from ws.model.workspace import Member

GROUND = "ground"


def alone(plan: ImagePlan, image: LayeredImage, sources: str) -> ImagePlan:
    """The plan of an image that shares nothing: all its third-party packages in one layer.

    Nothing in it tells what others need, so nothing that others do changes it. `sources` is the
    folder of the context that holds the local packages.
    """
    ground = plan.ground(image)
    suffix = ground.name.removeprefix(GROUND)
    inside = plan.inside(image)
    used = [each for each in plan.builders if each.name in {p.builder for p in inside}]
    names = {each.name: f"builder-{n}" if n > 1 else "builder" for n, each in enumerate(used, 1)}
    builders = (replace(each, name=names[each.name], ground=GROUND) for each in used)
    packages = tuple(
        replace(
            each,
            name=each.name.removesuffix(suffix),
            builder=names[each.builder],
            folder=sources if each.folder == "." else f"{sources}/{each.folder}",
        )
        for each in inside
    )
    layers = _layers(plan, image)
    itself = replace(
        image,
        layer=layers[0].name if layers else GROUND,
        locals=tuple(each.name for each in packages),
    )
    grounds = (replace(ground, name=GROUND),)
    return ImagePlan(plan.dev, grounds, layers, tuple(builders), packages, (itself,))


def _layers(plan: ImagePlan, image: LayeredImage) -> tuple[Layer, ...]:
    """One layer with all third-party packages of an image, if it has any."""
    found = tuple(sorted({each for layer in plan.stack(image) for each in layer.requirements}))
    if not found:
        return ()
    built = any(each.built for each in found)
    apt_build = tuple(sorted(set(image.recipe.apt_build))) if built else ()
    return (Layer(f"only-{image.member}", GROUND, (image.member,), found, apt_build),)


def named_files(member: Member) -> tuple[str, ...]:
    """The files that a manifest names and its wheel needs, or globs of them: readme and licence.

    Relative to the member's folder; what lies above it no build reaches. See
    https://packaging.python.org/en/latest/specifications/pyproject-toml/.
    """
    document = member.manifest.document
    project, poetry = document.get("project", {}), document.get("tool", {}).get("poetry", {})
    found = (*_paths(project), *_paths(poetry))
    return tuple(dict.fromkeys(p for p in found if not p.startswith(("/", "../"))))


def _paths(table: dict[str, object]) -> Iterator[str]:
    for key in ("readme", "license", "license-files"):
        value = table.get(key)
        if isinstance(value, str) and key == "readme":
            yield value
        elif isinstance(value, list):
            yield from map(str, value)
        elif isinstance(value, dict) and isinstance(value.get("file"), str):
            yield value["file"]
