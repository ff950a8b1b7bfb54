"""What file commands of a build (`cp`, `mv`, `rm`, `mkdir`, `ln`, `touch`, ...) do to an image."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ws.formats.docker_shell import UNKNOWN
from ws.model.image import Changed, Installed, Layer, Linked, Made, Removed, Taken, is_below
from ws.planning.docker_copy import is_of_system

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ws.formats.docker_shell import Command
    from ws.model.image import Image

_FETCHES = {"curl", "wget", "tar", "unzip", "git", "svn", "make", "just", "task", "npm"}
"""Programs that put files where they run, or where they are told to."""
_HARMLESS = {
    *("cd", "pushd", "popd", "echo", "printf", "true", "set", "export", "unset", "test", "[", ":"),
    *("ls", "cat", "pwd", "chmod", "chown", "useradd", "groupadd", "adduser", "addgroup"),
    *("apt-get", "apt", "apk", "dnf", "yum"),
}
"""Programs that put nothing outside of a system's folders, or not with what builds ask of them."""
_SPREADING = {"cp", "mv", "ln", "rsync"}
_INTO = {"-C", "--directory", "-d", "-o", "--output", "-O", "-P", "--directory-prefix"}
_WITH_VALUES = {"mkdir": {"-m", "--mode"}, "touch": {"-d", "-t", "-r"}, "install": {"-m", "-o"}}


def effects(command: Command, image: Image, line: int) -> tuple[Layer, ...]:
    """What one command changes in an image, as far as one can follow it."""
    layers = _written(command, line) + _done(command, image, line)
    if command.certain and not command.forgiven:
        return layers
    return tuple(one for layer in layers for one in _perhaps(layer, command, image, line))


def is_followed(command: Command) -> bool:
    """Whether all that a command leaves outside of the system's folders is known."""
    if command.program in _SPREADING and any(UNKNOWN in word for word in command.words):
        return False
    return command.program in _COMMANDS or command.program in _HARMLESS


def failures(command: Command, image: Image) -> tuple[str, ...]:
    """Why a command is sure to end the build: a plain `mkdir` of what is there already."""
    flags = [word for word in command.words[1:] if word.startswith("-")]
    makes_all = any(one == "--parents" or (one[1:2] != "-" and "p" in one) for one in flags)
    if command.program != "mkdir" or makes_all or not command.certain or command.forgiven:
        return ()
    names = [_absolute(command, name) for name in _arguments(command)]
    there = [at for at in names if at and image.at(at).kind in ("file", "folder")]
    return tuple(f"mkdir {at} fails: it is there already" for at in there)


def lost(command: Command, image: Image) -> str:
    """Why a `cd` is sure to fail in an image of which all is known; empty if it is not."""
    if command.program not in ("cd", "pushd") or not command.certain or command.forgiven:
        return ""
    to = [word for word in command.words[1:] if not word.startswith("-")]
    at = _absolute(command, to[0]) if to and not _is_glob(command, to[0]) else ""
    if not at or is_of_system(at) or image.at(at).kind != "nothing":
        return ""
    if any(is_below(at, one.at) for one in image.latest_environments()):
        return ""
    return f"{' '.join(command.words)} fails: there is no {at}"


def _done(command: Command, image: Image, line: int) -> tuple[Layer, ...]:
    program = command.program
    known = _COMMANDS.get(program)
    arguments = _arguments(command)
    if known is not None:
        return known(command, arguments, image, line)
    if program in _FETCHES or program in ("sh", "bash") or command.words[0].startswith("./"):
        why = f"{program} may have put it there"
        return tuple(Changed(at, line, why, adds=True) for at in _targets(command, arguments))
    return ()


def _perhaps(layer: Layer, command: Command, image: Image, line: int) -> Iterator[Layer]:
    """What a layer is where the command may not run."""
    if isinstance(layer, Installed):
        yield layer  # which is not sure already
        return
    adds = isinstance(layer, Made | Taken | Linked) or (isinstance(layer, Changed) and layer.adds)
    yield Changed(layer.at, line, f"{command.program} may run there, or not", adds=adds)
    if isinstance(layer, Taken | Linked):
        source = layer.source if isinstance(layer, Taken) else layer.target
        yield from _environments(layer.at, image, line, source)


def _anything(command: Command, at: str, image: Image, line: int) -> tuple[Layer, ...]:
    """What is at a path to which comes what nobody knows: perhaps an environment of the image."""
    why = f"{command.program} puts there what is known at build time only"
    return (Changed(at, line, why, adds=True), *_environments(at, image, line))


def _environments(at: str, image: Image, line: int, source: str = "/") -> Iterator[Layer]:
    for one in image.environments():
        if is_below(one.at, source):
            yield Installed(at, one.key, line, sure=False)


def _written(command: Command, line: int) -> tuple[Layer, ...]:
    """The files that its output goes to."""
    at = [_absolute(command, one) for one in command.writes if UNKNOWN not in one]
    return tuple(Changed(one, line, f"{command.program} writes it") for one in at if one)


def _mkdir(command: Command, names: list[str], _image: Image, line: int) -> tuple[Layer, ...]:
    return tuple(Made(at, line) for name in names if (at := _absolute(command, name)))


def _touch(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    return tuple(
        Made(at, line, folder=False)
        for name in names
        if (at := _absolute(command, name)) and image.at(at).kind == "nothing"
    )


def _rm(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    found: list[Layer] = []
    for name in names:
        at = _absolute(command, name)
        if at and not _is_glob(command, name):
            found.append(Removed(at, line))
        elif at:
            found += _globbed(at, image, line)
    return tuple(found)


def _globbed(pattern: str, image: Image, line: int) -> list[Layer]:
    """What `rm folder/*` takes: all of a folder for a lone `*`, else what nobody can tell."""
    folder, name = posixpath.split(pattern)
    if name == "*" and not any(char in folder for char in "*?["):
        return [Removed(folder, line), Made(folder, line)]
    known = [at for at in image.layout() if fnmatchcase(at, pattern)]
    return [Removed(at, line) for at in known]


def _cp(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    return _copied(command, names, image, line)


def _mv(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    gone = [Removed(at, line) for name in names[:-1] if (at := _absolute(command, name))]
    return (*_copied(command, names, image, line), *gone)


def _copied(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    target = _absolute(command, names[-1]) if names[1:] else ""
    if not target:
        return ()
    into = names[-1].endswith(("/", "/.")) or image.at(target).kind == "folder" or bool(names[2:])
    found: list[Layer] = []
    for name in names[:-1]:
        source = _absolute(command, name)
        if not source:
            found += _anything(command, target, image, line)
            continue
        if _is_glob(command, name) and all(one.at != source for one in image.environments()):
            found.append(Changed(target, line, f"{command.program} puts it there", adds=True))
            continue
        content = name.endswith("/.") or name == "."
        at = posixpath.join(target, posixpath.basename(source)) if into and not content else target
        kind = image.at(source).kind
        if kind in ("file", "folder"):
            found.append(Taken(at, source, image, line))
        else:
            found.append(Changed(at, line, f"{command.program} puts it there", adds=True))
    return tuple(found)


def _ln(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    if not names:
        return ()
    link = names[-1] if len(names) > 1 else posixpath.basename(names[0])
    at, target = _absolute(command, link), names[0]
    if not at:
        return ()
    if UNKNOWN in target:
        return _anything(command, at, image, line)
    if image.at(at).kind == "folder" and not _has_flag(command, "n", "T"):
        at = posixpath.join(at, posixpath.basename(target.rstrip("/")))
    to = posixpath.normpath(posixpath.join(posixpath.dirname(at), target))
    if not _has_flag(command, "s"):
        return (Taken(at, to, image, line),)
    return (Removed(at, line), Linked(at, to, line)) if not is_below(to, at) else ()


def _sed(command: Command, names: list[str], _image: Image, line: int) -> tuple[Layer, ...]:
    if not any(word.startswith(("-i", "--in-place")) for word in command.words):
        return ()
    files = names if any(word in ("-e", "-f") for word in command.words) else names[1:]
    at = [_absolute(command, name) for name in files]
    return tuple(Changed(one, line, "sed rewrites it") for one in at if one)


def _rsync(command: Command, names: list[str], image: Image, line: int) -> tuple[Layer, ...]:
    at = _absolute(command, names[-1]) if names[1:] else ""
    return _anything(command, at, image, line) if at else ()


_COMMANDS: dict[str, Callable[[Command, list[str], Image, int], tuple[Layer, ...]]] = {
    "mkdir": _mkdir,
    "touch": _touch,
    "rm": _rm,
    "rmdir": _rm,
    "cp": _cp,
    "mv": _mv,
    "ln": _ln,
    "sed": _sed,
    "rsync": _rsync,
    "tee": lambda command, names, _image, line: tuple(
        Changed(at, line, "tee writes it") for name in names if (at := _absolute(command, name))
    ),
}


def _targets(command: Command, arguments: list[str]) -> list[str]:
    """Where a program that brings files may put them."""
    words = command.words
    told = [words[i + 1] for i, word in enumerate(words[:-1]) if word in _INTO]
    if command.program == "git":
        if "clone" not in words:
            return []
        after = [word for word in arguments if word != "clone"]
        told = after[1:] or [posixpath.basename(after[0]).removesuffix(".git") if after else "."]
    at = [_absolute(command, one) for one in told or ["."]]
    return [one for one in at if one]


def _arguments(command: Command) -> list[str]:
    """The words of a command that are no options."""
    values = _WITH_VALUES.get(command.program, set())
    found: list[str] = []
    skip = only = False
    for word in command.words[1:]:
        if skip:
            skip = False
        elif word == "--":
            only = True
        elif not only and word.startswith("-") and word != "-":
            skip = word in values
        else:
            found.append(word)
    return found


def _has_flag(command: Command, *letters: str) -> bool:
    short = "".join(word for word in command.words[1:] if word.startswith("-") and word[1:2] != "-")
    long = {"s": "--symbolic", "n": "--no-dereference"}
    return any(one in short or long.get(one) in command.words for one in letters)


def _is_glob(command: Command, name: str) -> bool:
    return not command.quoted and any(char in name for char in "*?[")


def _absolute(command: Command, name: str) -> str:
    """A path of a command's as absolute and normal; empty where nobody can tell."""
    if UNKNOWN in name or UNKNOWN in command.folder:
        return ""
    path = posixpath.normpath(posixpath.join(command.folder, name))
    return path.replace("//", "/", 1) if path.startswith("//") else path
