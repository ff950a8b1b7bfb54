"""One run of `ws docker ensure`: one way after the other, and what is known of each service."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ws.commands.ensure_answer import answered
from ws.commands.ensure_estimate import Estimates
from ws.commands.ensure_fetch import Fetching
from ws.commands.ensure_volumes import Volumes
from ws.commands.ensure_ways import Ways
from ws.engines.images import Docker
from ws.engines.probes import find
from ws.errors import ToolError
from ws.files import measured
from ws.model.ensured import COMMAND, Estimate, Tried
from ws.model.plan import EnsureService, Plan
from ws.planning import ensure as planning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.commands.ensure import Asked
    from ws.commands.products import Found
    from ws.engines.apply import Observer
    from ws.engines.process import Processes
    from ws.files.store import Store
    from ws.model.built import BuiltImage
    from ws.model.docker_engine import EngineState
    from ws.model.docker_settings import Source
    from ws.model.ensured import Answer, VolumeState
    from ws.model.product import Product, Service

_ON = "run it again: it goes on from there"


class Stand(NamedTuple):
    """What a run stands on."""

    context: Context
    asked: Asked
    found: Found
    engine: EngineState
    store: Store
    processes: Processes
    observer: Observer


class Run:
    """What is known of each service so far."""

    def __init__(self, stand: Stand) -> None:
        context, asked, found, engine, store, processes, observer = stand
        self.product = found.product
        self.found = found
        self.context = context
        self.engine = engine
        self.store = store
        self.processes = processes
        self.observer = observer
        running = engine.kind == "running"
        docker = Docker(find("docker", context.environ), context.environ, processes)
        self.docker = docker if running else None
        fetching = _fetching(context, self.product, asked, self.docker, store, observer)
        self.ways = Ways(fetching, context, found, store, processes, observer, self.docker, {})
        self.tried: dict[str, list[Tried]] = {each.name: [] for each in self.product.services}
        self.way: dict[str, Source] = {}
        self.ids: dict[str, str] = {}
        self.images: dict[str, BuiltImage] = {}
        self.volumes: tuple[VolumeState, ...] = ()
        self.estimate = Estimate()
        self.seconds: dict[Source, float] = {}
        self.current: Source = "image"
        """The way that is tried now."""
        self.interrupted = False
        self.is_planned = False
        """Whether it was told that there is something to do."""

    @property
    def left(self) -> list[Service]:
        """Those that are not ready yet."""
        return [each for each in self.product.services if each.name not in self.way]

    def whole(self) -> Answer:
        """All of it; Ctrl-C ends it, and what is ready by then, is."""
        try:
            self._try_all()
            self._fill()
        except KeyboardInterrupt:
            self.interrupted = True
        self.interrupted = self.interrupted or self.processes.stopped
        if self.interrupted:
            told = Tried(self.current, "aborted", "interrupted", _ON)
            self._note({e.name: told for e in self.left if not self._is_aborted(e)})
        if self.seconds and not self.interrupted:
            measured.remember(self.store, self._measured())
        return answered(self, tell=self.is_planned)

    def _is_aborted(self, service: Service) -> bool:
        return any(each.status == "aborted" for each in self.tried[service.name])

    def looked(self) -> Answer:
        """What the engine has, and nothing is done about."""
        services = self.product.services
        if self.docker is None:
            self._note({e.name: planning.without_engine("image", self.engine) for e in services})
        else:
            self._note(self.ways.attempt("image", services))
            self._remember_ids()
        for each in services:
            if each.volumes and each.name in self.way:
                self._fail(each, Tried("image", "failed", "its volumes were not looked into"))
        return answered(self, tell=False)

    def _measured(self) -> dict[str, measured.Measured]:
        """What each way took, and what the images weigh beside their base."""
        base = self.product.base
        tags = [base] if base and self.docker is not None else []
        found = {}
        with suppress(ToolError):
            there = {**self.images, **(self.docker.images(tags) if self.docker else {})}
            below = there[base].size if base in there else 0
            for each in self.product.services:
                way, image = self.way.get(each.name), there.get(each.tag)
                if way in self.seconds:
                    size = max(0, image.size - below) if image and below and way != "host" else 0
                    found[f"{way} {each.name}"] = measured.Measured(self.seconds[way], size)
        return found

    def _try_all(self) -> None:
        """One way after the other, each for those that are left."""
        for way in self.product.source:
            left = self.left
            if not left or self.processes.stopped:
                break
            self.current = way
            if way != "host" and self.docker is None:
                self._note({each.name: planning.without_engine(way, self.engine) for each in left})
                continue
            if way != "image":
                if not self.is_planned:
                    self._plan(left)
                left = self._affordable(way, left)
            begin = time.monotonic()
            if left:
                self._note(self.ways.attempt(way, left))
            if way not in ("image", "host"):
                self._confirm([each for each in left if self.way.get(each.name) == way])
            if way != "image":
                self.seconds[way] = round(time.monotonic() - begin, 1)
        if self.docker is not None:
            self._remember_ids()

    def _note(self, results: dict[str, Tried]) -> None:
        for name, tried in results.items():
            if tried.status == "done":
                self.way[name] = tried.way
            ended = tried.status == "failed" and self.processes.stopped
            told = Tried(tried.way, "aborted", "interrupted", _ON) if ended else tried
            self.tried[name].append(told)

    def _confirm(self, services: Sequence[Service]) -> None:
        """See that the engine has what a way says that it has brought."""
        if not services:
            return
        try:
            there, engine = self.ways.images(services), self.ways.platform()
        except ToolError as fault:  # the engine has gone meanwhile
            for each in services:
                self._fail(each, Tried(self.way[each.name], "failed", fault.reason, fault.hint))
            return
        for each in services:
            # A Dockerfile may name another machine, which the engine emulates.
            wanted = "" if self.way[each.name] == "build" else engine
            looked = planning.image(each, there.get(each.tag), wanted)
            if looked.status != "done":
                way = self.way.pop(each.name)
                self.tried[each.name][-1] = Tried(way, "failed", looked.reason, looked.hint)

    def _remember_ids(self) -> None:
        """Which images are meant, by their ids."""
        mine = [s for s in self.product.services if self.way.get(s.name, "host") != "host"]
        try:
            there = self.ways.images(mine)
        except ToolError as fault:
            there = {}
            lost = [] if self.processes.stopped else mine  # who is ended, cannot ask any more
            for each in lost:
                self._fail(each, Tried(self.way[each.name], "failed", fault.reason, fault.hint))
        self.images = there
        for each in mine:
            if each.tag in there:
                self.ids[each.name] = there[each.tag].id

    def _fail(self, service: Service, tried: Tried) -> None:
        self.way.pop(service.name, None)
        self.tried[service.name].append(tried)

    def _plan(self, left: Sequence[Service]) -> None:
        """Tell what is to be done, and what that will cost."""
        self.is_planned = True
        self.estimates = Estimates(self.store, self.product, self.docker, self.ways)
        self.estimate = self.estimates.first(left)
        if told := planning.told(self.estimate):
            self.context.note(f"docker ensure: {told}")
        actions = tuple(EnsureService(each.name, each.tag, "not ready") for each in left)
        self.observer.planned(Plan(COMMAND, actions, estimate=self.estimate))
        for each in left:
            self.observer.started(each.name, COMMAND)

    def _affordable(self, way: Source, left: Sequence[Service]) -> list[Service]:
        """Those for whom the disk is large enough; the others are told."""
        estimate, where = self.estimates.of(way, left)
        refusal = planning.too_small(way, estimate, where)
        if refusal is None:
            return list(left)
        self._note(dict.fromkeys((each.name for each in left), refusal))
        return []

    def _fill(self) -> None:
        """The volumes of all that are ready; a service whose volume is not, is not either."""
        volumes = Volumes(self.product, self.store, self.observer, lambda: self.processes.stopped)
        ready = [each for each in self.product.services if each.name in self.way]
        on_host = [each for each in ready if self.way[each.name] == "host"]
        in_engine = [each for each in ready if self.way[each.name] != "host"]
        states = volumes.on_host(on_host)
        if self.docker is not None:
            states += volumes.in_engine(self.docker, self.images, in_engine)
        volumes.drop_downloads(states)
        self.volumes = states
        by_name = {each.name: each for each in self.product.services}
        for volume in states:
            for name in volume.services:
                if volume.state != "ready" and name in self.way:
                    reason = f"its volume {volume.name}: {volume.reason}"
                    self._fail(by_name[name], Tried(self.way[name], "failed", reason, volume.hint))


def _fetching(
    context: Context,
    product: Product,
    asked: Asked,
    docker: Docker | None,
    store: Store,
    observer: Observer,
) -> Fetching | None:
    """Where images that were made elsewhere come from, with an engine to take them."""
    if docker is None:
        return None
    own = store.root / product.archive
    path = context.cwd / asked.archive if asked.archive else own
    return Fetching(docker, store, observer, path, asked.archive or product.archive)
