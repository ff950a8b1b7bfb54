"""Images that were made elsewhere: from a registry and its mirrors, or out of an archive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ws.engines import image_archive
from ws.engines.apply import Step
from ws.engines.registry import SILENT, Registry, registry
from ws.engines.transfers import NotSentError, Transfers
from ws.errors import ToolError, WorkError, WsError
from ws.model.ensured import Tried
from ws.planning import ensure as planning
from ws.planning.fingerprints import DIGEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ws.engines.apply import Observer
    from ws.engines.image_archive import Archive
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.image_archive import ArchivedImage, Chain
    from ws.model.product import Service
    from ws.model.remote_image import RemoteImage

_AT_ONCE = 4
_RETRIES = 2
_OTHER = "it holds another version of it"


class _Look(NamedTuple):
    """What a registry has under a name."""

    image: RemoteImage | None
    trouble: str = ""
    may_be: bool = False
    """Whether it may be there all the same."""
    is_silent: bool = False
    """Whether the registry does not answer: it is asked last."""


class Fetching:
    """Asks registries and opens the archive once, whether for an estimate or in earnest."""

    def __init__(
        self, docker: Docker, store: Store, observer: Observer, archive: Path, shown: str
    ) -> None:
        self._docker = docker
        self._store = store
        self._observer = observer
        self._path = archive
        self._shown = shown
        self._looked: dict[str, _Look] = {}

    @cached_property
    def platform(self) -> str:
        """What the engine runs; empty where nobody knows, or Docker is told to take another one."""
        chosen = self._docker.environ.get("DOCKER_DEFAULT_PLATFORM")
        return "" if chosen else self._docker.platform()

    @cached_property
    def _registry(self) -> Registry:
        return registry(self._docker, self.platform)

    @cached_property
    def _piles(self) -> set[Chain]:
        return self._docker.piles()

    @cached_property
    def _archive(self) -> Archive | WorkError:
        try:
            return image_archive.open_archive(self._path, self._shown)
        except WorkError as fault:
            fault.reason = f"{self._shown}: {fault.reason}"
            return fault

    def has_archive(self) -> bool:
        """Whether there is one that can be read."""
        return self._path.exists() and not isinstance(self._archive, WsError)

    def pull_weight(self, services: Sequence[Service]) -> tuple[int | None, int | None]:
        """How many bytes a pull of them fetches; unpacked, they take that at least."""
        layers: dict[str, int] = {}
        for each in services:
            looks = self._looks(each).items()
            fitting = [look for name, look in looks if not self._misfit(name, look, each)]
            found = next((look.image for look in fitting if look.image), None)
            if found is not None:
                chains = (found.chain[:end] for end in range(1, len(found.chain) + 1))
                have = [chain in self._piles for chain in chains] or [False] * len(found.layers)
                pairs = zip(found.layers, have, strict=False)
                layers |= {layer.digest: layer.size for layer, there in pairs if not there}
        size = sum(layers.values())
        return (size, size) if layers else (None, None)

    def load_weight(self, services: Sequence[Service]) -> tuple[int | None, int | None]:
        """Nothing comes through the network; how many bytes the layers take that are lacking."""
        archive = self._archive
        if isinstance(archive, WsError):
            return None, None
        found = [
            image
            for each in services
            if (image := _archived(archive, each))
            and not planning.misfit(each.tag, image.platform, self.platform)
        ]
        lacking = {
            layer.digest for image in found for layer in archive.held.lacking(image, self._piles)
        }
        return 0, sum(archive.held.blobs[digest].unpacked for digest in lacking) or None

    def pull(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Each from the first of its names under which a registry has what is wanted."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                return dict(pool.map(self._pulled, services))
            except (KeyboardInterrupt, SystemExit):
                self._docker.processes.stop()
                raise

    def load(self, services: Sequence[Service]) -> dict[str, Tried]:
        """Each that the archive has as it is wanted; of layers only those that are lacking."""
        archive = self._archive
        if isinstance(archive, WsError):
            raise archive
        return {each.name: self._loaded(archive, each) for each in services}

    def _pulled(self, service: Service) -> tuple[str, Tried]:
        try:
            return service.name, self._pull(service)
        except WsError as fault:  # such as of an engine that has gone: the others have their own
            return service.name, Tried("pull", "failed", fault.reason, fault.hint)

    def _pull(self, service: Service) -> Tried:
        if not service.references:
            reason = "no registry is named"
            hint = 'name one under [docker]: registry = "ghcr.io/acme"'
            return Tried("pull", "failed", reason, hint)
        looks = self._looks(service)
        misfits = {name: self._misfit(name, look, service) for name, look in looks.items()}
        fitting = [name for name, why in misfits.items() if not why]
        others = [why for why in misfits.values() if why]
        if not fitting:
            hint = "ask those who publish it: ws docker push"
            return Tried("pull", "failed", "; ".join(others), hint)

        def on_step(done: int, total: int, text: str) -> None:
            self._observer.step(service.name, Step(done, total, text))

        transfers = Transfers(self._docker, _RETRIES, on_step=on_step)
        try:
            last = sorted(fitting, key=lambda name: looks[name].is_silent)
            transfers.pull(last, service.tag)
        except NotSentError as fault:
            reason = "; ".join((fault.reason, *others))
            return Tried("pull", "failed", reason, fault.hint or "check the network")
        return Tried("pull", "done")

    def _loaded(self, archive: Archive, service: Service) -> Tried:
        image = _archived(archive, service)
        if image is None:
            other = any(each.member == service.name for each in archive.held.images)
            reason = f"{self._shown}: {_OTHER}" if other else f"{self._shown} does not hold it"
            return Tried("load", "failed", reason, "take the archive of this version")
        if why := planning.misfit(service.tag, image.platform, self.platform):
            return Tried("load", "failed", f"{self._shown}: {why}", "take an archive for that")
        lacking = archive.held.lacking(image, self._piles)
        total, done = archive.held.weight(lacking), 0

        def on_bytes(count: int) -> None:
            nonlocal done
            done += count
            if self._docker.processes.stopped:
                raise ToolError("interrupted", rule="tool/interrupted")
            step = Step(min(done, total), total, f"loading from {self._shown}")
            self._observer.step(service.name, step)

        try:
            self._piles.update(
                image_archive.load(
                    self._docker,
                    archive,
                    image,
                    self._piles,
                    image_archive.Loading(on_sent=on_bytes),
                )
            )
            if service.tag not in image.tags:
                ended = self._docker.ask("tag", image.tags[0], service.tag)
                if ended.code:
                    return Tried("load", "failed", (ended.tail or ("docker tag failed",))[-1])
        except WsError as fault:
            return Tried("load", "failed", fault.reason, fault.hint)
        return Tried("load", "done")

    def _misfit(self, name: str, look: _Look, service: Service) -> str:
        """Why a name does not stand for the image that is wanted; empty where it may."""
        image = look.image
        if image is None:
            return "" if look.may_be else look.trouble
        if image.labels is not None and image.labels.get(DIGEST) != service.fingerprint:
            return f"{name} is another version"
        return planning.misfit(name, image.platform, self.platform)

    def _looks(self, service: Service) -> dict[str, _Look]:
        """What registries have, by the names of a service's image."""
        for name in service.references:
            if name not in self._looked:
                self._looked[name] = self._look(name)
        return {name: self._looked[name] for name in service.references}

    def _look(self, name: str) -> _Look:
        try:
            image = self._registry.look(name)
        except WsError as fault:  # the engine, which asks by itself, may get at it
            return _Look(None, fault.reason, may_be=True, is_silent=fault.rule == SILENT)
        return _Look(image, "" if image else f"there is no {name}")


def _archived(archive: Archive, service: Service) -> ArchivedImage | None:
    """The image of a service in an archive, if that is the one that is wanted."""
    mine = (each for each in archive.held.images if each.member == service.name)
    return next((each for each in mine if each.fingerprint == service.fingerprint), None)
