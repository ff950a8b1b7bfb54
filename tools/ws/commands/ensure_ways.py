"""The ways to services: each tries to bring some of them about, and says what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.bundle_build import Building
from ws.engines.host_service import Hosting
from ws.errors import WsError
from ws.model.ensured import Status, Tried
from ws.planning import ensure as planning
from ws.planning import host_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ws.commands.context import Context
    from ws.commands.ensure_fetch import Fetching
    from ws.commands.products import Found
    from ws.engines.apply import Observer, Step
    from ws.engines.images import Docker
    from ws.engines.process import Processes
    from ws.files.store import Store
    from ws.model.built import BuiltImage
    from ws.model.docker_settings import Source
    from ws.model.plan import Plan
    from ws.model.product import Service
    from ws.model.report import Outcome, Report

    Results = Mapping[str, Tried]


class Ways(NamedTuple):
    """What all ways stand on."""

    fetching: Fetching | None
    """Where images that were made elsewhere come from; `None` without an engine."""

    context: Context
    found: Found
    store: Store
    processes: Processes
    observer: Observer
    docker: Docker | None
    programs: dict[str, str] = {}  # noqa: RUF012 - filled by `host`, one a run
    """Of services that run without Docker, by name."""

    def attempt(self, way: Source, services: Sequence[Service]) -> dict[str, Tried]:
        """What came of one way, by service. Needs an engine for all but `host`."""
        work: dict[Source, Callable[[Sequence[Service]], dict[str, Tried]]] = {
            "image": self.image,
            "pull": self.pull,
            "load": self.load,
            "build": self.build,
            "host": self.host,
        }
        try:
            return work[way](services)
        except WsError as fault:
            return {each.name: Tried(way, "failed", fault.reason, fault.hint) for each in services}
        except OSError as error:  # such as a full disk, which takes no log
            told = Tried(way, "failed", str(error.strerror or error), "make room, and run it again")
            return dict.fromkeys((each.name for each in services), told)

    def may_work(self, way: Source, services: Sequence[Service]) -> bool:
        """Whether there is anything to try, as far as that is known without trying."""
        if way == "build":
            return self.found.images is not None or bool(self.found.product.bake)
        if way == "pull":
            return any(each.references for each in services)
        if way == "load":
            return self.fetching is not None and self.fetching.has_archive()
        return way == "host" and any(each.script for each in services)

    def weight(self, way: Source, services: Sequence[Service]) -> tuple[int | None, int | None]:
        """How many bytes come through the network, and will be on the disk; as far as known."""
        if way == "build":
            product = self.found.product
            together = 0 if self._has(product.base) else product.download
            download = sum(each.download for each in services) + together
            sizes = [each.size for each in services]
            return download or None, sum(sizes) + together if all(sizes) else None
        if self.fetching is None or way not in ("pull", "load"):
            return None, None
        weigh = self.fetching.pull_weight if way == "pull" else self.fetching.load_weight
        try:
            return weigh(services)
        except WsError:
            return None, None

    def _has(self, image: str) -> bool:
        """Whether the engine has an image, such as the base of the others."""
        if self.docker is None or not image:
            return False
        try:
            return bool(self.docker.images([image]))
        except WsError:
            return False

    def images(self, services: Sequence[Service]) -> dict[str, BuiltImage]:
        """What the engine has, by tag."""
        assert self.docker is not None
        return self.docker.images(each.tag for each in services)

    def platform(self) -> str:
        """What images must be for; empty for any. Raises `ToolError`."""
        return self.fetching.platform if self.fetching else ""

    def image(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Use the images that are there."""
        there = self.images(services)
        engine = self.platform() if there else ""
        return {each.name: planning.image(each, there.get(each.tag), engine) for each in services}

    def pull(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Fetch images from the registry, else from its mirrors."""
        assert self.fetching is not None
        return self.fetching.pull(services)

    def load(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Take images out of the archive."""
        assert self.fetching is not None
        return self.fetching.load(services)

    def build(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Build from sources."""
        if self.found.images is None:
            return self._build_bundle(services)
        from ws.commands import docker_build  # costs start-up; seldom needed
        from ws.engines.build_images import Wishes

        network = self.context.environ.get("WS_DOCKER_NETWORK", "")
        names = tuple(each.name for each in services)
        asked = docker_build.Asked(names, wishes=Wishes(network))
        return self._told("build", services, docker_build.run(self._inner(), asked))

    def host(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Prepare their programs on the machine itself."""
        able = [each for each in services if each.script]
        results = {
            each.name: Tried("host", "failed", "it has no console script that could be started")
            for each in services
            if not each.script
        }
        if not able:
            return results
        if self.found.images is None:
            return results | self._host_bundle(able)
        from ws.commands import install  # costs start-up; seldom needed
        from ws.planning.install import Wishes

        inner = replace(self._inner(), filters=tuple(each.name for each in able))
        told = self._told("host", able, install.run(inner, Wishes()))
        workspace = self.found.images.workspace
        for each in able:
            venv = workspace.venv(workspace.by_name[each.name])
            program = self.store.root / host_places.program(venv, each.script)
            if program.is_file():
                self.programs[each.name] = str(program)
            elif told[each.name].status == "done":
                reason = f"its console script {each.script} was not installed"
                told[each.name] = Tried("host", "failed", reason, "ws install --reinstall")
        return results | told

    def _build_bundle(self, services: Sequence[Service]) -> dict[str, Tried]:
        assert self.docker is not None
        network = self.context.environ.get("WS_DOCKER_NETWORK", "")
        building = Building(self.docker, self.store, self.observer, self.found.product, network)
        failed = building.build(services)
        return {
            each.name: Tried(
                "build",
                "failed",
                failed[each.name],
                "the whole log: .ws/logs/docker ensure/build.log",
            )
            if each.name in failed
            else Tried("build", "done")
            for each in services
        }

    def _host_bundle(self, services: Sequence[Service]) -> dict[str, Tried]:
        hosting = Hosting(self.store, self.context.environ, self.processes, self.observer)
        results = {}
        for each in services:
            try:
                self.programs[each.name] = hosting.make(each)
                results[each.name] = Tried("host", "done")
            except WsError as fault:
                results[each.name] = Tried("host", "failed", fault.reason, fault.hint)
        return results

    def _inner(self) -> Context:
        """For a command inside this one: its steps are told as ours."""
        return replace(self.context, observer=lambda: _Steps(self.observer), filters=())

    def _told(self, way: Source, services: Sequence[Service], report: Report) -> dict[str, Tried]:
        """What another command says of services, as a way."""
        if report.fault is not None and report.fault == 130:  # noqa: PLR2004 - Exit.INTERRUPTED
            raise KeyboardInterrupt
        outcomes = {each.member: each for each in report.outcomes}
        hints = {each.member: each.hint for each in report.findings if each.hint}
        return {
            each.name: _tried(way, outcomes.get(each.name), hints.get(each.name, ""))
            for each in services
        }


class _Steps:
    """Passes on the steps of a command inside another one, which tells the rest itself."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def planned(self, plan: Plan) -> None:
        pass

    def started(self, member: str, action: str) -> None:
        pass

    def step(self, member: str, step: Step) -> None:
        self._observer.step(member, step)

    def finished(self, outcome: Outcome) -> None:
        pass

    def ended(self) -> None:
        pass


def _tried(way: Source, outcome: Outcome | None, hint: str) -> Tried:
    if outcome is None:
        return Tried(way, "failed", "nothing was said of it")
    if outcome.status in ("done", "skipped"):
        return Tried(way, "done")
    status: Status = "aborted" if outcome.status == "aborted" else "failed"
    log = f"the whole log: {outcome.log}" if outcome.log else ""
    return Tried(way, status, outcome.reason, hint or log)
