"""`ws docker layers`: which packages go into which layer for whom, and what each costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.commands import images as gathering
from ws.files.installed_sizes import installed_sizes
from ws.model.images import LayeredImage
from ws.model.report import Report
from ws.planning import image_costs, unplanned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.model.images import Layer, Requirement
    from ws.planning.images import Wish

COMMAND = "docker layers"


def run(context: Context, names: Sequence[str], wish: Wish) -> Report:
    """Show the layers that `ws docker build` would make; no engine is asked.

    What a package weighs is known where a member's environment has the same version installed.
    What keeps an image from being built is an error, and the others are shown. Raises `UsageError`
    for a name that is no member's.
    """
    found = gathering.gather(context, names, wish)
    members = found.workspace.members
    sizes = installed_sizes(found.workspace.root, [found.workspace.venv(m) for m in members])
    layers = [_layer(layer, sizes) for layer in found.plan.layers]
    layered = [image for image in found.plan.images if isinstance(image, LayeredImage)]
    stacks = {image.member: [layer.name for layer in found.plan.stack(image)] for image in layered}
    images = [
        {
            "member": image.member,
            "tag": image.tag,
            "layers": stacks.get(image.member, []),
            "packages": sorted(package.folder for package in found.plan.inside(image))
            if isinstance(image, LayeredImage)
            else [],
            "dockerfile": None if isinstance(image, LayeredImage) else image.dockerfile,
        }
        for image in found.plan.images
    ]
    findings = unplanned.findings(found.unplanned, "error")
    data = {"layers": layers, "images": images, **_sums(layers)}
    return Report(COMMAND, findings, data=data, notes=found.notes)


def _layer(layer: Layer, sizes: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    return {
        "name": layer.name,
        "on": layer.parent,
        "members": list(layer.members),
        "packages": [_package(each, sizes) for each in layer.requirements],
        "size": image_costs.weight(layer.requirements, sizes),
    }


def _package(package: Requirement, sizes: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    known = sizes.get((package.name, package.version))
    return {"name": package.name, "version": package.version, "size": known}


def _sums(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all layers weigh, what each image alone would weigh, and what is there several times."""
    alone = image_costs.total(
        None if one["size"] is None else one["size"] * len(one["members"]) for one in layers
    )
    return {"size": image_costs.total(one["size"] for one in layers), "apart": alone}
