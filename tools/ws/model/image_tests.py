"""A member's own tests, in an image on top of its image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.images import ImagePlan, Layer, LayeredImage


@dataclass(frozen=True, slots=True)
class ImageTest:
    """What is put on a member's image so that its tests run there."""

    image: LayeredImage
    plan: ImagePlan
    """The ground that it stands on, and what of the workspace only its tests need."""
    layer: Layer
    """The third-party packages that only its tests need; there may be none."""
    paths: tuple[str, ...]
    """The files and folders of its tests, relative to the member's folder."""
    user: str
    """Who runs in its image."""
