"""What to say of a path dependency that an install will not find: why, and what mends it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.planning.docker_copy import absolute, in_context
from ws.planning.docker_hints import copy_line, why_elsewhere
from ws.planning.docker_imports import CANNOT_TELL, Fault
from ws.planning.docker_needs import Known, Lack, Need, modules, needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.model.docker import Dockerfile
    from ws.model.image import Context
    from ws.model.workspace import Member
    from ws.planning.docker_layout import Missing, StageLayout
    from ws.planning.docker_stage import Install


_SOURCE = "docker/source-missing"
_REMEDIES = {
    "installs poetry,": "before this line: RUN pip install poetry==2.5.1, or in an environment of"
    " its own: python -m venv /opt/poetry, then /opt/poetry/bin/pip install poetry==2.5.1",
    "installs uv,": "before this line: RUN pip install uv",
    "installs pip,": "before this line: install the system's package python3-pip, or begin with"
    " FROM python",
    "installs python,": "before this line: install the system's package python3, or begin with"
    " FROM python",
    "invalid from flag value": "name the stage with AS NAME in its FROM, and copy --from=NAME",
    "copy from itself": "take out --from for what the build context has, or name a stage before",
    "after this line": "move that stage above this one",
    "where a file is": "copy the folder to another path, or the file",
    "it is there already": "mkdir -p makes what is not there",
    "fails: there is no": "make the folder before this line, or copy it there",
}
"""By a part of the message, what is to be done next."""


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
    tool: str = "Poetry"
    """Who looks for it."""

    @property
    def at(self) -> str:
        """Where it is looked for."""
        return absolute(self.folder, self.need.url)


class Story(NamedTuple):
    """A finding's rule, message and hint."""

    rule: str
    message: str
    hint: str = ""


def tell(absent: Absent, sight: Sight) -> Story:
    """What is wrong, and what to write."""
    rule, message = _what(absent, sight)
    return Story(rule, message, _remedy(absent, sight))


def _what(absent: Absent, sight: Sight) -> tuple[str, str]:
    install, member, folder, need, lack, tool = absent
    at = absent.at
    missing = "docker/path-dependency-missing" if need.direct else "docker/transitive-missing"
    looks = f"{tool} will look for {need.name} in {at}"
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
        if why := sight.context.hides(source):
            return f"take out {why}, or add after it: !{source}"
        return f"{need.folder} is not in the build context: see what .dockerignore hides"
    line = copy_line(sight.dockerfile, install, source, absent.at, need.url)
    return f"before line {install.line}: {line}"


def missing_source(missing: Missing, sight: Sight) -> Story:
    """What to say of a source of a `COPY` or a mount that is not there."""
    source = missing.source
    if missing.stage:
        hint = "name a folder that a line of that stage makes"
        if posixpath.basename(source.rstrip("/")) == ".venv" or "/virtualenvs/" in source:
            hint = "POETRY_VIRTUALENVS_IN_PROJECT=1 there puts it beside the manifest, as .venv"
        return Story(_SOURCE, f"the stage {missing.stage} has no {source}", hint)
    path = posixpath.normpath(posixpath.join(sight.context.folder, in_context(source)))
    if source.startswith(".."):
        message = f"{source} leaves the build context: a builder looks for {path}"
        hint = "build with a folder above as the context, and name the source relative to that"
        return Story(_SOURCE, message, hint)
    if why := sight.context.hides(in_context(source)):
        message = f"{source} is not in the build context: {why} hides it"
        return Story(_SOURCE, message, f"take out {why}, or add after it: !{in_context(source)}")
    message = f"{source} is not in the build context: there is no {path}"
    if sight.known.is_made(path):
        return Story(CANNOT_TELL, f"{message} now; git ignores it: it may be made before a build")
    hint = "see whether .dockerignore hides it, and which folder is the build context"
    return Story(_SOURCE, message, hint)


def remedy_of_failure(why: str) -> str:
    """What to do about a line that is sure to end a build, by what is said of it."""
    return next((remedy for said, remedy in _REMEDIES.items() if said in why), "")


def poetry_is_gone(stages: Iterable[StageLayout]) -> Iterator[Fault]:
    """`sync` into the environment that Poetry runs in removes Poetry, which no lock names."""
    for stage in stages:
        for index, install in enumerate(stage.installs):
            if not install.removes_poetry:
                continue
            after = [one for one in stage.installs[index + 1 :] if one.call.tool == "poetry"]
            then = f"; line {after[0].line} needs it again" if after else ""
            yield Fault(
                "docker/poetry-uninstalls-itself",
                install.line,
                f"poetry sync removes what no lock names from {install.environment},"
                f" and Poetry itself is there{then}",
                "give Poetry an environment of its own: python -m venv /opt/poetry,"
                " then /opt/poetry/bin/pip install poetry",
                "error" if after else "warning",
            )
