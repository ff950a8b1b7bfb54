"""What this machine knows of the sizes of what a first build downloads."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ws.engines.docker import LIMIT, engine_state
from ws.engines.images import Docker
from ws.engines.probes import find, limited
from ws.errors import ToolError
from ws.files.installed_sizes import installed_sizes
from ws.files.store import Store
from ws.formats import dockerfile_parser
from ws.generate.images import UV
from ws.model.images import LayeredImage
from ws.planning.docker_variables import variables
from ws.planning.downloads import Known, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.commands.images import Images
    from ws.model.workspace import Workspace

TOOL = Tool(UV, 17_000_000)
"""As its wheel for Linux weighs."""


def known(context: Context, found: Images, *, sizes: bool) -> Known:
    """What members' environments and an engine tell of sizes; without `sizes` nobody is asked.

    No engine is needed, and none is waited for long.
    """
    workspace, plan = found.workspace, found.plan
    images = [image.member for image in plan.images if not isinstance(image, LayeredImage)]
    dockerfiles = {i.member: i.dockerfile for i in plan.images if not isinstance(i, LayeredImage)}
    bases = {member: _bases(workspace, dockerfiles[member]) for member in images}
    if not sizes:
        return Known({}, {}, bases)
    venvs = [workspace.venv(member) for member in workspace.members]
    names = {ground.base for ground in plan.grounds}
    names |= {name for each in bases.values() for name in each}
    services = workspace.settings.compose.services.values()
    names |= {str(service["image"]) for service in services if "image" in service}
    archive = workspace.root / workspace.settings.docker.archive
    return Known(
        installed_sizes(workspace.root, venvs),
        _images(context, sorted(names)),
        bases,
        archive.stat().st_size if archive.is_file() else 0,
    )


def _bases(workspace: Workspace, dockerfile: str) -> tuple[str, ...]:
    """The images that a Dockerfile begins from, as far as its text tells."""
    data = Store(workspace.root).read(dockerfile) or b""
    parsed = dockerfile_parser.read(data.decode(errors="replace"), dockerfile)
    found = (stage.base.text for stage in variables(parsed) if stage.parent is None)
    return tuple(dict.fromkeys(name for name in found if name and name != "scratch"))


def _images(context: Context, names: Sequence[str]) -> Mapping[str, int]:
    """The sizes of those of these images that an engine has; none where there is no engine."""
    if not names or engine_state(context.environ).kind != "running":
        return {}
    with limited(LIMIT) as processes, suppress(ToolError):
        docker = Docker(find("docker", context.environ), context.environ, processes)
        return {name: image.size for name, image in docker.images(names).items()}
    return {}
