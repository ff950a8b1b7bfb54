"""The product at hand: a workspace, or a bundle that an installer has unpacked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError
from ws.files.roots import BUNDLE, find_product
from ws.files.store import Store
from ws.model.names import did_you_mean, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.commands.images import Images
    from ws.model.product import Product
    from ws.planning.unplanned import Unplanned


class Found(NamedTuple):
    """A product, and where it comes from."""

    root: Path
    product: Product
    images: Images | None = None
    """How its images are made; `None` in a bundle."""

    @property
    def unplanned(self) -> tuple[Unplanned, ...]:
        """The members whose image cannot be planned."""
        return self.images.unplanned if self.images else ()


def find(context: Context, names: Sequence[str]) -> Found:
    """The product with the services that are named, else with all of them.

    Raises `UsageError` where there is none, or no such service, and all faults of manifests.
    """
    root, kind = find_product(context.root_option, context.cwd, context.environ)
    return _bundle(root, names) if kind == BUNDLE else _workspace(context, names)


def _workspace(context: Context, names: Sequence[str]) -> Found:
    from ws.commands import images as gathering
    from ws.commands.registry_names import checkout
    from ws.planning import product
    from ws.planning.images import Wish

    images = gathering.gather(context, names, Wish())
    workspace = images.workspace
    git = checkout(context, workspace, workspace.settings.docker.tags[:1])
    made = product.product(workspace, images.plan, images.fingerprints, git)
    return Found(workspace.root, made, images)


def _bundle(root: Path, names: Sequence[str]) -> Found:
    from ws.formats import bundle

    product = bundle.read((Store(root).read(BUNDLE) or b"").decode(errors="replace"))
    known = {service.name: service for service in product.services}
    for name in names:
        if normalise(name) not in known:
            hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
            raise UsageError(f"{name} is no service", rule="usage/service", hint=hint)
    wanted = set(map(normalise, names)) or set(known)
    services = tuple(each for each in product.services if each.name in wanted)
    return Found(root, replace(product, services=services))
