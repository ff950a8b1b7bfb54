"""A workspace as a product: its services, and what each is got from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ws.formats import tag_templates
from ws.model.images import LayeredImage
from ws.model.names import normalise
from ws.model.product import Product, Service
from ws.planning import docker_recipe, registry_names
from ws.planning.registry_names import Checkout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.built import Fingerprint
    from ws.model.images import Image, ImagePlan
    from ws.model.workspace import Member, Workspace


class Files(NamedTuple):
    """What lies beside the sources, relative to the root; empty for what does not."""

    bake: str = ""
    requirements: str = ""
    """The folder of the requirements files, as `generate/image_files.py` names them."""
    compose: str = ""


class Estimates(NamedTuple):
    """About how many bytes; 0, or left out, where nobody knows."""

    sizes: Mapping[str, int] = {}
    """What an image adds to its base, by member."""
    downloads: Mapping[str, int] = {}
    """What a build fetches for one member alone."""
    together: int = 0
    """What a build fetches for all together: the base and what is shared."""


_NO_CHECKOUT = Checkout()
_NO_FILES = Files()
_NO_ESTIMATES = Estimates()


def product(
    workspace: Workspace,
    plan: ImagePlan,
    fingerprints: Mapping[str, Fingerprint],
    checkout: Checkout = _NO_CHECKOUT,
    files: Files = _NO_FILES,
    estimates: Estimates = _NO_ESTIMATES,
) -> Product:
    """The product that the images of a plan are.

    `fingerprints` are by member; `checkout` has what `{sha}` and `{branch}` stand for in tags. Its
    name is that of the workspace, else that of the root's folder.
    """
    docker = workspace.settings.docker
    known = workspace.by_name
    services = []
    for image in plan.images:
        member = known[image.member]
        settings = member.manifest.settings.docker
        shipped = not files.requirements or isinstance(image, LayeredImage)
        service = Service(
            name=member.name,
            tag=image.tag,
            fingerprint=fingerprints[member.name].digest,
            folder=member.path,
            script=script(member) if shipped else "",  # it lacks requirements
            references=references(workspace, member, checkout),
            required=settings.required,
            requirements=_requirements(plan, image, files.requirements),
            packages=packages(workspace, plan, image),
            volumes=settings.volumes,
            size=estimates.sizes.get(member.name, 0),
            download=estimates.downloads.get(member.name, 0),
        )
        services.append(service)
    return Product(
        name=workspace.settings.name or normalise(workspace.root.resolve().name) or "workspace",
        services=tuple(services),
        source=docker.source,
        archive=docker.archive,
        base=_base(plan),
        bake=files.bake,
        compose=files.compose,
        download=estimates.together,
    )


def references(workspace: Workspace, member: Member, checkout: Checkout) -> tuple[str, ...]:
    """What a member's image is called where it is looked for: in the registry, then its mirrors.

    None where none is named, or where git does not know what the first of the tags wants.
    """
    docker = workspace.settings.docker
    registries = dict.fromkeys(each for each in (docker.registry, *docker.mirrors) if each)
    known = {"sha": checkout.commit, "branch": checkout.branch}
    fields = tag_templates.fields(docker.tags[0]) if docker.tags else ()
    if not docker.tags or not all(known.get(field, "here") for field in fields):
        return ()
    return registry_names.references(member, tuple(registries), docker.tags, checkout)


def script(member: Member) -> str:
    """The console script that its image starts; empty where there is none, or no telling which."""
    found = docker_recipe.scripts(member)
    wanted = member.manifest.settings.docker.script
    if wanted or member.name in found:
        return wanted or member.name
    return next(iter(found)) if len(found) == 1 else ""


def packages(workspace: Workspace, plan: ImagePlan, image: Image) -> tuple[str, ...]:
    """The folders of the local packages in an image, its own last."""
    if isinstance(image, LayeredImage):
        return tuple(package.folder for package in plan.inside(image))
    member = workspace.by_name[image.member]
    graph, wanted, todo = workspace.graph, set[str](), [member.name]
    while todo:
        targets = {edge.target for edge in graph.edges[todo.pop()] if edge.main}
        todo += targets - wanted - {member.name}
        wanted |= targets - {member.name}
    below = (each.path for each in workspace.members if each.name in wanted)
    return (*below, member.path)


def _requirements(plan: ImagePlan, image: Image, folder: str) -> tuple[str, ...]:
    """The requirements files of an image's layers, the lowest first; none without a folder."""
    if not folder or not isinstance(image, LayeredImage):
        return ()
    return tuple(f"{folder}/{name}" for layer in plan.stack(image) for name in layer.files)


def _base(plan: ImagePlan) -> str:
    """What most images begin from; empty where each has a Dockerfile of its own."""
    layered = [image for image in plan.images if isinstance(image, LayeredImage)]
    counted = Counter(plan.ground(image).base for image in layered)
    return counted.most_common(1)[0][0] if counted else ""
