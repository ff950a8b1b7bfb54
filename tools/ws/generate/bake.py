"""The Bake file of an image plan: https://docs.docker.com/build/bake/reference/."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.model.images import LayeredImage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.images import Image, ImagePlan


class Extras(NamedTuple):
    """What goes into every target besides what the plan says."""

    labels: Mapping[str, Mapping[str, str]] = {}
    """By member."""
    secrets: Sequence[str] = ()
    """As `docker build --secret` takes them."""
    platforms: Sequence[str] = ()
    """Instead of what the plan says, if there are any."""
    outputs: Sequence[str] = ()
    arguments: Mapping[str, Mapping[str, str]] = {}
    """Of builds, by member."""


def bake(plan: ImagePlan, dockerfile: str, extras: Extras) -> str:
    """A Bake file in JSON, whose targets are the images; to be used at the workspace root.

    `dockerfile` is the one of the layered images, relative to the root.
    """
    targets = {image.target: target(image, dockerfile, extras) for image in plan.images}
    document = {"group": {"default": {"targets": list(targets)}}, "target": targets}
    return json.dumps(document, indent=2) + "\n"


def network(plan: ImagePlan, mode: str) -> str:
    """What is laid over a Bake file so that what runs in builds has this network.

    In the form of Compose, since Bake's own has no word for it before Buildx 0.14 (seen with 0.13).
    """
    services = {image.target: {"build": {"network": mode}} for image in plan.images}
    return json.dumps({"services": services}, indent=2) + "\n"


def target(image: Image, dockerfile: str, extras: Extras) -> dict[str, Any]:
    """What Bake is told of one image; it takes a Dockerfile's path as relative to the context."""
    where: dict[str, Any] = (
        {"context": ".", "dockerfile": dockerfile, "target": image.stage}
        if isinstance(image, LayeredImage)
        else {
            "context": image.context,
            "dockerfile": posixpath.relpath(image.dockerfile, image.context),
        }
    )
    more = {
        "args": dict(extras.arguments.get(image.member, {})),
        "labels": dict(extras.labels.get(image.member, {})),
        "platforms": list(extras.platforms or image.platforms),
        "secret": list(extras.secrets),
        "output": list(extras.outputs),
    }
    return where | {"tags": [image.tag]} | {key: value for key, value in more.items() if value}
