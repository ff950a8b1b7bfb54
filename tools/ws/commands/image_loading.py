"""The loading of images out of an archive, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.engines import image_archive, scheduler
from ws.engines.apply import Step
from ws.errors import WorkError, WsError
from ws.formats.manifests import same_platform
from ws.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ws.engines.apply import Observer
    from ws.engines.images import Docker
    from ws.files.image_archive import Archive
    from ws.model.image_archive import ArchivedImage, Chain
    from ws.model.report import Status

COMMAND = "docker load"
_OFTEN = 2**22
"""After how many bytes it is told again how far it is."""
_MB = 10**6
_LOOK = "see ws docker status"


class Loading:
    """Loads images one after the other: what one has brought, the next one is not sent again."""

    def __init__(
        self, engine: Docker, archive: Archive, observer: Observer, *, any_platform: bool
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._observer = observer
        self._platform = "" if any_platform else engine.platform()
        self._ids = engine.ids()
        self._has: set[Chain] = set()
        self.sent: dict[str, int] = {}
        """How many bytes the engine was sent, by member."""

    def run(self, images: Sequence[ArchivedImage]) -> tuple[tuple[Outcome, ...], bool]:
        """What became of each image, and whether Ctrl-C ended it."""
        self._has = self._engine.piles()
        tasks = [scheduler.Task(each.member, COMMAND, self._task(each)) for each in images]
        finished, stop = self._observer.finished, self._engine.processes.stop
        return scheduler.run(tasks, 1, finished=finished, stop=stop)

    def _task(self, image: ArchivedImage) -> Callable[[], Outcome]:
        def run() -> Outcome:
            self._observer.started(image.member, COMMAND)
            try:
                return self._load(image)
            except WsError as fault:
                where = f"{fault.where}: " if fault.where else ""
                reason = f"{where}{fault.reason}; {fault.hint}"
                return Outcome(image.member, COMMAND, "failed", reason)

        return run

    def _load(self, image: ArchivedImage) -> Outcome:
        def outcome(status: Status, reason: str) -> Outcome:
            return Outcome(image.member, COMMAND, status, reason)

        there = self._engine.images(image.tags)
        if all(tag in there and there[tag].id in image.ids for tag in image.tags):
            return outcome("skipped", "it is there")
        if own := self._ids.intersection(image.ids):
            self._name(next(iter(own)), image)
            return outcome("done", "it was there by another name")
        if self._platform and not same_platform(image.platform, self._platform):
            return outcome(
                "failed",
                f"it is for {image.platform}, and the engine runs {self._platform};"
                " take an archive for that, or --any-platform if the engine emulates it",
            )
        lacking = self._archive.held.lacking(image, self._has)
        telling = self._telling(image, self._archive.held.weight(lacking))
        self._has |= image_archive.load(self._engine, self._archive, image, self._has, telling)
        return outcome("done", f"{len(lacking)} of {len(image.layers)} layers were lacking")

    def _name(self, own: str, image: ArchivedImage) -> None:
        for tag in image.tags:
            ended = self._engine.ask("tag", own, tag)
            if ended.code:
                said = ended.tail[-1] if ended.tail else "docker said nothing"
                raise WorkError(f"docker tag failed: {said}", rule="docker/tag", hint=_LOOK)

    def _telling(self, image: ArchivedImage, total: int) -> image_archive.Loading:
        """Tells how much was checked, and how much the engine was sent, of so many bytes."""
        counts = {"checked": 0, "loaded": 0}
        whole = max(1, total // _MB)

        def told(what: str) -> Callable[[int], None]:
            def tell(count: int) -> None:
                before = counts[what] // _OFTEN
                counts[what] += count
                self.sent[image.member] = counts["loaded"]
                if counts[what] // _OFTEN != before:
                    done = min(whole, counts[what] // _MB)
                    self._observer.step(image.member, Step(done, whole, f"MB {what}"))

            return tell

        return image_archive.Loading(told("checked"), told("loaded"))
