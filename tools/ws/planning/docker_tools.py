"""Which of Poetry, uv, pip and Python an image is sure to be without, and which Poetry it has.

Only of images that are known to come without them, and as long as no command may have brought one:
the official ones (`python`, `debian`, `ubuntu`, `alpine` on Docker Hub).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.docker_shell import UNKNOWN
from ws.planning.docker_files import is_followed

if TYPE_CHECKING:
    from ws.formats.docker_shell import Command
    from ws.model.image import Image
    from ws.planning.docker_programs import Call

_ALL = frozenset({"poetry", "uv", "pip", "python"})
_OFFICIAL = {
    "python": frozenset({"poetry", "uv"}),
    **dict.fromkeys(("debian", "ubuntu", "alpine", "scratch"), _ALL),
}
_LIBRARY = re.compile(
    r"(?:(?:[\w.:/-]+/)?library/|(?:index\.)?docker\.io/)?(\w+)(?::[\w.-]+)?(?:@.+)?"
)
_PROGRAM = re.compile(r"(poetry|uv|pip|python)(?:[\d.]*)")
_PACKAGERS = {"apt-get", "apt", "apk", "dnf", "yum"}
_PLAIN = {"pip", "setuptools", "wheel", "virtualenv", "build", "pipx"}
"""Packages that bring none of the programs, and no plugin of Poetry's."""
_POETRY = re.compile(r"poetry(?:\[[\w,-]*\])?(?:==(\d+(?:\.\d+)*))?(?:[=<>!~;@].*)?", re.IGNORECASE)
_INSTALLER = "install.python-poetry.org"


class Tools(NamedTuple):
    """What is known of the programs in an image."""

    lacking: frozenset[str] = frozenset()
    """Those that are sure not to be there, but for what files say."""
    version: tuple[int, ...] = ()
    """Of Poetry, where a line says it; else empty."""
    plugins: bool = False
    """Whether Poetry may have plugins, and with them commands of theirs."""

    def with_those_of(self, other: Tools) -> Tools:
        """What is known when something of another image was copied in."""
        plugins = self.plugins or other.plugins
        version = self.version or other.version
        return Tools(self.lacking & other.lacking, version, plugins)


def of_base(name: str | None, *, plain: bool) -> Tools:
    """What an image that is not built here has; `plain` is whether it holds nothing of ours."""
    found = _LIBRARY.fullmatch(name or "")
    lacking = _OFFICIAL.get(found[1], frozenset()) if found else frozenset()
    return Tools(lacking, plugins=not plain)


def after(command: Command, call: Call | None, tools: Tools) -> Tools:
    """What is known after a command, whether it is sure to run or not."""
    program = command.program
    if program in _PACKAGERS:
        named = {one for one in ("poetry", "uv") if any(one in word for word in command.words)}
        installs = {"install", "add"} & set(command.words)
        unclear = any(UNKNOWN in word for word in command.words)
        gone = _ALL if unclear else named | {"pip", "python"} if installs else frozenset()
        return tools._replace(lacking=tools.lacking - gone)
    if call is not None and call.verb == "pip":
        return _after_pip(call, tools)
    if is_followed(command) or _makes_venv(command):
        return tools
    return _after_others(command, tools)


def _after_others(command: Command, tools: Tools) -> Tools:
    program = command.program
    if any(_INSTALLER in word for word in command.words):
        return Tools(frozenset(), _told(command), tools.plugins)
    if program.startswith("python") and "-" in command.words and "poetry" not in tools.lacking:
        return Tools(frozenset(), _told(command), tools.plugins)
    if program == "poetry":
        return tools._replace(plugins=tools.plugins or "self" in command.words)
    if program in ("pipx", "uv") and "install" in command.words:
        return _after_pipx(command, tools)
    return Tools(version=tools.version, plugins=True)


def absent(command: Command, image: Image, tools: Tools) -> str:
    """Why a command is sure to fail since its program is not there; empty if it is not."""
    found = _PROGRAM.fullmatch(command.program)
    if not found or found[1] not in tools.lacking or not command.certain or command.forgiven:
        return ""
    path = posixpath.dirname(command.words[0]) or command.variables.get("PATH", UNKNOWN)
    if UNKNOWN in path or UNKNOWN in command.folder:
        return ""
    folders = [posixpath.normpath(posixpath.join(command.folder, one)) for one in path.split(":")]
    if any(image.at(posixpath.join(one, command.program)).kind != "nothing" for one in folders):
        return ""
    words = " ".join(command.words[:2])
    return f"{words} fails: nothing before this line installs {found[1]}, and the image has none"


def _makes_venv(command: Command) -> bool:
    words = command.words
    return command.program == "virtualenv" or list(words[1:3]) == ["-m", "venv"]


def _after_pip(call: Call, tools: Tools) -> Tools:
    names = [one for one in call.names if _name(one) not in _PLAIN]
    if not names and not call.paths and not call.files:
        return tools
    poetry = [found for one in names if (found := _POETRY.fullmatch(one))]
    plugins = tools.plugins or bool(call.paths or call.files) or len(poetry) < len(names)
    version = _numbers(poetry[-1][1] or "") if poetry else tools.version
    return Tools(frozenset(), version, plugins)


def _after_pipx(command: Command, tools: Tools) -> Tools:
    poetry = [found for word in command.words if (found := _POETRY.fullmatch(word))]
    if not poetry:
        return tools._replace(lacking=frozenset())
    plugins = tools.plugins or any(word.startswith("--") for word in command.words)
    return Tools(frozenset(), _numbers(poetry[-1][1] or ""), plugins)


def _told(command: Command) -> tuple[int, ...]:
    """The version that Poetry's installer is asked for."""
    words = command.words
    asked = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "--version"]
    return _numbers("".join(asked) or command.variables.get("POETRY_VERSION", ""))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+(\.\d+)*", version) else ()


def _name(requirement: str) -> str:
    return re.split(r"[\[=<>!~;@ ]", requirement, maxsplit=1)[0].lower()
