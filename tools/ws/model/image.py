"""What is where in an image while it is built: layers over layers, asked and never listed.

A build context may hold tens of thousands of files, of which a check wants to know five. So a
layer only says which folder lies where, and a question is answered by looking through the layers
from the last to the first. Paths in an image are absolute and normal; paths in the build context
are relative to it, and `.` is the context itself.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DEEPEST = 50
"""How many links, and copies of copies, are followed."""


class Context(Protocol):
    """The files that a build can see: those of a folder, less what `.dockerignore` names."""

    @property
    def folder(self) -> str:
        """Where it lies, relative to the workspace root; `.` for that itself."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder at a path relative to the context."""

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""

    def link(self, path: str) -> str:
        """Where a symbolic link at a path leads, as written; empty where there is none."""

    def glob(self, pattern: str) -> Sequence[str]:
        """The paths that a pattern of Go's `filepath.Match` names, sorted."""

    def hides(self, path: str) -> str:
        """What keeps a path, or a module below it, from the builder: `src in line 2 of FILE`.

        Empty where nothing does.
        """


Kind = Literal["file", "folder", "nothing", "unknown"]


class Found(NamedTuple):
    """What is at a path of an image."""

    kind: Kind
    source: str = ""
    """The file or folder of the build context that it is; empty for what a command made."""
    line: int | None = None
    """The instruction that put it there."""
    why: str = ""
    """Why nobody can tell."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A file or folder of the build context; a folder with all that is in it."""

    at: str
    source: str
    context: Context = field(repr=False, compare=False)
    line: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What another image, or this one before, has at a path."""

    at: str
    source: str
    image: Image = field(repr=False, compare=False)
    line: int


@dataclass(frozen=True, slots=True)
class Made:
    """An empty folder, or a file of a command's."""

    at: str
    line: int
    folder: bool = True


@dataclass(frozen=True, slots=True)
class Linked:
    """A symbolic link."""

    at: str
    target: str
    """Absolute."""
    line: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A file or folder that is gone."""

    at: str
    line: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A path at and below which a command did what nobody can follow."""

    at: str
    line: int
    why: str
    adds: bool = False
    """Whether it can only have added: what is known to be there still is."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment that somebody installed into; `key` says who."""

    at: str
    key: int
    line: int
    sure: bool = True
    """Whether it is one, and not only what a command may have put there."""


Layer = Copied | Taken | Made | Linked | Removed | Changed | Installed


class Environment(NamedTuple):
    """Where an environment has come to lie."""

    key: int
    at: str
    made_at: str
    line: int
    """The instruction that brought it here."""
    whole: bool = True
    """Whether all of it came along, not only its site-packages."""
    sure: bool = True
    """Whether it is what was meant: a `*` in `at` is a part of its name that nobody knows."""


class _Answer(NamedTuple):
    """What some layers say of a path."""

    found: Found
    firm: bool = False
    """Whether it holds, whatever layers above add to it."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image at one moment of its build: one layer, and all that was there before."""

    below: Image | None = field(default=None, repr=False, compare=False)
    layer: Layer | None = None
    asked: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was answered before: copies of copies would double the work each time."""
    unknown: str = ""
    """Of the lowest: why nobody knows what else is in it; empty where that is nothing of ours."""

    def plus(self, *layers: Layer) -> Image:
        """The image with more on it."""
        image = self
        for layer in layers:
            image = Image(image, layer)
        return image

    def at(self, path: str, _depth: int = 0) -> Found:
        """What is at a path; links are followed."""
        if _depth > _DEEPEST:
            return Found("unknown", why="it was copied or linked too often to follow")
        answer = self._answer(path, _depth)
        return self.at(answer, _depth + 1) if isinstance(answer, str) else answer.found

    def real(self, path: str, _depth: int = 0) -> str:
        """A path without links."""
        answer = self._answer(path, _depth) if _depth < _DEEPEST else None
        return self.real(answer, _depth + 1) if isinstance(answer, str) else path

    def _answer(self, path: str, depth: int) -> _Answer | str:
        """What its layers say of a path, or the path that a link there leads to.

        An image below that was asked before is not looked through again: a check asks for the same
        few paths before each of perhaps thousands of commands.
        """
        image, weak = self, []
        while path not in image.asked and image.layer is not None:
            found = _look(image, path, depth)
            if isinstance(found, str):
                answer: _Answer | str = found
                break
            if found is not None:
                said = _Answer(found, _is_firm(found, image.layer))
                if said.firm or found.kind == "nothing":
                    answer = said
                    break
                weak.append(said)
            assert image.below is not None
            image = image.below
        else:
            answer = image.asked.get(path) or _Answer(
                Found("unknown", why=image.unknown) if image.unknown else Found("nothing")
            )
        for said in reversed(weak):
            answer = _over(said, answer)
        self.asked[path] = answer
        return answer

    def places(self, source: str, _depth: int = 0) -> tuple[str, ...]:
        """Where a file or folder of the build context was copied to, the last first."""
        key = ("places", source)
        if key not in self.asked:
            self.asked[key] = tuple(dict.fromkeys(self._places(source, _depth)))
        found: tuple[str, ...] = self.asked[key]
        return found

    def _places(self, source: str, _depth: int) -> Iterator[str]:
        for image in self._downwards() if _depth < _DEEPEST else ():
            layer = image.layer
            if isinstance(layer, Copied):
                if is_below(source, layer.source) and layer.context.exists(source):
                    yield moved(source, layer.source, layer.at)
            elif isinstance(layer, Taken):
                for place in layer.image.places(source, _depth + 1):
                    if is_below(place, layer.source):
                        yield moved(place, layer.source, layer.at)

    def environments(self, _depth: int = 0) -> tuple[Environment, ...]:
        """The environments in it, the first first."""
        key = ("environments",)
        if key not in self.asked:
            found = list(self.latest_environments(_depth))
            self.asked[key] = tuple(dict.fromkeys(reversed(found)))
        known: tuple[Environment, ...] = self.asked[key]
        return known

    def latest_environments(self, _depth: int = 0) -> Iterator[Environment]:
        """The same, the last first, and no further looked for than is asked."""
        gone: set[str] = set()
        for image in self._downwards() if _depth < _DEEPEST else ():
            layer = image.layer
            found: list[Environment] = []
            if isinstance(layer, Installed):
                one = Environment(layer.key, layer.at, layer.at, layer.line, sure=layer.sure)
                found = [one]
            elif isinstance(layer, Removed):
                gone.add(layer.at)
            elif isinstance(layer, Taken):
                brought = reversed(layer.image.environments(_depth + 1))
                found = [now for one in brought if (now := _brought(one, layer))]
            for one in found:
                if not gone or gone.isdisjoint(_with_folders(one.at)):
                    yield one

    def layout(self, _depth: int = 0) -> dict[str, str]:
        """What of the build context lies where: paths in the image to paths in the context."""
        key = ("layout",)
        if key not in self.asked:
            self.asked[key] = self._layout(_depth)
        known: dict[str, str] = self.asked[key]
        return known

    def _layout(self, _depth: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for image in reversed(list(self._downwards()) if _depth < _DEEPEST else []):
            layer = image.layer
            if isinstance(layer, Copied):
                found[layer.at] = layer.source
            elif isinstance(layer, Removed):
                found = {at: source for at, source in found.items() if not is_below(at, layer.at)}
            elif isinstance(layer, Taken):
                found |= _taken_layout(layer, _depth + 1)
        return dict(sorted(found.items()))

    def _downwards(self) -> Iterator[Image]:
        image: Image | None = self
        while image is not None:
            yield image
            image = image.below


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    if folder in (".", "/"):
        return True
    return path.startswith(folder) and path[len(folder) : len(folder) + 1] in ("", "/")


def _with_folders(path: str) -> Iterator[str]:
    """An absolute path, and the folders that it is in."""
    yield path
    while path.strip("/"):  # two slashes at the beginning stay two, as POSIX has it
        path = posixpath.dirname(path)
        yield path


def moved(path: str, folder: str, to: str) -> str:
    """A path in a folder, were the folder somewhere else."""
    if path == folder:
        return to
    rest = path if folder == "." else path[len(folder.rstrip("/")) + 1 :]
    return rest if to == "." else f"{to.rstrip('/')}/{rest}"


def _is_firm(found: Found, layer: Layer) -> bool:
    """Whether what a layer says of a path holds whatever is added above it."""
    if found.kind == "folder":
        return bool(found.source)  # of another one, something lies below: a layer may know more
    adds = isinstance(layer, Changed) and layer.adds
    return found.kind == "file" or (found.kind == "unknown" and not adds)


def _over(said: _Answer, below: _Answer | str) -> _Answer | str:
    """What is true of a path, given what a layer adds to it, and what is true of it below."""
    if isinstance(below, str) or below.firm:
        return below
    return below if said.found.kind == "unknown" and below.found.kind == "folder" else said


def _look(image: Image, path: str, depth: int) -> Found | str | None:
    """What one layer knows of a path; a path to look at instead; `None` for nothing."""
    layer = image.layer
    assert layer is not None
    if is_below(path, layer.at):
        return _inside(layer, path, depth)
    if is_below(layer.at, path) and not isinstance(layer, Removed | Changed):
        return Found("folder", line=layer.line)
    return None


def _inside(layer: Layer, path: str, depth: int) -> Found | str | None:  # noqa: PLR0911 - one for each kind
    """What a layer knows of its own path, or of one below it."""
    match layer:
        case Copied():
            source = moved(path, layer.at, layer.source)
            if elsewhere := _through_link(layer, path):
                return elsewhere
            if layer.context.is_folder(source):
                return Found("folder", source, layer.line)
            return Found("file", source, layer.line) if layer.context.exists(source) else None
        case Taken():
            found = layer.image.at(moved(path, layer.at, layer.source), depth + 1)
            return None if found.kind == "nothing" else found._replace(line=layer.line)
        case Made() | Installed():
            kind: Kind = "file" if isinstance(layer, Made) and not layer.folder else "folder"
            return Found(kind, line=layer.line) if path == layer.at else None
        case Linked():
            return moved(path, layer.at, layer.target)
        case Removed():
            return Found("nothing", line=layer.line)
        case Changed():
            return Found("unknown", line=layer.line, why=layer.why)


def _through_link(layer: Copied, path: str) -> str:
    """Where a path leads that has a link in it: in a folder that is copied, links stay links."""
    top = layer.at.rstrip("/")
    rest = path[len(top) :].strip("/").split("/")
    source = layer.source
    for index, name in enumerate(rest if path != layer.at else ()):
        source = name if source == "." else f"{source}/{name}"
        if target := layer.context.link(source):
            folder = "/".join((top, *rest[:index])) or "/"
            to = posixpath.normpath(posixpath.join(folder, target, *rest[index + 1 :]))
            return "/" + to.lstrip("/")
    return ""


def _brought(one: Environment, layer: Taken) -> Environment | None:
    """Where an environment is after a folder was taken from its image."""
    top = "/".join(layer.source.split("/")[: one.at.count("/") + 1])
    if "*" in one.at and top != one.at and fnmatchcase(top, one.at):
        one = one._replace(at=top, made_at=top, sure=False)
    if is_below(one.at, layer.source):
        at = moved(one.at, layer.source, layer.at)
        return one._replace(at=at, line=layer.line)
    inside = posixpath.relpath(layer.source, one.at).split("/")
    if ".." not in inside and inside[0].startswith("lib"):
        at = one.at if layer.at == layer.source else layer.at
        return one._replace(at=at, line=layer.line, whole=False)
    return None


def _taken_layout(layer: Taken, depth: int) -> dict[str, str]:
    found = {}
    for at, source in layer.image.layout(depth).items():
        if is_below(at, layer.source):
            found[moved(at, layer.source, layer.at)] = source
        elif is_below(layer.source, at):
            found[layer.at] = moved(layer.source, at, source)
    return found
