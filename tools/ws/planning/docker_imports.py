"""Whether a container of the last stage can import the path dependencies that were installed.

An editable install leaves a `.pth` file with absolute paths (`EditableBuilder._add_pth`): what it
names must lie there in the last stage too, wherever the environment came from. Anything else is
copied into the environment. `PYTHONPATH` and the `WORKDIR` are looked through besides.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from ws.model.names import normalise
from ws.planning.docker_cached import is_cached
from ws.planning.docker_copy import absolute
from ws.planning.docker_hints import in_project
from ws.planning.docker_needs import absent_module, module_names, needs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from ws.model.image import Environment
    from ws.model.report import Severity
    from ws.model.workspace import Member
    from ws.planning.docker_layout import StageLayout
    from ws.planning.docker_needs import Known, Need
    from ws.planning.docker_stage import Install

_TOOLS = frozenset(
    {
        *("poetry", "poetry-core", "poetry-plugin-export", "poetry-plugin-bundle", "pip", "pipx"),
        *("setuptools", "wheel", "virtualenv", "uv", "build", "gunicorn", "uvicorn", "supervisor"),
    }
)
"""What pip installs for the sake of an image, and none of which needs anybody's own package."""
_PACKAGES = re.compile(r"(/.*/lib/python(3\.\d+)/site-packages)(?:/|$)")
"""Debian's own Python looks in `dist-packages`, and the official images' does not."""
CANNOT_TELL = "docker/cannot-tell"


class Fault(NamedTuple):
    """What is wrong in a container, in the order of what a finding says."""

    rule: str
    line: int
    message: str
    hint: str = ""
    severity: Severity = "error"
    member: str | None = None


def faults_in_container(
    final: StageLayout,
    judged: Sequence[tuple[Install, Member]],
    known: Known,
    doubtful: Collection[str] = (),
    settle: Callable[[Fault, Need, Member], Fault] = lambda fault, _need, _member: fault,
) -> Iterator[Fault]:
    """What goes wrong in a container of `final`, given the installs of members and that they work.

    `judged` are those of all stages; of what is `doubtful` already, nothing more is said. `settle`
    looks at each fault in the light of how a container starts.
    """
    environments = final.state.image.environments()
    by_key = {one.key: one for one in sorted(environments, key=lambda one: one.sure)}
    moved = {one.made_at: one for one in environments if one.whole and one.at != one.made_at}
    yield from map(_moved, moved.values())
    for member in dict.fromkeys(member.name for _, member in judged):
        installs = [(install, owner) for install, owner in judged if owner.name == member]
        owner = installs[0][1]
        wanted = {
            need.name: need for install, _ in installs for need in needs(owner, known, install.call)
        }
        for need in (need for name, need in wanted.items() if name not in doubtful):
            if _by_itself(final, need, judged, by_key):
                continue
            fault = _of_need(final, need, owner, installs, by_key, known)
            if fault is not None:
                yield settle(fault, need, owner)


def _by_itself(
    final: StageLayout,
    need: Need,
    judged: Sequence[tuple[Install, Member]],
    present: dict[int, Environment],
) -> bool:
    """Whether it was installed from its own folder, and can be imported."""
    mine = [one for one, owner in judged if owner is need.member and one.key in present]
    return any(one.certain and _finds_itself(final, need, one) for one in mine)


def _finds_itself(final: StageLayout, need: Need, install: Install) -> bool:
    """Whether what an install of a folder leaves is there: Poetry's are always editable."""
    assert need.member is not None
    folders = [path for path, editable in install.call.paths if editable]
    if install.call.verb != "pip":
        folders = [install.call.project]
    image, manifest = final.state.image, need.member.manifest
    mine = install.call.verb == "pip" or install.call.root
    return mine and all(absent_module(image, one, manifest) is None for one in folders)


def _of_need(
    final: StageLayout,
    need: Need,
    member: Member,
    installs: Sequence[tuple[Install, Member]],
    present: dict[int, Environment],
    known: Known,
) -> Fault | None:
    """Why one path dependency cannot be imported; `None` where it can be, or is no member's."""
    if need.member is None or is_on_path(final, need):
        return None
    having = [one for one, _ in installs if _has(one, member, need, known)]
    inside = [one for one in having if one.key in present]
    if not inside:
        return _nowhere(final, need, member, having, installs)
    if not any(present[one.key].sure for one in inside):
        found = present[inside[-1].key]
        why = f"whether {found.made_at} is the environment of line {inside[-1].line}"
        named = f"depends on its Python: the name is {inside[-1].environment}"
        why = f"{why} {named if is_cached(found.made_at) else 'is known at build time only'}"
        return Fault(CANNOT_TELL, found.line, why, in_project(inside[-1]), "warning", member.name)
    if not any(one.certain for one in inside):
        line = inside[-1].line
        why = f"whether {need.name} is installed depends on a command that may not run"
        return Fault(CANNOT_TELL, line, why, "", "warning", member.name)
    faults = [_editable(final, need, member, one, present[one.key]) for one in inside]
    return None if None in faults else faults[-1]


def _has(install: Install, member: Member, need: Need, known: Known) -> bool:
    """Whether an install puts a path dependency into its environment."""
    if install.call.verb not in ("install", "sync", "update", "pip"):
        return False
    if not install.call.installs_paths:
        return False
    return any(one.name == need.name for one in needs(member, known, install.call))


def _editable(
    final: StageLayout, need: Need, member: Member, install: Install, environment: Environment
) -> Fault | None:
    """Whether what a `.pth` file of an install names is there in the last stage."""
    if install.call.verb == "pip" or not need.editable or not install.editable:
        return None
    assert need.member is not None
    at = absolute(install.call.project, need.url)
    lack = absent_module(final.state.image, at, need.member.manifest)
    if lack is None:
        return None
    if lack.kind == "unknown":
        return Fault(
            CANNOT_TELL, environment.line, f"{lack.path}: {lack.why}", "", "warning", member.name
        )
    return Fault(
        "docker/editable-across-stages",
        environment.line,
        f"{need.name} is installed editable: the environment names {at}, which is not in the"
        f" last stage (No module named '{module_names(need.member.manifest)[0]}')",
        f"COPY --from the folder {at} too, or install it with develop = false",
        "error",
        member.name,
    )


def _nowhere(
    final: StageLayout,
    need: Need,
    member: Member,
    having: Sequence[Install],
    installs: Sequence[tuple[Install, Member]],
) -> Fault:
    """What to say where no environment of the last stage has a path dependency."""
    others = [one for one in final.installs if _may_bring(one)]
    wheels = [one for one in final.installs if one.call.paths]
    if others or wheels:
        line = (others or wheels)[-1].line
        why = f"whether {need.name} is among what pip installs here is known at build time only"
        return Fault(CANNOT_TELL, line, why, "", "warning", member.name)
    if having:
        return Fault(
            "docker/path-dependency-missing",
            final.line,
            f"{need.name} is installed to {having[-1].environment} in line {having[-1].line},"
            " which is not in the last stage",
            in_project(having[-1])
            if is_cached(having[-1].environment)
            else f"COPY --from that stage {having[-1].environment} to the same path",
            "error",
            member.name,
        )
    last = installs[-1][0]
    return Fault(
        "docker/path-dependency-missing",
        last.line,
        f"nothing installs {need.name}: no install here takes path dependencies",
        "after it is copied, run poetry install without --no-directory",
        "error",
        member.name,
    )


def _may_bring(install: Install) -> bool:
    """Whether nobody knows what else an install brings: tools need no package of a workspace."""
    names = (re.split(r"[^\w.-]", one.strip("\"'"), maxsplit=1)[0] for one in install.call.names)
    return bool(install.call.files) or any(normalise(one) not in _TOOLS for one in names)


def _moved(environment: Environment) -> Fault:
    return Fault(
        "docker/venv-moved",
        environment.line,
        f"the environment was made in {environment.made_at} and lies in {environment.at}:"
        " the first line of its scripts names a Python that is not there",
        f"copy it to {environment.made_at}, or make it in {environment.at}",
        "warning",
    )


def is_on_path(final: StageLayout, need: Need) -> bool:
    """Whether Python finds the modules: in `PYTHONPATH`, where it starts, beside its packages."""
    assert need.member is not None
    state = final.state
    folders = (state.env.get("PYTHONPATH") or "").split(":")
    places = [absolute(state.folder, one) for one in folders if one] + [state.folder]
    places += _packages(final)
    return any(
        all(_is_module(final, place, name) for name in module_names(need.member.manifest))
        for place in places
    )


def _packages(final: StageLayout) -> list[str]:
    """The folders of a Python's packages to which something of the context was copied."""
    found = filter(None, map(_PACKAGES.match, final.state.image.layout()))
    version = final.state.python
    return [one[1] for one in found if not version or one[2] == version]


def _is_module(final: StageLayout, folder: str, name: str) -> bool:
    image = final.state.image
    stem = posixpath.join(folder, name)
    return image.at(f"{stem}/__init__.py").kind == "file" or image.at(f"{stem}.py").kind == "file"
