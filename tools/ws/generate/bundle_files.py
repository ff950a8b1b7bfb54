"""What lies in a bundle beside the sources, for people and for Compose."""

from __future__ import annotations

import posixpath
import shlex
from typing import TYPE_CHECKING, Any

from ws.formats.bundle import IMAGES
from ws.model.images import LayeredImage
from ws.planning.volume_names import volume_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.images import Image, ImagePlan
    from ws.model.product import Product
    from ws.model.volumes import Volume

COMPOSE = "compose.yaml"
README = "README.md"
MADE = "Made by `ws docker bundle`. Edits by hand are lost the next time."

_README = """\
# {name}
Made by `ws docker bundle`: the services of {name}, and all that their images are built from. It
needs Docker Engine 20.10 or later with Buildx or Compose, and no repository.

| service | image |
|---|---|
{services}

Build and start all of them, in this folder:

```sh
docker compose up --build
```

Or build alone, with Buildx, which builds what services share only once:

```sh
docker buildx bake -f {bake}
```

Or one of them, with Docker alone (before Docker 23 with `DOCKER_BUILDKIT=1`):

```sh
{one}
```

`ws docker ensure`, run here, does what is needed, and says before what that costs.
{volumes}
## What the first build downloads
{downloads}

`bundle.json` says how much that is, about. Afterwards Docker has all of it, and builds without a
network.

## Behind a proxy or a mirror
`HTTP_PROXY` and its like are passed on by Docker. Package indexes of your own stand in files that
are secrets of the build and in no image:

```sh
PIP_CONF=pip.conf UV_TOML=uv.toml docker buildx bake -f {bake}
```
"""


_WHAT = {
    "base": "The base image `{name}`.",
    "tools": "{name} and what builds packages ({packages}), which no image keeps.",
    "packages": "{count} for {who}: {packages}.",
    "apt": "System packages for {who}: {packages}.",
    "service": "The image `{name}` of {packages}.",
    "volume": "The volume {name} of {who}: {packages}.",
}
_FEW = 3
_BY_ENSURE = "They are volumes, which `ws docker ensure` makes and fills:"


def readme(product: Product, plan: ImagePlan, downloads: Sequence[Mapping[str, Any]]) -> str:
    """What whoever unpacks a bundle should know; no sizes are in it, so no machine changes it."""
    services = "\n".join(f"| {each.name} | `{each.tag}` |" for each in product.services)
    return _README.format(
        name=product.name,
        services=services,
        bake=product.bake,
        one=_build(plan.images[0]),
        volumes=_volumes(product),
        downloads="\n".join(f"- {_told(row)}" for row in downloads),
    )


def _volumes(product: Product) -> str:
    """What people do about volumes where `ws` does not; empty where there are none."""
    found: dict[str, str] = {}
    for service in product.services:
        for volume in service.volumes:
            name = volume_name(product.name, service.name, volume)
            found.setdefault(name, _volume(name, service.folder, volume))
    if not found:
        return ""
    lines = [f"- {line}" for line in found.values()]
    return "\n".join(["", "## Models and caches", _BY_ENSURE, *lines, ""])


def _volume(name: str, folder: str, volume: Volume) -> str:
    """What one is; its source as it is seen from the bundle's root."""
    inside = "://" not in volume.source
    place = posixpath.normpath(f"{folder}/{volume.source}") if inside else volume.source
    source = f", filled from {place}" if volume.source else ""
    alone = f"; without it: `docker volume create {name}`" if volume.shared == "machine" else ""
    return f"`{name}`, at `{volume.path}` in containers{source}{alone}"


def _told(row: Mapping[str, Any]) -> str:
    """A row of the downloads in words."""
    members, count = row["members"], len(row["packages"])
    return _WHAT[row["kind"]].format(
        name=row["name"],
        who=", ".join(members) if len(members) <= _FEW else f"{len(members)} services",
        packages=", ".join(row["packages"]),
        count=f"{count} package{'s' * (count != 1)}",
    )


def own_labels(
    plan: ImagePlan, labels: Mapping[str, Mapping[str, str]]
) -> dict[str, Mapping[str, str]]:
    """The labels of images with a Dockerfile of their own: the others have them in theirs."""
    own = (image.member for image in plan.images if not isinstance(image, LayeredImage))
    return {member: labels[member] for member in own}


def _build(image: Image) -> str:
    if isinstance(image, LayeredImage):
        what = f"--file {IMAGES}/Dockerfile --target {image.stage}"
        return f"docker build {what} --tag {image.tag} ."
    return shlex.join(
        ["docker", "build", "--file", image.dockerfile, "--tag", image.tag, image.context]
    )
