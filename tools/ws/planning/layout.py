"""Which import packages a member installs, told by its manifest and the paths of its files."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.model.globs import matches
from ws.model.sources import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from ws.model.manifest import Manifest

_TESTS = {"tests", "test", "conftest.py"}
"""Folders and files that only tests use, even inside a package."""
_INIT = "__init__"


class _Include(NamedTuple):
    """One thing that Poetry packs, with all that lies in it."""

    base: str
    """The folder it is imported from, relative to the member's; empty for that itself."""
    path: str
    """A path or glob, relative to the member's folder."""
    target: tuple[str, ...] = ()
    """The packages that it is put into."""


def layout(
    manifest: Manifest, paths: Iterable[str], is_namespace: Callable[[str], bool] = lambda _: False
) -> Layout:
    """How a member's Python files make packages.

    `paths` are relative to the member's folder. Poetry's `packages` count, with `from`, `to`,
    globs and `format`, less `exclude`; without them Poetry's own choice: the package or module
    named like the project, in the folder itself or in `src` (`poetry.core.masonry.utils.module`).
    With `package-mode = false` nothing is installed. `is_namespace` says of an `__init__.py`
    whether it only makes an old kind of namespace package, which several members may have.
    """
    paths = sorted(paths)
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    includes = _includes(manifest.name, poetry, paths)
    excluded = [glob for glob in _list(poetry, "exclude") if isinstance(glob, str)]
    inits = {posixpath.dirname(path) for path in paths if path.endswith(f"/{_INIT}.py")}
    is_whole = cache(lambda folder: folder in inits and not is_namespace(f"{folder}/{_INIT}.py"))
    files: dict[str, bool] = {}
    modules: set[str] = set()
    for path in paths:
        packed = [include for include in includes if _covers(include.path, path)]
        if any(_covers(glob, path) for glob in excluded):
            packed = []
        files[path] = bool(packed) and _TESTS.isdisjoint(path.split("/"))
        if files[path]:
            modules.update(_module(include, path, is_whole) for include in packed)
    bases = tuple(dict.fromkeys(include.base for include in includes))
    return Layout(files, tuple(sorted(modules - {""})), bases)


def _includes(name: str, poetry: Mapping[str, Any], paths: Collection[str]) -> list[_Include]:
    if poetry.get("package-mode") is False:
        return []
    declared = [item for item in _list(poetry, "packages") if isinstance(item, dict)]
    if not declared:
        return list(_default(name.replace("-", "_"), paths))
    return [
        _Include(base, _joined(base, item["include"]), _parts(str(item.get("to", ""))))
        for item in declared
        for base in [_joined(str(item.get("from", "")))]
        if isinstance(item.get("include"), str)
        if "wheel" in str(item.get("format", "wheel"))  # one, or an array of them
    ]


def _default(module: str, paths: Collection[str]) -> Iterator[_Include]:
    """What Poetry packs when the manifest does not say: the first of these that there is."""
    for base in ("", "src"):
        folder = _joined(base, module)
        for path in (folder, f"{folder}.py"):
            if any(_covers(path, found) for found in paths):
                yield _Include(base, path)
                return


def _covers(pattern: str, path: str) -> bool:
    """Whether a path or glob chooses a file, or a folder that it lies in."""
    if not any(wild in pattern for wild in "*?["):
        return pattern == "" or f"{path}/".startswith(f"{pattern}/")
    while path and not matches(path, pattern):
        path = posixpath.dirname(path)
    return path != ""


def _module(include: _Include, path: str, is_whole: Callable[[str], bool]) -> str:
    """The outermost package that a file belongs to, else the module that it is; empty if none.

    A folder without `__init__.py` is a namespace package: other members may put theirs there, so
    it is theirs as much as this one's (PEP 420).
    """
    parts = _parts(path.removeprefix(f"{include.base}/").removesuffix(".py"))
    for depth in range(1, len(parts)):
        if is_whole(_joined(include.base, *parts[:depth])):
            return _dotted(*include.target, *parts[:depth])
    return "" if parts[-1] == _INIT else _dotted(*include.target, *parts)


def _dotted(*parts: str) -> str:
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part not in ("", "."))


def _joined(*parts: str) -> str:
    """A path in its shortest form; empty for the member's folder itself."""
    path = posixpath.normpath(posixpath.join("", *parts))
    return "" if path == "." else path


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []
