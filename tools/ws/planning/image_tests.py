"""What a member's tests need on top of its image."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ws.formats.lock import read_lock
from ws.model.image_tests import ImageTest
from ws.model.images import Builder, ImagePlan, Layer, LocalPackage
from ws.planning import docker_recipe
from ws.planning.image_requirements import python_of, requirements

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from ws.model.built import BuiltImage
    from ws.model.images import Ground, LayeredImage
    from ws.model.workspace import Workspace

_FOLDERS = ("tests", "test")
_SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "conftest.py")
"""Where pytest looks for settings: https://docs.pytest.org/en/stable/reference/customize.html."""
_TEST = re.compile(r"test_.*\.py|.*_test\.py")


def image_test(
    workspace: Workspace,
    plan: ImagePlan,
    image: LayeredImage,
    lock: bytes,
    built: BuiltImage,
    entries: Collection[str],
) -> ImageTest:
    """What is put on the image that was built, whose tag it stands on.

    `lock` is the member's, and `entries` the names of what lies in its folder. The groups are those
    that Poetry installs if it is not asked; what the image has already is not installed again.
    Raises all that speaks against it (`ManifestError` or `Faults`).
    """
    member, ground = image.recipe.member, plan.ground(image)
    recipe = docker_recipe.recipe(workspace, member, lock, "dev")
    has = {each.name for layer in plan.stack(image) for each in layer.requirements}
    wanted = requirements(
        read_lock(lock), recipe.groups, python_of(ground.base), recipe.settings.extras
    )
    more = tuple(each for each in wanted if each.name not in has)
    apt_build = recipe.apt_build if any(each.built for each in more) else ()
    folders = [each for each in recipe.folders if each not in image.recipe.folders]
    return ImageTest(
        image,
        _packages(workspace, ground, folders),
        Layer(f"test-{member.name}", image.tag, (member.name,), more, apt_build),
        test_paths(member.manifest.document, entries),
        built.user or "root",
    )


def has_pytest(plan: ImagePlan, test: ImageTest) -> bool:
    """Whether there is a pytest to run the tests with."""
    layers = (*plan.stack(test.image), test.layer)
    return any(each.name == "pytest" for layer in layers for each in layer.requirements)


def test_paths(document: Mapping[str, Any], entries: Collection[str]) -> tuple[str, ...]:
    """Which of the entries of a member's folder are its tests, and settings of these.

    `document` is its manifest: pytest's `testpaths` there, else the folders and files that bear
    the usual names. Empty where there is no test.
    """
    said = document.get("tool", {}).get("pytest", {}).get("ini_options", {}).get("testpaths", ())
    listed = said.split() if isinstance(said, str) else list(said)
    tops = dict.fromkeys(str(each).strip("./").partition("/")[0] for each in listed)
    found = [each for each in (*tops, *_FOLDERS) if each in entries]
    found += sorted(each for each in entries if _TEST.fullmatch(each))
    settings = [each for each in _SETTINGS if each in entries]
    return (*settings, *dict.fromkeys(found)) if found else ()


def _packages(workspace: Workspace, ground: Ground, folders: Collection[str]) -> ImagePlan:
    """What builds packages of the workspace that only tests need."""
    known = {member.path: member for member in workspace.members}
    builders, packages = [], []
    for number, folder in enumerate(folders, start=1):
        member = known.get(folder)
        requires = docker_recipe.build_requires([member] if member else [])
        builders.append(Builder(f"builder-{number}", ground.name, requires))
        name = member.name if member else f"{number}"
        packages.append(LocalPackage(f"package-{name}", builders[-1].name, name, folder))
    grounds = (replace(ground, name="ground"),) if ground.name != "ground" else (ground,)
    builders = [replace(each, ground="ground") for each in builders]
    return ImagePlan(
        dev=False,
        grounds=grounds,
        layers=(),
        builders=tuple(builders),
        packages=tuple(packages),
        images=(),
    )
