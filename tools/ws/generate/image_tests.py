"""The Dockerfile of an image on top of a member's, in which its tests run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.generate import docker_parts as parts
from ws.generate import images

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.image_tests import ImageTest

_HEAD = """\
# Made by `ws docker test`: a member's tests, on top of its image.
# {how}
"""


def dockerfile(test: ImageTest, folder: str, folders: Iterable[str], how: str) -> str:
    """The Dockerfile of a test; its context is the workspace root.

    `folder` is where its requirements lie, relative to that; `folders` are those of its paths that
    are folders, and `how` is one line that says how to build it.
    """
    member, listed = test.image.recipe.member, set(folders)
    target = parts.mirrored(member.path)
    owner = f"COPY --chown={test.user} "
    files = [member.file(path) for path in test.paths if path not in listed]
    lines = [
        f"FROM {test.image.tag} AS {test.layer.name}",
        "USER root",
        parts.apt(test.layer.apt_build),
        images.install(test.layer, folder, images.tools_of("ground"))
        if test.layer.requirements
        else "",
        *(f"COPY --from={each.name} /site/ /opt/venv/" for each in test.plan.packages),
        owner + parts.words(*files, to=f"{target}/") if files else "",
        *(
            owner + parts.words(f"{member.file(path)}/", to=f"{target}/{path}/")
            for path in test.paths
            if path in listed
        ),
        f"USER {test.user}",
        f"WORKDIR {parts.quoted(target)}",
    ]
    below = images.dockerfile(test.plan, folder, how, _HEAD)
    return f"{below}\n" + "".join(f"{line}\n" for line in lines if line)


def requirements(test: ImageTest) -> dict[str, str]:
    """Its requirements files, by name."""
    return images.requirements(replace(test.plan, layers=(test.layer,)))


def ignore_file(test: ImageTest, folder: str, ignored: Iterable[str]) -> str:
    """The `.dockerignore` of that Dockerfile; `ignored` are patterns in the form of such a file."""
    member = test.image.recipe.member
    wanted = [*(each.folder for each in test.plan.packages), *map(member.file, test.paths)]
    lines = ["*", *(f"!{each}" for each in wanted), *ignored, f"!{folder}/requirements"]
    return "".join(f"{line}\n" for line in lines)
