"""Volumes of services that are ready: made, filled and checked, in the engine or on the host."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ws.engines import downloads, engine_volumes
from ws.engines.apply import Step
from ws.engines.engine_disk import shares_disk
from ws.errors import WorkError, WsError
from ws.files import host_volumes
from ws.files.digests import file_digest, folder_digest
from ws.files.free_space import free_space
from ws.files.store import MEMORY
from ws.formats import dockerignore
from ws.model.ensured import VolumeState
from ws.planning import host_places, volume_fill
from ws.planning.docker_sent import readable
from ws.planning.volume_fill import Marker
from ws.planning.volume_names import volume_labels, volume_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ws.engines.apply import Observer
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.built import BuiltImage
    from ws.model.product import Product, Service
    from ws.model.volumes import Volume

_DOWNLOADS = "downloads"
_Sharers = list[tuple["Service", "Volume"]]


class Volumes(NamedTuple):
    """What filling volumes needs."""

    product: Product
    store: Store
    observer: Observer
    is_over: Callable[[], bool]

    def in_engine(
        self, docker: Docker, images: Mapping[str, BuiltImage], services: Sequence[Service]
    ) -> tuple[VolumeState, ...]:
        """Those of services that run in containers; `images` are by tag."""
        shared: dict[str, _Sharers] = {}
        for service in services:
            for volume in service.volumes:
                name = volume_name(self.product.name, service.name, volume)
                shared.setdefault(name, []).append((service, volume))

        def fill(name: str, service: Service, volume: Volume) -> None:
            engine_volumes.make(docker, name, volume_labels(self.product.name, volume))
            with tempfile.TemporaryDirectory(prefix="ws-volume-") as scratch:
                self._in_engine(docker, name, images[service.tag], service, volume, Path(scratch))

        return tuple(self._state(name, sharers, fill) for name, sharers in shared.items())

    def on_host(self, services: Sequence[Service]) -> tuple[VolumeState, ...]:
        """Those of services that run without Docker: folders, relative to the root."""
        shared: dict[str, _Sharers] = {}
        for service in services:
            for volume in service.volumes:
                folder = host_places.folder(service.name, volume)
                shared.setdefault(folder, []).append((service, volume))
        movable = self._movable(services)

        def fill(folder: str, service: Service, volume: Volume) -> None:
            moves = volume_fill.is_address(volume.source) and volume.sha256 in movable
            self._on_host(folder, service, volume, moves=moves)

        return tuple(self._state(folder, sharers, fill) for folder, sharers in shared.items())

    def drop_downloads(self, states: Sequence[VolumeState]) -> None:
        """Remove what was fetched for volumes that are ready: there it lies once more."""
        ready = {name for each in states if each.state == "ready" for name in each.services}
        others = {name for each in states if each.state != "ready" for name in each.services}
        users: dict[str, set[str]] = {}
        for service, volume in self._from_addresses():
            users.setdefault(volume.sha256, set()).add(service.name)
        for sha256, names in users.items():
            if names & ready and not names & others:
                with suppress(WsError):
                    self.store.delete(f"{MEMORY}/{_DOWNLOADS}/{sha256}")

    def _movable(self, on_host: Sequence[Service]) -> set[str]:
        """The digests of what a single folder is filled from, and nothing in the engine."""
        hosted = {each.name for each in on_host}
        places = {
            (volume.sha256, host_places.folder(each.name, volume) if each.name in hosted else "")
            for each, volume in self._from_addresses()
        }
        counted = Counter(sha256 for sha256, _ in places)
        return {sha256 for sha256, count in counted.items() if count == 1}

    def _from_addresses(self) -> _Sharers:
        return [
            (service, volume)
            for service in self.product.services
            for volume in service.volumes
            if volume_fill.is_address(volume.source)
        ]

    def _state(
        self, name: str, sharers: _Sharers, fill: Callable[[str, Service, Volume], None]
    ) -> VolumeState:
        """What became of one volume, which the first one with a source fills."""
        names = tuple(dict.fromkeys(service.name for service, _ in sharers))
        if volume_fill.differing(sharers):
            reason = f"{' and '.join(names)} fill it from different sources"
            hint = 'name them differently, or say shared = "member"'
            return VolumeState(name, names, "unavailable", reason, hint)
        service, volume = next((each for each in sharers if each[1].source), sharers[0])
        try:
            fill(name, service, volume)
        except WsError as fault:
            return VolumeState(name, names, "unavailable", fault.reason, fault.hint)
        except OSError as error:
            reason, hint = str(error.strerror or error), "make room on the disk, and run it again"
            return VolumeState(name, names, "unavailable", reason, hint)
        return VolumeState(name, names, "ready")

    def _in_engine(
        self,
        docker: Docker,
        name: str,
        image: BuiltImage,
        service: Service,
        volume: Volume,
        scratch: Path,
    ) -> None:
        with engine_volumes.inside(docker, name, image, volume.path, scratch) as there:
            marker = there.marker()
            if marker and marker.whole and volume.source and there.is_empty():
                marker = None  # somebody took all of it away, as `rm *` does
            do, digest = self._decided(service, volume, marker)
            if do == "nothing":
                return
            if volume_fill.is_address(volume.source):
                again = volume.size if shares_disk(docker, self.store.root) else 0
                self._room(self._missing(volume) + again)
            source = self._fetched(service, volume)
            if do == "fill":
                self._fill(there, source, volume, digest)
        if do == "anew":
            engine_volumes.remove(docker, name)
            engine_volumes.make(docker, name, volume_labels(self.product.name, volume))
            with engine_volumes.inside(docker, name, image, volume.path, scratch) as there:
                self._fill(there, source, volume, digest)

    def _fill(
        self, there: engine_volumes.Inside, source: Path | None, volume: Volume, digest: str
    ) -> None:
        there.mark(Marker(digest, whole=False))
        if source is not None:
            there.put(source, _name(volume))
        there.mark(Marker(digest, whole=True))

    def _on_host(self, folder: str, service: Service, volume: Volume, *, moves: bool) -> None:
        marker = host_volumes.marker(self.store, folder)
        if marker and marker.whole and volume.source and host_volumes.is_empty(self.store, folder):
            marker = None
        do, digest = self._decided(service, volume, marker)
        if do == "nothing":
            return
        self._room(self._missing(volume) + (0 if moves else volume.size))
        source = self._fetched(service, volume)
        if do == "anew":
            host_volumes.empty(self.store, folder)
        host_volumes.fill(self.store, folder, source, _name(volume), digest, moves=moves)

    def _decided(
        self, service: Service, volume: Volume, marker: Marker | None
    ) -> tuple[volume_fill.Do, str]:
        """What is to be done, and the digest of the source, where that matters. Raises `WorkError`.

        A volume that is full needs no source, unless it follows the changes of it.
        """
        if volume.update != "changed" and volume_fill.decide(volume, marker, "") == "nothing":
            return "nothing", ""
        digest = self._digest(service, volume)
        return volume_fill.decide(volume, marker, digest), digest

    def _digest(self, service: Service, volume: Volume) -> str:
        """Of the source as it is now; empty for a cache. Raises `WorkError`."""
        if not volume.source or volume_fill.is_address(volume.source):
            return volume.sha256
        path = volume_fill.place(service, volume)
        try:
            if (self.store.root / path).is_dir():
                return folder_digest(self.store.root, path, dockerignore.read(""))
            return file_digest(self.store.root, path)
        except FileNotFoundError as error:
            raise WorkError(
                f"its source {path} is not there",
                rule="docker/volume",
                hint=f"put it there, or correct source of the volume {volume.name}",
            ) from error

    def _fetched(self, service: Service, volume: Volume) -> Path | None:
        """What fills it, on the disk; fetched, where it comes from an address."""
        if not volume.source:
            return None
        if not volume_fill.is_address(volume.source):
            return self.store.root / volume_fill.place(service, volume)
        target = self.store.memory(_DOWNLOADS, volume.sha256)
        name = _name(volume)

        def on_step(done: int, total: int) -> None:
            self.observer.step(service.name, Step(done, total, f"fetching {name}"))

        fetch = downloads.fetch
        fetch(volume.source, volume.sha256, target, is_over=self.is_over, on_step=on_step)
        return target

    def _missing(self, volume: Volume) -> int:
        """About how many bytes are still to be fetched for it."""
        if not volume_fill.is_address(volume.source):
            return 0
        target = self.store.memory(_DOWNLOADS, volume.sha256)
        if target.exists():
            return 0
        part = downloads.part_of(target)
        return max(0, volume.size - (part.stat().st_size if part.exists() else 0))

    def _room(self, size: int) -> None:
        """Refuse what does not fit, before anything is fetched."""
        free = free_space(self.store.root)
        if free is not None and size > free:
            needs, has = readable(size), readable(free)
            raise WorkError(
                f"the disk is too small: it needs {needs}, and {has} are free",
                rule="docker/disk",
                hint=f"make room, {readable(size - free)} at least",
            )


def _name(volume: Volume) -> str:
    """What a single file is called in the volume."""
    return volume_fill.file_name(volume.source)
