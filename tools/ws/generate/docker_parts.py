"""The parts of a Dockerfile that depend on the member: each a few lines, or none."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from typing import TYPE_CHECKING

from ws.planning import health as health_of
from ws.planning.docker_places import copy_destination

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.docker_recipe import Recipe

BUILD_WHEEL = '/opt/build/bin/python -c "${BUILD_WHEEL}"'
"""Builds the package in the current folder, by the hook of PEP 517 that pip would call too."""

_PIP = "python -m pip --python /opt/venv/bin/python install --no-deps"
_PLAIN = re.compile(r"[^\"$`\\]*")
"""What a shell leaves as it is between double quotes."""
_UNPINNED = (
    "# Debian drops old versions from its archive: a pinned one would break the build one day.\n"
    "# hadolint ignore=DL3008\n"
)


def apt(packages: Iterable[str]) -> str:
    """The `RUN` that installs these system packages; empty for none."""
    listed = "".join(f"        {package} \\\n" for package in sorted(set(packages)))
    if not listed:
        return ""
    return (
        f"{_UNPINNED}RUN apt-get update \\\n && apt-get install --yes --no-install-recommends \\\n"
        f"{listed} && apt-get clean \\\n && rm -rf /var/lib/apt/lists/*"
    )


def install_third_party(recipe: Recipe) -> str:
    """The command that installs what `third_party.py` wrote."""
    hashed = f"{_PIP} --require-hashes \\\n        -r requirements.txt"
    return f"{hashed} \\\n && {_PIP} -r direct.txt" if recipe.from_git else hashed


def locked_files(recipe: Recipe) -> str:
    """Which files of `third_party.py` that needs."""
    names = ("requirements.txt", "direct.txt") if recipe.from_git else ("requirements.txt",)
    return " ".join(f"/locked/{name}" for name in names)


def wheels(recipe: Recipe) -> str:
    """The building of the path dependencies and of the member, each in its own layer."""
    return "\n".join(
        f"WORKDIR {quoted(mirrored(folder))}\n"
        f"{copy(f'{source(recipe, folder)}/')}\nRUN {BUILD_WHEEL}"
        for folder in (*recipe.folders, recipe.member.path)
    )


def mirrored_copies(recipe: Recipe) -> str:
    """The path dependencies, to where they lie in a mirror of the repository."""
    return "\n".join(
        copy(f"{source(recipe, folder)}/", to=f"{mirrored(folder)}/") for folder in recipe.folders
    )


def shared_copies(recipe: Recipe, libraries: Iterable[str]) -> str:
    """Those of `libraries` that the context holds, to where they lie in a mirror of the context."""
    folders = (source(recipe, folder) for folder in libraries)
    return "\n".join(
        copy(f"{folder}/", to=f"{mirrored(folder)}/")
        for folder in folders
        if not folder.startswith("../")
    )


def source(recipe: Recipe, path: str) -> str:
    """A path of the repository, relative to the build context."""
    return posixpath.relpath(path, recipe.context)


def copy(*sources: str, to: str = "./") -> str:
    """A `COPY`; in JSON form where a path has a blank in it."""
    return f"COPY {words(*sources, to=to)}"


def words(*sources: str, to: str) -> str:
    """What stands behind `COPY` and its options."""
    paths = [*(path.removeprefix("./") or "./" for path in sources), to]
    if any(" " in path for path in paths):
        return json.dumps(paths, ensure_ascii=False)
    return " ".join(paths)


def quoted(path: str) -> str:
    """A path as the builder reads one word of a line."""
    return f'"{path}"' if " " in path else path


def mirrored(folder: str) -> str:
    """Where a folder of the repository, or of the context, lies in its mirror."""
    return "/ws" if folder == "." else f"/ws/{folder}"


def classic_copies(recipe: Recipe, workdir: str) -> str:
    """Path dependencies, where the member's own paths lead from `workdir`, installed."""
    if not recipe.folders:
        return ""
    member = recipe.member.path
    places = [copy_destination(member, workdir, each, recipe.context) for each in recipe.folders]
    copies = "".join(f"{copy(f'{one.source}/', to=f'{one.relative}/')}\n" for one in places)
    led = "\n".join(f"#   {place.relative} is {place.absolute}" for place in places)
    return (
        f"\n# Then path dependencies, where their paths lead from {workdir} (`..` stops at /):\n"
        f"{led}\n{copies}"
        "RUN --mount=type=secret,id=auth.toml,target=/root/.config/pypoetry/auth.toml \\\n"
        "    poetry install --no-interaction --compile --only main --no-root\n"
    )


def expose(recipe: Recipe) -> str:
    """`EXPOSE`, if the member listens anywhere."""
    return f"EXPOSE {recipe.settings.port}" if recipe.settings.port else ""


def health(recipe: Recipe) -> str:
    """`HEALTHCHECK`: as the member says, else whether its port answers, else whether it loads."""
    settings = recipe.settings
    if asked := health_of.command(settings):
        return f"HEALTHCHECK --start-period=10s --timeout=10s CMD {asked}"
    if check := health_of.probe(settings):
        return f"HEALTHCHECK --start-period=10s --timeout=5s CMD {_python(check)}"
    # Nothing listens that could be asked; an import takes its time, so it is done seldom.
    said = "# It listens nowhere: what can be asked is whether its program still loads."
    check = f"import {recipe.script.module if recipe.script else ''}"
    return f"{said}\nHEALTHCHECK --interval=5m --timeout=30s CMD {_python(check)}"


def debugger(recipe: Recipe) -> str:
    """The installation of debugpy apart from the environment; empty where none is wanted."""
    if not recipe.settings.debugger:
        return ""
    return (
        "\n# The debugger lies apart, so that the environment is that of the lock.\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \\\n"
        '    python -m pip install --target /opt/debugger "debugpy>=1.8,<2"\n'
    )


def debug_usage(recipe: Recipe) -> str:
    """How to ask for the debugger, as a comment."""
    port, name = recipe.settings.debugger, recipe.member.name
    if not port:
        return ""
    run = '#   docker run --rm -it -v "$PWD:/ws"'
    said = "      waits for a debugger"
    if recipe.script is None:
        return f"{run} -p {port}:{port} {name}:dev {_under(port)} -m pytest{said}"
    return f"{run} -e DEBUG=1 -p {port}:{port} {name}:dev{said}"


def dev_command(recipe: Recipe) -> str:
    """The arguments of `CMD`: the script, or the script under the debugger, if `DEBUG` is set.

    A library has no script: its image begins with Python, which can import it.
    """
    port = recipe.settings.debugger
    if recipe.script is None:
        return json.dumps(["python"])
    if not port:
        return json.dumps([recipe.script.name])
    path = f"/opt/venv/bin/{recipe.script.name}"
    return json.dumps(["sh", "-c", f"exec ${{DEBUG:+{_under(port)}}} {path}"])


def _under(port: int) -> str:
    return f"python /opt/debugger/debugpy --listen 0.0.0.0:{port} --wait-for-client"


def requirements(listed: Iterable[str]) -> str:
    """Requirements as words of a shell's command."""
    return " ".join(f'"{each}"' if _PLAIN.fullmatch(each) else shlex.quote(each) for each in listed)


def _python(code: str) -> str:
    return json.dumps(["python", "-c", code])
