"""The builds in the text of a shell: `docker build`, `docker buildx build` and their like.

As of the reference of `docker buildx build` 0.13: the last argument is the context, and without
`--file` the Dockerfile is the one in it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ws.formats.docker_shell import UNKNOWN, commands
from ws.model.docker_build import Build, Unsettled, as_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


def builds(
    text: str,
    folder: str,
    where: Where,
    variables: Mapping[str, str] | None = None,
    what: str = "a command",
) -> Iterator[Build | Unsettled]:
    """The builds in a shell's text that runs in `folder`, which is relative to the workspace root.

    `variables` are those of its environment. Where only the running shell knows the context or the
    Dockerfile, it is unsettled, which `what` says of which part of a file; addresses are left out.
    """
    for command in commands(text, posixpath.normpath(f"/{folder}"), variables or {}):
        words = _arguments(command)
        build = _build(words, command.folder, where, what) if words is not None else None
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


def _build(words: Sequence[str], folder: str, where: Where, what: str) -> Build | Unsettled | None:
    options: dict[str, list[str]] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            plain.append(word)
        elif name not in _SWITCHES:
            options.setdefault(name, []).append(value if equals else next(rest, ""))
    file = [*options.get("-f", []), *options.get("--file", [])][-1:]
    if plain and UNKNOWN in f"{folder}{plain[-1]}{''.join(file)}":
        return _unsettled(folder, plain[-1], file, what, where)
    context = _inside(folder, plain[-1]) if plain else None
    if context is None:
        return None
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


def _unsettled(
    folder: str, context: str, file: Sequence[str], what: str, where: Where
) -> Unsettled | None:
    """What may be meant, if more than a name is known of it."""
    path = posixpath.join(folder, file[0] if file else posixpath.join(context, "Dockerfile"))
    pattern = as_pattern("", "", re.sub(f"{UNKNOWN}+", "${_}", path.removeprefix("/")))
    return Unsettled(pattern, what, where) if "://" not in context else None


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
