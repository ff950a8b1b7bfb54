"""What to say of a path dependency that an install will not find: why, and what mends it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.planning.docker_copy import absolute
from ws.planning.docker_hints import copy_line, why_elsewhere
from ws.planning.docker_needs import Known, Lack, Need, modules, needs

if TYPE_CHECKING:
    from ws.model.docker import Dockerfile
    from ws.model.image import Context
    from ws.model.workspace import Member
    from ws.planning.docker_layout import StageLayout
    from ws.planning.docker_stage import Install


class Sight(NamedTuple):
    """All that a story looks at."""

    dockerfile: Dockerfile
    context: Context
    known: Known
    stages: tuple[StageLayout, ...]


class Absent(NamedTuple):
    """A path dependency of a member that an install looks for, and what it lacks."""

    install: Install
    member: Member
    folder: str
    """Where the member's manifest is in the image: a `cd` may lead there, not the `WORKDIR`."""
    need: Need
    lack: Lack

    @property
    def at(self) -> str:
        """Where it is looked for."""
        return absolute(self.folder, self.need.url)


class Story(NamedTuple):
    """A finding's rule, message and hint."""

    rule: str
    message: str
    hint: str


def tell(absent: Absent, sight: Sight) -> Story:
    """What is wrong, and what to write."""
    rule, message = _what(absent, sight)
    return Story(rule, message, _remedy(absent, sight))


def _what(absent: Absent, sight: Sight) -> tuple[str, str]:
    install, member, folder, need, lack = absent
    at = absent.at
    missing = "docker/path-dependency-missing" if need.direct else "docker/transitive-missing"
    looks = f"Poetry will look for {need.name} in {at}"
    if lack.kind in ("readme", "module"):
        path = where_it_belongs(lack, at, need.member, sight.context)
        lacking = f"{looks}, where its {lack.kind} {path} is missing: it cannot be built"
        why = _hidden(absent, sight)
        return missing, f"{lacking}; {why} hides it" if why else lacking
    manifest = posixpath.join(_source(need, sight), "pyproject.toml")
    if place := _elsewhere(install, manifest, at):
        why = why_elsewhere(folder, member.path, need.url)
        message = f"{looks}, and it was copied to {posixpath.dirname(place)}"
        return "docker/wrong-depth", f"{message}: {why}" if why else message
    if lack.kind == "manifest":
        return missing, f"{looks}, where there is no pyproject.toml of it"
    later = sight.stages[-1].state.image.at(posixpath.join(at, "pyproject.toml"))
    if later.kind == "file" and later.line is not None and later.line > install.line:
        return missing, f"{looks}, and it is copied there in line {later.line} only"
    through = "" if need.direct else f": {_through(member, need, sight.known)} needs it"
    return missing, f"{looks}, and it is not there{through}"


def where_it_belongs(lack: Lack, folder: str, member: Member | None, context: Context) -> str:
    """The path in the image of what a package lacks, which is in `folder` there.

    A module may lie in `src` or beside the manifest: it is named where the workspace has it.
    """
    if lack.kind != "module" or member is None:
        return lack.path
    own = posixpath.relpath(member.path, context.folder)
    there = (one for one in modules(member.manifest) if context.exists(posixpath.join(own, one)))
    return next((absolute(folder, one) for one in there), lack.path)


def _elsewhere(install: Install, manifest: str, at: str) -> str:
    """Where else a manifest of the context was copied to, and still is."""
    for place in install.image.places(manifest):
        still = install.image.at(place).source == manifest
        if still and posixpath.dirname(place) != at:
            return place
    return ""


def _through(member: Member, need: Need, known: Known) -> str:
    """Which of the path dependencies needs one that the member itself does not name."""
    for other in needs(member, known, None):
        theirs = other.member.manifest.dependencies if other.member else ()
        if any(one.name == need.name and one.path is not None for one in theirs):
            return other.name
    return "its lock"


def _source(need: Need, sight: Sight) -> str:
    """The folder of a path dependency, relative to the build context."""
    return posixpath.relpath(need.folder, sight.context.folder)


def _hidden(absent: Absent, sight: Sight) -> str:
    """What of the ignore file keeps a module or readme from the builder; empty for nothing."""
    paths = [posixpath.relpath(absent.lack.path, absent.at)]
    if absent.lack.kind == "module" and absent.need.member:
        paths += modules(absent.need.member.manifest)
    folder = _source(absent.need, sight)
    told = (sight.context.hides(posixpath.join(folder, path)) for path in paths)
    return next(filter(None, told), "")


def _remedy(absent: Absent, sight: Sight) -> str:
    install, need = absent.install, absent.need
    if absent.lack.kind in ("readme", "module") and (why := _hidden(absent, sight)):
        return f"take out {why}, or add after it: !{_source(need, sight)}/**"
    source = _source(need, sight)
    if source == ".." or source.startswith("../"):
        return (
            f"no COPY reaches {need.folder} from the build context {sight.context.folder}:"
            " build with a folder above both as the context"
        )
    if not sight.context.exists(posixpath.join(source, "pyproject.toml")):
        return f"{need.folder} is not in the build context: see what .dockerignore hides"
    line = copy_line(sight.dockerfile, install, source, absent.at, need.url)
    return f"before line {install.line}: {line}"
