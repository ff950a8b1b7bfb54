"""The builds in the text of a shell: `docker build`, `docker buildx build` and their like.

As of the reference of `docker buildx build` 0.13: the last argument is the context, and without
`--file` the Dockerfile is the one in it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.formats.docker_shell import UNKNOWN, commands
from ws.model.docker_build import Build

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.errors import Where
    from ws.formats.docker_shell import Command

_ENGINES = ("docker", "podman", "nerdctl", "buildah")
_BEGINNINGS = (("buildx", "build"), ("image", "build"), ("builder", "build"), ("build",), ("bud",))
_SWITCHES = frozenset(
    {
        *("--check", "--compress", "--debug", "-D", "--disable-content-trust", "--force-rm"),
        *("--load", "--no-cache", "--pull", "--push", "--quiet", "-q", "--rm", "--squash"),
    }
)
"""The options of no value; all others have one."""


def builds(text: str, folder: str, where: Where) -> Iterator[Build]:
    """The builds in a shell's text that runs in `folder`, which is relative to the workspace root.

    What only the running shell knows, such as `$(pwd)`, and addresses are left out.
    """
    for command in commands(text, posixpath.normpath(f"/{folder}"), {}):
        words = _arguments(command)
        build = _build(words, command.folder, where) if words is not None else None
        if build is not None:
            yield build


def _arguments(command: Command) -> Sequence[str] | None:
    """What comes after `docker build`; `None` for other commands."""
    if command.program not in _ENGINES:
        return None
    words = command.words[1:]
    for beginning in _BEGINNINGS:
        if tuple(words[: len(beginning)]) == beginning:
            return words[len(beginning) :]
    return None


def _build(words: Sequence[str], folder: str, where: Where) -> Build | None:
    options: dict[str, list[str]] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            plain.append(word)
        elif name not in _SWITCHES:
            options.setdefault(name, []).append(value if equals else next(rest, ""))
    context = _inside(folder, plain[-1]) if plain else None
    if context is None:
        return None
    file = [*options.get("-f", []), *options.get("--file", [])][-1:]
    dockerfile = _inside(folder, file[0]) if file else posixpath.join(context, "Dockerfile")
    if dockerfile is None:
        return None
    pairs = (arg.partition("=") for arg in options.get("--build-arg", []))
    return Build(
        posixpath.normpath(dockerfile),
        context,
        where,
        {name: value for name, equals, value in pairs if equals and UNKNOWN not in value},
        options.get("--target", [""])[-1],
        tuple(tag for tag in (*options.get("-t", []), *options.get("--tag", [])) if tag),
    )


def _inside(folder: str, path: str) -> str | None:
    """A path relative to the workspace root; `None` if it is not known, or no path there."""
    whole = posixpath.join(folder, path)
    if UNKNOWN in whole or "://" in path or path.startswith("git@") or path in ("", "-"):
        return None
    return inside(whole.removeprefix("/"))


def inside(path: str) -> str | None:
    """A path below the workspace root, normal; `None` if it leaves that."""
    normal = posixpath.normpath(path or ".")
    return None if normal.startswith(("../", "/")) or normal == ".." else normal
