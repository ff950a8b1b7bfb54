"""What is asked of each image to see that it is in working order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.checks import Question
from ws.model.images import LayeredImage
from ws.model.manifest import MAIN
from ws.planning import docker_recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ws.model.checks import Check
    from ws.model.images import Image, ImagePlan
    from ws.model.manifest import Dependency
    from ws.model.sources import Layout
    from ws.model.workspace import Member, Workspace

_NO_PROGRAM = "there is no program "
"""As `ws.engines.inside_container` says it."""
_REMEDY = 'say how it answers: smoke = ["COMMAND", "…"] under [tool.ws.docker]'


def question(
    workspace: Workspace, plan: ImagePlan, image: Image, layouts: Mapping[str, Layout]
) -> Question:
    """What is asked of an image: what its member says, and the modules of all that is in it.

    `layouts` are those of all members, by name.
    """
    member = workspace.by_name[image.member]
    settings = member.manifest.settings.docker
    smoke = settings.smoke
    inside = (
        [package.member for package in plan.inside(image)]
        if isinstance(image, LayeredImage)
        else sorted(_needed(workspace, member))
    )
    modules = {m for name in inside if name in layouts for m in layouts[name].modules}
    return Question(
        script=_script(member, image),
        line=smoke if isinstance(smoke, str) else "",
        command=() if isinstance(smoke, str) else smoke,
        port=settings.port,
        health=settings.health,
        imports=tuple(sorted(modules)),
    )


def verdict(checks: Iterable[Check], asked: Iterable[str], trouble: str) -> str:
    """Why an image is not in working order; empty where it is.

    `trouble` is what ended the program that looked, and counts where it did not get to a check.
    """
    done = {check.name: check for check in checks}
    missing = [name for name in asked if name not in done]
    words = [f"{each.name}: {_said(each)}" for each in done.values() if each.status == "failed"]
    return "; ".join([*words, *([f"{missing[0]}: {trouble}"] if missing else [])])


def _said(check: Check) -> str:
    """What a check found, and the remedy where only the member can say how its program answers."""
    return f"{check.detail}; {_REMEDY}" if check.detail.startswith(_NO_PROGRAM) else check.detail


def _script(member: Member, image: Image) -> str:
    """The console script of an image, the one that its member means."""
    if isinstance(image, LayeredImage):
        return image.recipe.start
    found = docker_recipe.scripts(member)
    said = member.manifest.settings.docker.script
    return said or (member.name if member.name in found else next(iter(found), member.name))


def _needed(workspace: Workspace, member: Member) -> set[str]:
    """A member and the members that come along with it, extras aside."""
    known, todo, found = workspace.by_name, [member.name], set[str]()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [target for target in _mains(known[name]) if target in known]
    return found


def _mains(member: Member) -> Iterator[str]:
    for dependency in member.manifest.dependencies:
        if dependency.group == MAIN and not _is_extra(member, dependency):
            yield dependency.name


def _is_extra(member: Member, dependency: Dependency) -> bool:
    if dependency.keys[:2] == ("project", "optional-dependencies"):
        return True
    poetry = member.manifest.document.get("tool", {}).get("poetry", {}).get("dependencies", {})
    table = poetry.get(dependency.keys[-1])
    return isinstance(table, dict) and bool(table.get("optional"))
