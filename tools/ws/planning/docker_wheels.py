"""Images that hold local packages as wheels, each built of its folder by a stage before."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.planning.docker_imports import CANNOT_TELL, Fault
from ws.planning.docker_needs import needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ws.model.workspace import Member
    from ws.planning.docker_layout import StageLayout
    from ws.planning.docker_needs import Known
    from ws.planning.docker_stage import Install

    Wheels = Mapping[str, tuple[Install, Member]]
    """By member, what builds its wheel."""


def reach_the_end(final: StageLayout, installs: Iterable[Install], wheels: Wheels) -> bool:
    """Whether what is installed from wheels, of which some are built here, is in the last stage."""
    present = {environment.key for environment in final.state.image.environments()}
    taken = (one for one in installs if any(path.endswith(".whl") for path, _ in one.call.paths))
    return bool(wheels) and any(one.key in present and one.certain for one in taken)


def by_the_lock(stages: Iterable[StageLayout]) -> bool:
    """Whether a loop over a list of folders goes over the local packages that a lock names.

    That is what the script lists which `ws docker new` writes (docker/third_party.py).
    """
    sources = (one for stage in stages for one in stage.state.image.layout().values())
    return any(posixpath.basename(one) == "third_party.py" for one in sources)


def without_wheel(wheels: Wheels, known: Known) -> Iterator[Fault]:
    """The path dependencies of which no wheel is built beside that of the member."""
    for install, member in wheels.values():
        for need in needs(member, known, None):
            if need.member is None:
                why = f"whether there is a wheel of {need.name}, which is no member, is not known"
                yield Fault(CANNOT_TELL, install.line, why, "", "warning", member.name)
            elif need.name not in wheels:
                yield Fault(
                    "docker/path-dependency-missing",
                    install.line,
                    f"{member.name} needs {need.name}, of which no wheel is built",
                    f"copy {need.member.path}, and build its wheel too",
                    "error",
                    member.name,
                )
