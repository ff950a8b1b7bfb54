"""What a way to services will cost, before it is gone: bytes, room on the disk, time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.engines.engine_disk import Disk, engine_disk
from ws.files.free_space import free_space
from ws.files.measured import Measured, recall
from ws.model.ensured import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ws.commands.ensure_ways import Ways
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.docker_settings import Source
    from ws.model.product import Product, Service


class Estimates:
    """Asks the engine for its disk once, and only if something is to be done."""

    def __init__(self, store: Store, product: Product, docker: Docker | None, ways: Ways) -> None:
        self._store = store
        self._product = product
        self._ways = ways
        self._measured = recall(store)
        self._disk = engine_disk(docker) if docker else Disk()
        self._running = docker is not None

    def first(self, services: Sequence[Service]) -> Estimate:
        """Of the first way that may be gone at all."""
        for way in self._product.source:
            if way == "image" or (way != "host" and not self._running):
                continue
            if self._ways.may_work(way, services):
                return self.of(way, services)[0]
        return Estimate()

    def of(self, way: Source, services: Sequence[Service]) -> tuple[Estimate, str]:
        """Of this way, and where the room is needed."""
        known = [self._measured.get(f"{way} {each.name}", Measured()) for each in services]
        times = [each.seconds for each in known if each.seconds]
        seconds = max(times) if len(times) == len(services) else None  # they were done at once
        if way == "host":
            free = free_space(self._store.root)
            return Estimate(None, None, free, seconds), str(self._store.root)
        where = self._disk.folder or "the engine's disk"
        download, disk = self._ways.weight(way, services)
        if way == "build" and disk is None:
            disk = _sum(each.size for each in known)
        return Estimate(download, disk, self._disk.free, seconds), where


def _sum(sizes: Iterable[int]) -> int | None:
    """All together; `None` where one is not known."""
    listed = list(sizes)
    return sum(listed) if listed and all(listed) else None
