"""What a registry has, asked through Docker's client: it knows who is logged in where.

What others build on: `look` tells of an image what a pull would fetch (`size`, `lacking`), and
which state it is of (`labels`), without fetching any layer of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ws.engines.probes import ANYWHERE
from ws.errors import ToolError, WorkError
from ws.formats import manifests
from ws.formats.image_layout import digest_of
from ws.model.remote_image import RemoteImage
from ws.planning.registry_failure import failure, registry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ws.engines.images import Docker
    from ws.formats.manifests import Manifest

PATIENCE = 15.0
"""As long as an engine waits for the first answer of a registry."""
SILENT = "registry/silent"
"""The rule of those that do not answer."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Asks registries."""

    docker: Docker
    has_buildx: bool
    platform: str
    """That is asked for: `linux/amd64`."""
    patience: float = PATIENCE
    """Seconds that a registry gets for an answer."""
    _silent: set[str] = field(default_factory=set)
    """Those that gave none: they are not asked again."""

    def look(self, reference: str) -> RemoteImage | None:
        """An image as its registry has it; `None` where it has none of this name and platform.

        Raises `WorkError` where that cannot be told: nobody is logged in, the registry is not
        there, or it does not answer (`SILENT`); the engine, which asks by itself, may still get at
        it.
        """
        try:
            found = self._looked(reference) if self.has_buildx else self._plainly(reference)
        except LookupError:
            return None
        digest, own, manifest = found
        config = self._config(f"{reference.rpartition(':')[0]}@{own}") if self.has_buildx else {}
        image = config.get("config") or {}
        return RemoteImage(
            reference,
            digest,
            own,
            manifest.config,
            manifests.platform(config) if "os" in config else self.platform,
            manifest.layers,
            tuple((config.get("rootfs") or {}).get("diff_ids") or ()),
            dict(image.get("Labels") or {}) if config else None,
        )

    def _looked(self, reference: str) -> tuple[str, str, Manifest]:
        """The digest of what a name stands for, then of the manifest for the platform, and that.

        Raises `LookupError` where there is none, and `WorkError`.
        """
        raw = self._raw(reference)
        found = _read(raw, reference)
        if isinstance(found, manifests.Manifest):
            return digest_of(raw), digest_of(raw), found
        own = found[self._fitting(found)]
        manifest = _read(self._raw(f"{reference.rpartition(':')[0]}@{own}"), reference)
        if isinstance(manifest, manifests.Manifest):
            return digest_of(raw), own, manifest
        raise LookupError(reference)

    def _plainly(self, reference: str) -> tuple[str, str, Manifest]:
        """The same without Buildx; the digest of an index is not told then."""
        # It speaks http only where that is asked for; here nobody can listen on the way.
        here = ["--insecure"] if _is_loopback(reference) else []
        text = self._asked(reference, "manifest", "inspect", "--verbose", *here, reference)
        try:
            found = manifests.read_verbose(text)
        except ValueError as error:
            raise _no_image(reference) from error
        own, manifest = found[self._fitting(found)]
        return own, own, manifest

    def _fitting(self, platforms: Iterable[str]) -> str:
        """That one which is asked for. Raises `LookupError`."""
        for platform in platforms:
            if manifests.same_platform(platform, self.platform):
                return platform
        raise LookupError(self.platform)

    def index(self, reference: str) -> dict[str, str]:
        """The manifests that a name stands for, by platform; nothing where it is none of several.

        Raises nothing: what cannot be told, is made anew.
        """
        try:
            found = _read(self._raw(reference), reference)
        except (LookupError, WorkError):
            return {}
        return found if isinstance(found, dict) else {}

    def _raw(self, reference: str) -> bytes:
        """The bytes of a manifest. Raises `LookupError` where there is none, and `WorkError`."""
        return self._asked(reference, "buildx", "imagetools", "inspect", "--raw", reference)

    def _asked(self, reference: str, *args: str) -> bytes:
        host = registry_of(reference)
        if host in self._silent:
            raise _no_answer(host)
        with self.docker.flow(*args, limit=self.patience) as flow:
            said = flow.stream.read()
            ended = flow.ended()
        if ended.code == 0:
            return said
        if flow.late:
            self._silent.add(host)
            raise _no_answer(host)
        why = failure(ended.tail, reference, "pull")
        if why.kind == "missing":
            raise LookupError(reference)
        raise WorkError(why.reason, rule="registry/look", hint="")

    def _config(self, reference: str) -> dict[str, Any]:
        """The configuration of an image; empty where it cannot be asked."""
        if not self.has_buildx:
            return {}
        form = ("--format", "{{json .Image}}")
        try:
            asked = self._asked(reference, "buildx", "imagetools", "inspect", *form, reference)
            found = json.loads(asked)
        except (LookupError, WorkError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def combine(self, reference: str, parts: Sequence[str]) -> None:
        """Let one name stand for images for several platforms, which are in its registry.

        Raises `WorkError`, and `ToolError` where there is no Buildx.
        """
        if not self.has_buildx:
            raise ToolError(
                "to put platforms together needs Buildx, and docker has none here",
                rule="tool/docker-buildx",
                hint="install it: the package docker-buildx, or docker-buildx-plugin from Docker",
            )
        args = ("buildx", "imagetools", "create", "--progress=plain", f"--tag={reference}")
        ended = self.docker.run((*args, *parts), ANYWHERE)
        if ended.code:
            reason = failure(ended.tail, reference, "push").reason
            raise WorkError(reason, rule="registry/combine", hint="")


def registry(docker: Docker, platform: str = "") -> Registry:
    """What asks registries, for a platform, else for that of the engine. Raises `ToolError`."""
    return Registry(docker, docker.has_buildx(), platform or docker.platform())


def _no_answer(host: str) -> WorkError:
    return WorkError(f"the registry {host} does not answer", rule=SILENT, hint="")


def _is_loopback(reference: str) -> bool:
    return bool(re.match(r"(?:localhost|127(?:\.\d+){3})(?::\d+)?/", reference))


def _read(raw: bytes, reference: str) -> Manifest | dict[str, str]:
    try:
        return manifests.read(raw)
    except ValueError as error:
        raise _no_image(reference) from error


def _no_image(reference: str) -> WorkError:
    return WorkError(f"what {reference} stands for is no image", rule="registry/look", hint="")
