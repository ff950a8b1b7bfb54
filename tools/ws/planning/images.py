"""Which images there are to build, and what each is made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import ManifestError, Where, WsError, faults_of, raise_all
from ws.formats.lock import read_lock
from ws.formats.toml_places import line_of
from ws.model.images import Builder, Ground, ImagePlan, Layer, LayeredImage, LocalPackage, OwnImage
from ws.model.names import normalise
from ws.planning import docker_recipe
from ws.planning.image_layers import Bundle, bundles
from ws.planning.image_requirements import python_of, requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.model.docker_recipe import Recipe
    from ws.model.docker_settings import Style
    from ws.model.images import Requirement
    from ws.model.workspace import Member, Workspace


_INSTEAD = (
    'say build = "dockerfile" (with one of its own: ws docker new {member} --style classic)'
    ' or build = "none" under [tool.ws.docker]'
)
"""What helps a member that shared layers have no place for."""
_GIT_SCHEMES = ("https", "http", "ssh", "file")


class Wish(NamedTuple):
    """What is asked for besides the members."""

    dev: bool = False
    """Whether images for development are meant."""
    tag: str = ""
    """What stands behind the colon; empty for `latest`, or `dev`."""

    def build(self, member: str) -> str:
        """The command that builds the image of a member that is meant."""
        dev, tag = " --dev" if self.dev else "", f" --tag {self.tag}" if self.tag else ""
        return f"ws docker build {member}{dev}{tag}"


def candidates(workspace: Workspace) -> tuple[Member, ...]:
    """The members that have an image, in listing order."""
    return tuple(
        member
        for member in workspace.members
        if build_of(workspace, member) == "dockerfile"
        or (build_of(workspace, member) == "layers" and docker_recipe.scripts(member))
    )


def image_plan(
    workspace: Workspace,
    members: Sequence[Member],
    locks: Mapping[str, bytes | None],
    wish: Wish,
) -> ImagePlan:
    """The images of some members; `locks` are the texts of all members' locks, by name.

    Layers are shared as if all of the workspace were built: who builds one image builds what the
    others find there. Raises all that speaks against it (`ManifestError` or `Faults`).
    """
    plan, faults = sound_images(workspace, members, locks, wish)
    raise_all([each for fault in faults.values() for each in faults_of(fault)])
    return plan


def sound_images(
    workspace: Workspace,
    members: Sequence[Member],
    locks: Mapping[str, bytes | None],
    wish: Wish,
) -> tuple[ImagePlan, dict[str, WsError]]:
    """The same of the members that nothing speaks against; and what does, by the other members."""
    recipes, faults = _recipes(workspace, members, locks, wish)
    grounds = _grounds(recipes.values())
    layers: list[Layer] = []
    stands: dict[str, str] = {}
    for ground in grounds:
        on_it = {name: each for name, each in recipes.items() if _key(each) == _of(ground)}
        for tree in bundles(_wanted(on_it, locks), workspace.settings.docker.heavy):
            _Tree(on_it, layers, stands, ground.name).grow(tree, ground.name)
    builders, packages = _packages(workspace, recipes, grounds)
    ground_of = {_of(ground): ground.name for ground in grounds}
    images: list[LayeredImage | OwnImage] = []
    for member in (each for each in members if each.name not in faults):
        tag, platforms = tag_of(workspace, member, wish), _platforms(workspace, member)
        if member.name not in recipes:
            images.append(own_image(workspace, member, wish, platforms))
            continue
        recipe = recipes[member.name]
        ground_name = ground_of[_key(recipe)]
        inside = tuple(
            packages[ground_name, folder].name for folder in (*recipe.folders, member.path)
        )
        images.append(LayeredImage(recipe, tag, stands[member.name], inside, platforms))
    whole = ImagePlan(
        wish.dev, grounds, tuple(layers), builders, tuple(packages.values()), tuple(images)
    )
    return whole.only(images), faults


def tag_of(workspace: Workspace, member: Member, wish: Wish) -> str:
    """The name of a member's image, with registry and tag."""
    registry = workspace.settings.docker.registry
    name = f"{registry}/{member.name}" if registry else member.name
    return f"{name}:{wish.tag or ('dev' if wish.dev else 'latest')}"


class _Tree:
    """Puts the layers of a tree of bundles on a ground."""

    def __init__(
        self, recipes: Mapping[str, Recipe], layers: list[Layer], stands: dict[str, str], on: str
    ) -> None:
        self._recipes = recipes
        self._layers = layers
        self._stands = stands
        self._suffix = on.removeprefix("ground")

    def grow(self, bundle: Bundle, parent: str, *, first: bool = True) -> None:
        """The layer of a bundle, if it has packages, and those that are put on it."""
        name = parent
        if bundle.requirements:
            name = self._name(bundle, first=first)
            found = tuple(sorted(bundle.requirements))
            apt_build = self._apt_build(bundle.members) if any(r.built for r in found) else ()
            self._layers.append(Layer(name, parent, bundle.members, found, apt_build))
        for above in bundle.above:
            self.grow(above, name, first=False)
        if not bundle.above:
            self._stands[bundle.members[0]] = name

    def _name(self, bundle: Bundle, *, first: bool) -> str:
        if len(bundle.members) == 1:
            return f"only-{bundle.members[0]}"
        if first and f"common{self._suffix}" not in (layer.name for layer in self._layers):
            return f"common{self._suffix}"
        return f"shared-{1 + sum(layer.name.startswith('shared-') for layer in self._layers)}"

    def _apt_build(self, members: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({each for name in members for each in self._recipes[name].apt_build}))


def _recipes(
    workspace: Workspace,
    members: Sequence[Member],
    locks: Mapping[str, bytes | None],
    wish: Wish,
) -> tuple[dict[str, Recipe], dict[str, WsError]]:
    """What each image on shared layers must bring about, and what speaks against one, by member.

    One that something speaks against shares nothing, and is told of where it is asked for.
    """
    found: dict[str, Recipe] = {}
    faults: dict[str, WsError] = {}
    for member in workspace.members:
        if member in members and build_of(workspace, member) == "none":
            faults[member.name] = _no_image(workspace, member)
        if build_of(workspace, member) != "layers" or not docker_recipe.scripts(member):
            if member in members and build_of(workspace, member) == "layers":
                faults[member.name] = _nothing_to_start(member)
            continue
        try:
            style: Style = "dev" if wish.dev else "production"
            lock, instead = locks[member.name], _INSTEAD.format(member=member.name)
            recipe = docker_recipe.recipe(
                workspace, member, lock, style, context=".", instead=instead
            )
            raise_all(list(_unfetchable(recipe, lock)))
            found[member.name] = recipe
        except WsError as fault:
            faults |= {member.name: fault} if member in members else {}
    return found, faults


def _no_image(workspace: Workspace, member: Member) -> WsError:
    keys: tuple[str, ...] = ("tool", "ws", "docker")
    path, text = member.file("pyproject.toml"), member.manifest.text
    hint = 'take build = "none" away there'
    if not member.manifest.settings.docker.build:
        path, text, keys = "workspace.toml", workspace.settings.text, ("docker",)
        hint = 'say build = "layers" or "dockerfile" under [tool.ws.docker] of the member'
    return ManifestError(
        f'[{".".join(keys)}] says that it has no image: build = "none"',
        rule="docker/no-image",
        where=Where(path, line_of(text, *keys, "build")),
        hint=hint,
        member=member.name,
    )


def _unfetchable(recipe: Recipe, lock: bytes | None) -> Iterator[WsError]:
    """What uv would refuse in the build: it fetches by fewer kinds of addresses than git does.

    https://github.com/astral-sh/uv/blob/main/crates/uv-git-types/src/lib.rs
    """
    assert lock is not None  # or there were no recipe
    for package in read_lock(lock).packages:
        groups = set(map(normalise, package.table.get("groups", ())))
        scheme, found, _ = package.source.get("url", "").partition("://")
        from_git = package.source.get("type") == "git" and not groups.isdisjoint(recipe.groups)
        if from_git and found and scheme not in _GIT_SCHEMES:
            yield ManifestError(
                f"{package.name} comes from {scheme}://, by which uv does not fetch in a build",
                rule="docker/source",
                where=Where(recipe.member.file("pyproject.toml")),
                hint="give its address with https:// or ssh://, then ws lock",
                member=recipe.member.name,
            )


def _nothing_to_start(member: Member) -> WsError:
    return ManifestError(
        "it has no console script, so its image would have nothing to start",
        rule="docker/script",
        where=Where(member.file("pyproject.toml")),
        hint='add one under [project.scripts], such as chat = "chat.app:main"',
        member=member.name,
    )


def _wanted(
    recipes: Mapping[str, Recipe], locks: Mapping[str, bytes | None]
) -> dict[str, frozenset[Requirement]]:
    def of(recipe: Recipe) -> frozenset[Requirement]:
        data = locks[recipe.member.name]
        assert data is not None  # or there were no recipe
        python, extras = python_of(recipe.base), recipe.settings.extras
        return frozenset(requirements(read_lock(data), recipe.groups, python, extras))

    return {name: of(recipe) for name, recipe in recipes.items()}


def _grounds(recipes: Iterable[Recipe]) -> tuple[Ground, ...]:
    keys = dict.fromkeys(map(_key, recipes))
    return tuple(
        Ground(f"ground-{number}" if number > 1 else "ground", base, index)
        for number, (base, index) in enumerate(keys, start=1)
    )


def _key(recipe: Recipe) -> tuple[str, str]:
    return recipe.base, recipe.settings.index


def _of(ground: Ground) -> tuple[str, str]:
    return ground.base, ground.index


def _packages(
    workspace: Workspace, recipes: Mapping[str, Recipe], grounds: Sequence[Ground]
) -> tuple[tuple[Builder, ...], dict[tuple[str, str], LocalPackage]]:
    """What builds local packages, and these by ground and folder, in the order of the folders."""
    known = {member.path: member for member in workspace.members}
    builders: dict[tuple[str, tuple[str, ...]], Builder] = {}
    found: dict[tuple[str, str], LocalPackage] = {}
    for ground in grounds:
        on_it = [recipe for recipe in recipes.values() if _key(recipe) == _of(ground)]
        for folder in sorted({f for each in on_it for f in (*each.folders, each.member.path)}):
            member = known.get(folder)
            requires = docker_recipe.build_requires([member] if member else [])
            name = f"builder-{len(builders) + 1}" if builders else "builder"
            builder = builders.setdefault(
                (ground.name, requires), Builder(name, ground.name, requires)
            )
            name = member.name if member else re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
            stage = f"package-{name}{ground.name.removeprefix('ground')}"
            found[ground.name, folder] = LocalPackage(stage, builder.name, name, folder)
    return tuple(builders.values()), found


def own_image(
    workspace: Workspace, member: Member, wish: Wish, platforms: tuple[str, ...] = ()
) -> OwnImage:
    """The image of a Dockerfile of its own; for development that of the same name with `.dev`."""
    settings = member.manifest.settings.docker
    dockerfile = member.file(settings.dockerfile or "Dockerfile") + (".dev" if wish.dev else "")
    context = settings.context or workspace.settings.docker.context or "."
    tag = tag_of(workspace, member, wish)
    return OwnImage(member.name, member.path, tag, dockerfile, context, platforms)


def build_of(workspace: Workspace, member: Member) -> str:
    """How a member's image is made: `layers`, `dockerfile`, or `none`."""
    return member.manifest.settings.docker.build or workspace.settings.docker.build


def _platforms(workspace: Workspace, member: Member) -> tuple[str, ...]:
    return member.manifest.settings.docker.platforms or workspace.settings.docker.platforms
