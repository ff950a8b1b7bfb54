"""Whether an environment is still what was installed, and from what; if not, the reason in words.

A hash of lock and manifest alone calls an environment fresh from which a package was removed by
hand, whose Python is another one, or whose editable packages have scripts by now that it has not.
`poetry install --dry-run` misses most of these as well, and may delete an environment.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ws.model.environment import Environment, Inputs, Stamp

ENGINE = "poetry/1"
"""Written into stamps: what Poetry is made to do; counted up when `ws` makes it do otherwise."""

PYTHON_GONE = "the environment's Python is gone"

_POETRY_CORE = ("poetry.core.masonry.api", "poetry.masonry.api")
_OF_GROUPS = ("group", "dev-dependencies")
_SHOWN = 3


def parts(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a manifest has a say in how its package is installed, by the names of the keys.

    Groups have none: they are in the lock, and those of a path dependency count for itself alone.
    Neither has any other tool's table, where poetry-core builds the package.
    """
    project = document.get("project", {})
    tools = document.get("tool", {})
    poetry = tools.get("poetry", {})
    keys = [key for key in (*project, *poetry) if key not in _OF_GROUPS]
    found: dict[str, Any] = {key: [project.get(key), poetry.get(key)] for key in keys}
    system = document.get("build-system", {})
    found["build-system"] = system
    if system.get("build-backend") not in _POETRY_CORE:
        found["tool"] = {name: table for name, table in tools.items() if name != "poetry"}
    return found


def reasons(
    stamp: Stamp, inputs: Inputs, environment: Environment, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Why an environment is stale, the cause before what follows from it; nothing if it is fresh.

    `inputs` holds the parts of those manifests whose digest differs from the stamp's. `names` are
    those of the path dependencies, by folder relative to the root.
    """
    if stamp == (inputs._replace(parts=stamp.inputs.parts), environment):
        return ()
    old = stamp.inputs
    if old.engine != inputs.engine:
        return (f"it was installed by {old.engine.replace('/', ', in way ')}",)
    if reason := moved(stamp, inputs):
        return (reason,)
    found = [
        *_asked(old.asked, inputs.asked),
        *_inputs(old, inputs, names),
        *_environment(stamp.environment, environment),
    ]
    return tuple(dict.fromkeys(found))


def moved(stamp: Stamp, inputs: Inputs) -> str:
    """Why the absolute paths in an environment lead nowhere, or elsewhere; empty if they do not."""
    if stamp.inputs.root != inputs.root:
        return "the workspace was moved or copied"
    if stamp.inputs.folder != inputs.folder:
        return f"it was moved here from {stamp.inputs.folder}"
    return ""


def settings_changed(old: Inputs, new: Inputs) -> bool:
    """Whether Poetry's settings for the member are others; Poetry looks at most but once."""
    names = (path for path in {*old.files, *new.files} if path.endswith("poetry.toml"))
    return any(old.files.get(path, "") != new.files.get(path, "") for path in names)


def told(found: tuple[str, ...]) -> str:
    """The first reasons in one line, and how many there are besides."""
    more = len(found) - _SHOWN
    return "; ".join(found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def changed_packages(old: Inputs | None, new: Inputs, names: Mapping[str, str]) -> tuple[str, ...]:
    """The path dependencies whose manifest or setup files have changed: all without a stamp.

    Poetry never lays down the scripts and the metadata of these anew.
    """
    if old is None:
        return tuple(sorted(names.values()))
    changed = {_folder(path) for path in new.files if _says(old, new, path) is not None}
    return tuple(sorted(name for folder, name in names.items() if folder in changed))


def _folder(path: str) -> str:
    return posixpath.dirname(path) or "."


def _asked(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    """What `sync` has made is also what `install` would make."""
    if old[1:] != new[1:]:
        yield f"other options were asked for: {_options(old)}, and now {_options(new)}"
    elif old[:1] == ("install",) and new[:1] == ("sync",):
        yield "what is not locked was not looked for"


def _options(asked: tuple[str, ...]) -> str:
    return " ".join(asked[1:]) or "none"


def _inputs(old: Inputs, new: Inputs, names: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*old.files, *new.files}):
        says = _says(old, new, path)
        if says is not None:
            folder, file = _folder(path), posixpath.basename(path)
            owner = "its" if folder == new.folder else f"{names.get(folder, folder)}'s"
            what = {"pyproject.toml": "manifest", "poetry.lock": "lock"}.get(file, file)
            yield f"{owner} {what} has changed{f' ({says})' if says else ''}"


def _says(old: Inputs, new: Inputs, path: str) -> str | None:
    """Which parts of a file differ; `None` if nothing does that has a say."""
    if old.files.get(path, "") == new.files.get(path, ""):
        return None
    before, after = old.parts.get(path), new.parts.get(path)
    if before is None or after is None:
        return ""
    differ = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return ", ".join(sorted(differ)) if differ else None


def _environment(old: Environment, new: Environment) -> Iterator[str]:
    if old.python != new.python:
        yield "the environment's Python has changed" if new.python else PYTHON_GONE
    if old.config != new.config:
        yield "its pyvenv.cfg has changed"
    by_hand = tuple(_distributions(old.infos, new.infos))
    yield from by_hand
    if not by_hand:  # else these follow from that
        yield from _names(old.packages, new.packages, "site-packages")
        yield from _names(old.scripts, new.scripts, "bin")
    for name in sorted({*old.links} & {*new.links}):
        if old.links[name] != new.links[name]:
            yield f"{name} was changed by hand"


def _distributions(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[str]:
    before, after = _versions(old), _versions(new)
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if other is None:
            yield f"{name} was removed by hand"
        elif one is None:
            yield f"{name} {other} was put in by hand"
        elif one != other:
            yield f"{name} {other} was put in by hand in place of {one}"
    for info in sorted({*old} & {*new}):
        if old[info] != new[info]:
            yield f"{distribution(info)} was installed anew by hand"


def _versions(infos: Iterable[str]) -> dict[str, str]:
    pairs = (info.removesuffix(".dist-info").partition("-") for info in infos)
    return {normalise(name): version for name, _, version in pairs}


def distribution(info: str) -> str:
    """The normalised name of a distribution, from that of its dist-info folder."""
    return normalise(info.partition("-")[0])


def _names(old: frozenset[str], new: frozenset[str], folder: str) -> Iterator[str]:
    yield from (f"{name} was removed from {folder} by hand" for name in sorted(old - new))
    yield from (f"{name} was put into {folder} by hand" for name in sorted(new - old))


def digests(document: Mapping[str, Any], digest: Callable[[Any], str]) -> dict[str, str]:
    """A digest of each part of a manifest that has a say."""
    return {name: digest(part) for name, part in parts(document).items()}
