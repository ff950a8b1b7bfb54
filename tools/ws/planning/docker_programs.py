"""What a command line of Poetry, pip or uv in a build installs, and from which folder.

The options are those of `poetry install --help` of Poetry 2.5, `pip install --help` and
`uv sync --help`.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ws.formats.docker_shell import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.formats.docker_shell import Command

Tool = Literal["poetry", "pip", "uv", "wheel"]

_PYTHON = re.compile(r"python[\d.]*|pypy[\d.]*")
_PIP = re.compile(r"pip[\d.]*")
COMMANDS = {
    *("about", "add", "build", "cache", "check", "config", "debug", "env", "help", "init"),
    *("install", "list", "lock", "new", "publish", "python", "remove", "run", "search", "self"),
    *("show", "source", "sync", "update", "version"),
}
"""The commands of Poetry 2.5 itself; plugins bring others."""
_VERBS = ("install", "sync", "update", "lock", "export", "build", "config", "add", "remove")
_POETRY_VALUES = {
    "--only": "only",
    "--with": "with",
    "--without": "without",
    "--extras": "extras",
    "-E": "extras",
    "-C": "folder",
    "--directory": "folder",
    "-P": "project",
    "--project": "project",
    "--output": "output",
    "-o": "output",
    "--format": "format",
    "-f": "format",
}
_PIP_VALUES = {
    *("-r", "--requirement", "-c", "--constraint", "-t", "--target", "-i", "--index-url"),
    *("--extra-index-url", "-f", "--find-links", "--prefix", "--root", "--python", "--cache-dir"),
    *("--timeout", "--retries", "--trusted-host", "--platform", "--python-version", "--src"),
    *("--progress-bar", "--config-settings", "--only-binary", "--no-binary", "--upgrade-strategy"),
    *("-p", "-b", "--build-constraint", "--link-mode", "--resolution", "--extra", "--group"),
}
_UV_VALUES = {"--directory": "folder", "--project": "project", "--extra": "extras"}


_BUILDS_WHEEL = re.compile(r"\bbuild_(?:wheel|editable)\s*\(")
"""The hook of PEP 517 by which a back end makes the wheel of the folder that it runs in."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool that installs or locks."""

    tool: Tool
    verb: str
    project: str
    """The folder in the image whose `pyproject.toml` it reads; it may hold `UNKNOWN`."""
    root: bool = True
    """Whether the project itself is installed."""
    dependencies: bool = True
    """Whether its dependencies are."""
    directories: bool = True
    """Whether path dependencies are."""
    sync: bool = False
    """Whether what is not asked for is removed."""
    only: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    all_groups: bool = False
    paths: tuple[tuple[str, bool], ...] = ()
    """Of pip: the folders and files that are installed, and whether editable."""
    names: tuple[str, ...] = ()
    """Of pip: the other requirements, as written."""
    files: tuple[str, ...] = ()
    """Of pip: the files of requirements; of `poetry export`: the one that it writes."""
    words: tuple[str, ...] = ()
    """What follows the verb, for `poetry config` and the like."""
    prefix: str = ""
    """Of pip: the folder that takes the place of the environment (`--prefix`, `--target`)."""
    said: tuple[str, ...] = field(default=(), compare=False)
    """Of Poetry and pip: all of its arguments."""
    by: str = ""
    """The path that the program was called by; empty where PATH decides."""

    @property
    def installs_paths(self) -> bool:
        """Whether it installs path dependencies of its project."""
        return self.dependencies and self.directories


def call_of(command: Command) -> Call | None:
    """What a command asks of Poetry, pip or uv; `None` for all else."""
    words = list(command.words)
    by = posixpath.dirname(words[0]) if words else ""
    program = command.program
    if _PYTHON.fullmatch(program) and words[1:2] == ["-m"] and words[2:]:
        program, words = words[2], words[2:]
    if program in ("pipx", "uvx") and "poetry" in words[1:3]:
        words = words[words.index("poetry") :]
        program = "poetry"
    rest = words[1:]
    if _PYTHON.fullmatch(program) and _BUILDS_WHEEL.search("".join(rest[1:2])):
        return Call("wheel", "wheel", command.folder, by=by)
    if program == "poetry":
        return _poetry(rest, command.folder, by, command.writes)
    if _PIP.fullmatch(program):
        return _pip(rest, command.folder, by)
    if program == "uv":
        is_pip = rest[:1] == ["pip"]
        return _pip(rest[1:], command.folder, by, uv=True) if is_pip else _uv(rest, command, by)
    return None


def _poetry(rest: Sequence[str], folder: str, by: str, writes: Sequence[str] = ()) -> Call | None:
    values, flags, words = _options(rest, _POETRY_VALUES)
    if not words or flags & {"--dry-run", "--help", "-h", "--version", "-V"}:
        return None
    if words[0] not in _VERBS and (words[0] in COMMANDS or UNKNOWN in words[0]):
        return None
    verb = words[0]
    without = values.get("without", [])
    return Call(
        "poetry",
        verb,
        _project(folder, values),
        root=not flags & {"--no-root"},
        dependencies="--only-root" not in flags,
        directories="--no-directory" not in flags,
        sync=verb == "sync" or "--sync" in flags or "--remove-untracked" in flags,
        only=_names(values, "only"),
        with_=_names(values, "with"),
        without=tuple(_split(without)) + (("dev",) if "--no-dev" in flags else ()),
        extras=_names(values, "extras"),
        all_extras="--all-extras" in flags,
        all_groups="--all-groups" in flags,
        files=tuple(_absolute(folder, one) for one in (*values.get("output", [])[-1:], *writes)),
        words=tuple(words[1:]),
        said=tuple(rest),
        by=by,
    )


def _pip(rest: Sequence[str], folder: str, by: str, *, uv: bool = False) -> Call | None:
    rest, by = _without_options(rest, folder, by)
    if not rest or rest[0] not in ("install", "sync"):
        return None
    paths: list[tuple[str, bool]] = []
    names: list[str] = []
    files: list[str] = []
    deps, prefix = True, ""
    words = iter(rest[1:])
    for word in words:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in ("-e", "--editable"):
            paths.append((_absolute(folder, value if equals else next(words, "")), True))
        elif option in _PIP_VALUES:
            given = value if equals else next(words, "")
            if option in ("-r", "--requirement"):
                files.append(_absolute(folder, given))
            elif option in ("--prefix", "--target", "-t"):
                prefix = _absolute(folder, given)
        elif word.startswith("-"):
            deps = deps and word != "--no-deps"
        elif _is_path(word):
            paths.append((_absolute(folder, word), False))
        else:
            names.append(word)
    return Call(
        "uv" if uv else "pip",
        "pip",
        folder,
        dependencies=deps,
        paths=tuple(paths),
        names=tuple(names),
        files=tuple(files),
        prefix=prefix,
        said=tuple(rest),
        by=by,
    )


def _without_options(rest: Sequence[str], folder: str, by: str) -> tuple[Sequence[str], str]:
    """What follows the options before pip's verb, and whose environment `--python` names there."""
    while rest and rest[0].startswith("-"):
        option, equals, value = rest[0].partition("=")
        given = value if equals else "".join(rest[1:2])
        if option == "--python":
            at = _absolute(folder, given)  # an interpreter, or the folder of an environment
            by = posixpath.dirname(at) if posixpath.basename(at).startswith("py") else f"{at}/bin"
        rest = rest[2 if option in _PIP_VALUES and not equals else 1 :]
    return rest, by


def _uv(rest: Sequence[str], command: Command, by: str) -> Call | None:
    values, flags, words = _options(rest, _UV_VALUES)
    if words[:1] != ["sync"]:
        return None
    return Call(
        "uv",
        "sync",
        _project(command.folder, values),
        root=not flags & {"--no-install-project", "--no-install-workspace"},
        directories=not flags & {"--no-install-workspace", "--no-install-local"},
        by=by,
    )


def _options(
    rest: Sequence[str], known: dict[str, str]
) -> tuple[dict[str, list[str]], set[str], list[str]]:
    """Options with values by name, flags, and all other words."""
    values: dict[str, list[str]] = {}
    flags: set[str] = set()
    words: list[str] = []
    following = iter(rest)
    for word in following:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in known:
            values.setdefault(known[option], []).append(value if equals else next(following, ""))
        elif word.startswith("-") and word != "-":
            flags.add(option)
        else:
            words.append(word)
    return values, flags, words


def _project(folder: str, values: dict[str, list[str]]) -> str:
    for key in ("folder", "project"):
        for value in values.get(key, [])[-1:]:
            folder = _absolute(folder, value)
    return folder


def _absolute(folder: str, path: str) -> str:
    """A path in the image, as absolute and normal; extras behind it (`.[dev]`) left out."""
    path = re.sub(r"\[[\w,.\s-]*\]$", "", path.removeprefix("file://"))
    return UNKNOWN if UNKNOWN in folder else posixpath.normpath(posixpath.join(folder, path))


def _is_path(word: str) -> bool:
    if "://" in word or "@" in word:
        return word.startswith("file://")
    return word.startswith((".", "/")) or "/" in word or word.endswith((".whl", ".tar.gz"))


def _names(values: dict[str, list[str]], key: str) -> tuple[str, ...]:
    return tuple(_split(values.get(key, [])))


def _split(values: Sequence[str]) -> list[str]:
    """Names as Poetry takes them: several in one option, parted by commas or spaces."""
    return " ".join(values).replace(",", " ").split()
