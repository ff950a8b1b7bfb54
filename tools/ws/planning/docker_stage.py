"""The state of a stage between two of its instructions."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.docker_shell import UNKNOWN
from ws.formats.dockerfile_expansion import expand
from ws.planning.docker_cached import env_name
from ws.planning.docker_copy import absolute
from ws.planning.docker_tools import Tools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.formats.docker_shell import Command
    from ws.formats.dockerfile_expansion import Expansion
    from ws.model.image import Image
    from ws.planning.docker_programs import Call

SYSTEM = "/usr/local"
"""The environment of the image's own Python: there in the official images, and on Debian what pip
installs goes there."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NO = ("false", "0", "no", "off")


@dataclass(frozen=True, slots=True)
class Install:
    """One call of Poetry, pip or uv, and the moment at which it ran."""

    key: int
    """Which of all it is: an environment in an image says who installed into it by this."""
    stage: int
    line: int
    call: Call
    image: Image = field(repr=False)
    """As it was before, with what is mounted for this `RUN` alone."""
    environment: str
    """Where it installs to: `/app/.venv`, `/usr/local`; it may hold `UNKNOWN`."""
    workdir: str
    certain: bool = True
    """Whether it is sure to run, and the build to stop when it fails."""
    removes_poetry: bool = False
    """Whether Poetry lies in that environment too, and is not asked for."""
    editable: bool = True
    """Whether path dependencies are installed as the lock says; `poetry bundle` copies them."""
    tools: Tools = field(default_factory=Tools)
    """What is known of the Poetry that is there."""


class State(NamedTuple):
    """What holds after some of a stage's instructions."""

    image: Image
    folder: str = "/"
    """The `WORKDIR`; it may hold `UNKNOWN`."""
    env: Mapping[str, str | None] = {"PATH": _PATH}
    """The variables of `ENV`; `None` where nobody can tell."""
    args: Mapping[str, str | None] = {}
    user: str = "root"
    settings: Mapping[str, str] = {}
    """What `poetry config` set, under the names of Poetry's environment variables."""
    venvs: tuple[str, ...] = ()
    """Virtual environments that were made, apart from Poetry's own."""
    poetry_in: str = ""
    """The environment that pip installed Poetry into."""
    tools: Tools = Tools()
    escape: str = "\\"
    python: str = ""
    """The minor version of the base image's Python; empty where nobody knows."""
    names: Mapping[str, str] = {}
    """The names of projects by their manifest's path in the build context."""
    followed: bool = False
    """Whether all that it holds outside of the system's folders is known."""

    def expand(self, text: str) -> str | None:
        """A word with its variables put in; `None` where nobody can tell."""
        return self.expansion(text).text

    def expansion(self, text: str) -> Expansion:
        """What comes of a word, and why a builder would refuse it."""
        return expand(text, {**self.args, **self.env}, self.escape)

    def absolute(self, path: str) -> str:
        """A path as `WORKDIR`, `COPY` and mounts take it: relative to the `WORKDIR`."""
        return (
            UNKNOWN if UNKNOWN in self.folder and path[:1] != "/" else absolute(self.folder, path)
        )

    @property
    def variables(self) -> dict[str, str]:
        """What a `RUN` sees in its environment."""
        home = "/root" if self.user in ("root", "0") else f"/home/{self.user}"
        every = {"HOME": home, **self.args, **self.env}
        return {name: UNKNOWN if value is None else value for name, value in every.items()}


def environment_of(call: Call, command: Command, state: State) -> str:
    """The environment that a call installs into.

    Poetry: `EnvManager.get` and `create_venv` in poetry/utils/env/env_manager.py. A `poetry.toml`
    beside the manifest is taken to ask for an environment in the project, which is what it is
    there for nearly always.
    """
    variables = command.variables
    if call.prefix:
        return call.prefix
    if active := variables.get("VIRTUAL_ENV"):
        return active
    if call.tool == "poetry" or (call.tool == "uv" and call.verb == "sync"):
        return _of_project(call, command, state)
    if call.by.endswith("/bin") and call.by.startswith("/"):
        own = posixpath.dirname(call.by)
        return SYSTEM if own == "/usr" else own
    return system(variables, state)


def system(variables: Mapping[str, str], state: State) -> str:
    """The environment of the `python` that PATH finds."""
    for folder in variables.get("PATH", "").split(":"):
        if posixpath.dirname(folder) in state.venvs:
            return posixpath.dirname(folder)
    return SYSTEM


def _of_project(call: Call, command: Command, state: State) -> str:
    own = f"{call.project}/.venv"
    if call.tool == "uv":
        return state.absolute(command.variables.get("UV_PROJECT_ENVIRONMENT", own))
    if UNKNOWN in call.project or state.image.at(own).kind == "folder":
        return own
    settings = {**state.settings, **command.variables}
    if settings.get("POETRY_VIRTUALENVS_CREATE", "true").lower() in _NO:
        return SYSTEM  # the Python below any virtual environment, Poetry's own and PATH's too
    has_settings = state.image.at(f"{call.project}/poetry.toml").kind == "file"
    default = "true" if has_settings else "false"
    if settings.get("POETRY_VIRTUALENVS_IN_PROJECT", default).lower() not in _NO:
        return own
    home = settings.get("HOME", "/root")
    cache = settings.get("POETRY_CACHE_DIR", f"{home}/.cache/pypoetry")
    path = settings.get("POETRY_VIRTUALENVS_PATH", "{cache-dir}/virtualenvs")
    manifest = state.image.at(posixpath.join(call.project, "pyproject.toml")).source
    name = env_name(state.names.get(manifest, ""), call.project, state.python)
    return posixpath.normpath(f"{path.replace('{cache-dir}', cache)}/{name}")
