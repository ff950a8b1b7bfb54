"""What goes into an image, as a fingerprint that its labels keep; so nothing is built twice."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from ws.model.built import Fingerprint, ImageState
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.built import BuiltImage
    from ws.model.images import Image, ImagePlan, LayeredImage
    from ws.model.workspace import Member

PREFIX = "io.github.poetry-ws"
"""Reverse DNS, as https://docs.docker.com/engine/manage-resources/labels/ asks for."""
MEMBER = f"{PREFIX}.member"
DIGEST = f"{PREFIX}.fingerprint"
PARTS = f"{PREFIX}.parts"
_OCI = "org.opencontainers.image"
"""https://github.com/opencontainers/image-spec/blob/main/annotations.md"""

REVISION = f"{_OCI}.revision"

_BASE = "base image"
_THIRD_PARTY = "third-party packages"
_RECIPE = "how it is built"
_SHORT = 16


def layered(
    plan: ImagePlan, image: LayeredImage, recipe: str, sources: Mapping[str, str]
) -> Fingerprint:
    """The fingerprint of an image on shared layers.

    `recipe` is the text of its own stages, and `sources` the digests of local packages by folder.
    Which layers it shares with whom is left out: the image holds the same whatever others hold.
    """
    stack = plan.stack(image)
    lines = sorted(each.line for layer in stack for each in layer.requirements)
    parts = {
        _BASE: _digest(plan.ground(image).base),
        _THIRD_PARTY: _digest("\n".join(lines)),
        _RECIPE: _digest(recipe, *image.platforms),
        **{each.folder: sources[each.folder] for each in plan.inside(image)},
    }
    return Fingerprint(parts, _whole(parts))


def own(dockerfile: str, sources: Mapping[str, str]) -> Fingerprint:
    """The fingerprint of an image with a Dockerfile of its own, by what is copied into it."""
    parts = {"its Dockerfile": _digest(dockerfile), **sources}
    return Fingerprint(parts, _whole(parts))


def labels(member: Member, fingerprint: Fingerprint, revision: str, source: str) -> dict[str, str]:
    """What an image says of itself; `revision` and `source` are empty where git knows none."""
    found = {
        f"{_OCI}.title": member.name,
        f"{_OCI}.version": member.manifest.version,
        REVISION: revision,
        f"{_OCI}.source": source,
        MEMBER: member.name,
        DIGEST: fingerprint.digest,
        PARTS: json.dumps(dict(fingerprint.parts), sort_keys=True, separators=(",", ":")),
    }
    return {key: value for key, value in found.items() if value}


def state(image: Image, wanted: Fingerprint, found: BuiltImage | None) -> ImageState:
    """Whether the image that an engine has under this tag is what would be built now."""
    if found is None:
        return ImageState(image.member, image.tag, "missing", "it was not built here yet")
    if found.labels.get(DIGEST) == wanted.digest:
        return ImageState(image.member, image.tag, "up to date", image=found)
    return ImageState(image.member, image.tag, "stale", _why(wanted, found.labels), found)


def finding(state: ImageState, build: str) -> Finding:
    """A warning for an image that is not what would be built now; `build` is what builds it."""
    return Finding(
        f"docker/{state.kind}",
        "warning",
        f"{state.tag} is {state.kind}: {state.reason}",
        member=state.member,
        hint=build,
    )


def foreign(tag: str, member: str, source: str, hint: str) -> Finding:
    """A warning for an image that came from elsewhere, and is not what would be built now."""
    message = f"{tag} from {source} is not what the workspace would build now"
    return Finding("docker/stale", "warning", message, member=member, hint=hint)


def _why(wanted: Fingerprint, labels: Mapping[str, str]) -> str:
    try:
        had = json.loads(labels.get(PARTS, ""))
        changed = [name for name, digest in wanted.parts.items() if had.get(name) != digest]
        gone = [name for name in had if name not in wanted.parts]
    except (ValueError, AttributeError):
        return "ws did not build it"
    words = [f"{name} changed" if name in had else f"{name} is new" for name in changed]
    return ", ".join([*words, *(f"{name} is needed no more" for name in gone)])


def _whole(parts: Mapping[str, str]) -> str:
    return _digest(json.dumps(dict(parts), sort_keys=True))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:_SHORT]
