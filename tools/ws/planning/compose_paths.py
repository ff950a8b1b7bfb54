"""Paths of this machine in a service as Compose has it, seen from another folder."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HERE = (".", "..")


class Rebased:
    """Services whose Compose file moves from one folder into the root."""

    def __init__(self, folder: str) -> None:
        """`folder` is where their paths were relative to, itself relative to the root."""
        self._folder = folder
        self.named: list[str] = []
        """The paths that were met, relative to the root."""

    def service(self, service: Mapping[str, Any]) -> dict[str, Any]:
        """The same service with its paths relative to the root: builds, mounts, files."""
        found = dict(service)
        if "volumes" in found:
            found["volumes"] = [self._volume(each) for each in _listed(found["volumes"])]
        if "env_file" in found:
            listed = [self._env_file(each) for each in _listed(found["env_file"])]
            found["env_file"] = listed if isinstance(found["env_file"], list) else listed[0]
        build = found.get("build")
        if isinstance(build, str):
            found["build"] = self._path(build)
        elif isinstance(build, dict):
            found["build"] = {**build, "context": self._path(str(build.get("context", ".")))}
        return found

    def volume(self, volume: str) -> str:
        """A mount in its short form: `./data:/data`."""
        source, colon, rest = volume.partition(":")
        is_path = colon and source.split("/")[0] in _HERE
        return f"{self._path(source)}{colon}{rest}" if is_path else volume

    def _volume(self, volume: object) -> object:
        if isinstance(volume, dict) and volume.get("type") == "bind":
            return {**volume, "source": self._path(str(volume.get("source", "")))}
        return self.volume(volume) if isinstance(volume, str) else volume

    def _env_file(self, file: object) -> object:
        if isinstance(file, dict):
            return {**file, "path": self._path(str(file.get("path", "")))}
        return self._path(str(file))

    def _path(self, path: str) -> str:
        """A path relative to the root; one that is absolute, at home or a variable stays."""
        if not path or path.startswith(("/", "~", "$")) or "://" in path:
            return path
        moved = posixpath.normpath(posixpath.join(self._folder, path))
        self.named.append(moved)
        return moved if moved.split("/")[0] in _HERE else f"./{moved}"


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else [value]
