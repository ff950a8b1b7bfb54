"""Whether the images of a member for development and production agree (`docker/parity`)."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ws.planning.skew import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ws.model.report import Finding
    from ws.planning.docker_built import Built

    Pins = Callable[[str], Mapping[str, str]]

RULE = "docker/parity"
_DEV = re.compile(r"(?:^|[._-])dev(?:el|elopment)?(?:$|[._-])", re.IGNORECASE)
_PYTHON = re.compile(r"(?:^|/)python:(\d+(?:\.\d+)*)")


def findings(builds: Iterable[Built], pins: Pins) -> Iterator[Finding]:
    """A warning for each difference between the images of one member.

    `pins` gives the versions of packages that a list of requirements or a lock names, by its path
    relative to the workspace root. Images for development are those whose Dockerfile or target has
    `dev` in its name.
    """
    of_member: dict[str, list[Built]] = {}
    for built in builds:
        if built.member and built.verdict.stages:
            of_member.setdefault(built.member, []).append(built)
    for several in of_member.values():
        production = [built for built in several if not is_development(built)]
        for built in (one for one in several if is_development(one)):
            for other in production:
                yield from _of_pair(built, other, pins)


def is_development(built: Built) -> bool:
    """Whether it is for development, by its names."""
    name = posixpath.basename(built.dockerfile.path)
    return bool(_DEV.search(name) or _DEV.search(built.target))


def _of_pair(development: Built, production: Built, pins: Pins) -> Iterator[Finding]:
    where = production.dockerfile.path
    mine = development.base(development.final.index)
    other = production.base(production.final.index)
    if mine and other and mine != other:
        pythons = [_PYTHON.search(image) for image in (mine, other)]
        versions = {found[1] for found in pythons if found}
        what = "Python" if len(versions) > 1 else "base"
        yield development.warning(
            RULE,
            _base_line(development),
            f"development has another {what} than production: {mine} here, {other} in {where}",
            "begin both from the same image",
        )
    yield from _of_versions(development, production, pins)


def _base_line(built: Built) -> int:
    """The `FROM` that names the image which the last stage comes from."""
    index = built.final.index
    while (parent := built.variables[index].parent) is not None:
        index = parent
    return built.dockerfile.stages[index].source.line


def _of_versions(development: Built, production: Built, pins: Pins) -> Iterator[Finding]:
    mine, theirs = _lists(development), _lists(production)
    if not mine or not theirs or set(mine) == set(theirs):
        return
    ours = {name: pin for path in mine for name, pin in pins(path).items()}
    others = {name: pin for path in theirs for name, pin in pins(path).items()}
    differing = sorted(name for name in ours.keys() & others.keys() if ours[name] != others[name])
    if differing:
        told = [f"{name} ({ours[name]}, {others[name]})" for name in differing]
        yield development.warning(
            RULE,
            mine[min(mine)],
            f"{some(sorted(mine))} and {some(sorted(theirs))}, from which"
            f" {production.dockerfile.path} installs, have different versions: {some(told)}",
            "install both from the same lock",
        )


def _lists(built: Built) -> dict[str, int]:
    """The locks and lists that its installs read, and the lines that copy them."""
    found: dict[str, int] = {}
    for stage in built.verdict.stages:
        for install in stage.installs:
            wanted = [*install.call.files]
            if install.call.tool == "poetry":
                wanted.append(posixpath.join(install.call.project, "poetry.lock"))
            for at in wanted:
                there = install.image.at(at)
                if there.kind == "file" and there.source:
                    found.setdefault(built.path(there.source), there.line or install.line)
    return found
