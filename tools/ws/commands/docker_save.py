"""`ws docker save`: images in one file, in which the layers that they share stand once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ws.commands import image_files, image_runs
from ws.engines import archive_check, image_archive
from ws.engines.apply import Step
from ws.errors import UsageError, Where, WorkError, WsError
from ws.files.image_archive import open_archive
from ws.files.store import Store
from ws.formats.image_list import NAME
from ws.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.commands.image_runs import Run
    from ws.model.image_archive import ArchivedImage, ImageList
    from ws.model.report import Report, Status
    from ws.planning.images import Wish

COMMAND = "docker save"
_OFTEN = 2**24
"""After how many bytes of a layer it is told again how far that is."""


def run(context: Context, names: Sequence[str], wish: Wish, out: str = "") -> Report:
    """Write the images that are asked for into one archive, all of them or none.

    A file that has just them is left as it is. Raises `ToolError` where there is no engine,
    `UsageError` for a name that is no member's, for a file that is something else, and where the
    usual file would lose images of others; and `WorkError` where Docker fails or the file cannot be
    written.
    """
    store = Store(context.root())
    archive = context.workspace().settings.docker.archive
    path = image_files.place(context, out, archive, store.root)
    told = image_files.shown(context, path, store.root.resolve())
    _refuse(path, told)
    with (
        store.exclusive(context.note),
        image_runs.begin(context, COMMAND, names, wish) as begun,
    ):
        missing = [each for image in begun.found.plan.images if (each := begun.missing(image))]
        if missing or begun.found.unplanned or not begun.found.plan.images:
            refused = _refused(begun, missing)
            for outcome in refused:
                begun.observer.finished(outcome)
            return begun.report(refused, {})
        if not out and (names or context.filters):
            _keep(begun, path, told)
        held, digest = _there(begun, path, told)
        if held:
            return _report(begun, held, digest, told, path, "skipped")
        try:
            held, digest = _save(begun, path)
        except KeyboardInterrupt:
            begun.containers.docker.processes.stop()
            reason = f"interrupted; {_as_it_was(path, told)}"
            return begun.report(_all(begun, "aborted", reason), {}, interrupted=True)
        except OSError as error:
            raise WorkError(
                f"cannot write the archive: {error.strerror or error}; {_as_it_was(path, told)}",
                rule="archive/write",
                where=Where(told),
                hint="make room there, or name another place: --out FILE",
            ) from error
        return _report(begun, held, digest, told, path, "done")


def _refuse(path: Path, told: str) -> None:
    """Raise `UsageError` for what must not be written over."""
    if path.exists() and not path.is_file():  # a device would be replaced, a pipe waited for
        reason = f"{told} is no plain file, and is not written over"
        raise UsageError(reason, rule="usage/out", hint="name a file: --out FILE")
    try:
        with path.open("rb") as file:
            start = file.read(len(NAME))
    except FileNotFoundError:
        return
    except OSError as error:
        reason = f"{told} cannot be written: {error.strerror}"
        raise UsageError(reason, rule="usage/out", hint="name a file: --out FILE") from error
    if start not in (b"", NAME.encode()):
        reason = f"{told} is something else, and is not written over"
        raise UsageError(reason, rule="usage/out", hint="remove it, or name another: --out FILE")


def _keep(begun: Run, path: Path, told: str) -> None:
    """Raise `UsageError` where the archive has other members too, and would lose them."""
    try:
        held = open_archive(path, told).held.images
    except WsError:
        return
    asked = {image.member for image in begun.found.plan.images}
    known = begun.found.workspace.by_name
    others = [each.member for each in held if each.member in known and each.member not in asked]
    if others:
        raise UsageError(
            f"{told} would lose the images of {', '.join(others)}",
            rule="usage/out",
            hint="--out FILE for an archive of its own, or save all that belong into this one",
        )


def _refused(begun: Run, missing: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """What becomes of all where some are missing: without them it would look like all."""
    lacking = {each.member for each in missing}
    reason = "no archive was written, as others are missing"
    others = (
        Outcome(image.member, COMMAND, "aborted", reason)
        for image in begun.found.plan.images
        if image.member not in lacking
    )
    return (*missing, *others)


def _there(begun: Run, path: Path, told: str) -> tuple[ImageList | None, str]:
    """What the archive holds already, if that is just what is asked for; and its digest."""
    try:
        archive = open_archive(path, told)
        wanted = [(image.member, (image.tag,)) for image in begun.found.plan.images]
        if [(each.member, each.tags) for each in archive.held.images] != wanted:
            return None, ""
        for image in archive.held.images:
            built = begun.states[image.member].image
            if not built or built.id not in image.ids:
                return None, ""
        archive_check.check_whole(archive)
    except WsError:
        return None, ""
    return archive.held, archive.digest


def _save(begun: Run, path: Path) -> tuple[ImageList, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = {image.member: image.tag for image in begun.found.plan.images}
    return image_archive.save(begun.containers.docker, wanted, path, _Telling(begun).saving)


class _Telling:
    """Tells of each image how many of its layers are in the archive, and of the bytes so far."""

    def __init__(self, begun: Run) -> None:
        self._begun = begun
        self._layers = {
            member: state.image.layers for member, state in begun.states.items() if state.image
        }
        self._packed: set[str] = set()
        self._read = self._last = 0
        self.saving = image_archive.Saving(self._bytes, self._layer)
        for member in self._layers:
            begun.observer.started(member, COMMAND)

    def _bytes(self, count: int) -> None:
        self._read += count
        if self._read - self._last >= _OFTEN:
            self._last = self._read
            self._tell(self._layers)

    def _layer(self, diff_id: str) -> None:
        self._packed.add(diff_id)
        self._tell(member for member, layers in self._layers.items() if diff_id in layers)

    def _tell(self, members: Iterable[str]) -> None:
        for member in members:
            layers = self._layers[member]
            done = sum(layer in self._packed for layer in layers)
            if done < len(layers):
                text = f"layers; {self._read // 10**6} MB read of all images"
                self._begun.observer.step(member, Step(done, len(layers), text))


def _all(begun: Run, status: Status, reason: str) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(image.member, COMMAND, status, reason) for image in begun.found.plan.images
    )


def _as_it_was(path: Path, told: str) -> str:
    return f"{told} is as it was" if path.exists() else f"there is no {told}"


def _report(
    begun: Run, held: ImageList, digest: str, told: str, path: Path, status: Status
) -> Report:
    outcomes = tuple(
        Outcome(image.member, COMMAND, status, _reason(held, image, told, status))
        for image in held.images
    )
    for outcome in outcomes:
        begun.observer.finished(outcome)
    users = Counter(layer for image in held.images for layer in set(image.layers))
    rows = [
        {
            "member": image.member,
            "tag": image.tags[0],
            "status": status,
            "id": image.id,
            "platform": image.platform,
            "size": image.size,
            "compressed": held.weight(image.layers),
            "own": held.weight(layer for layer in image.layers if users[layer] == 1),
            "fingerprint": image.fingerprint or None,
            "revision": image.revision or None,
        }
        for image in held.images
    ]
    data: dict[str, Any] = {
        "archive": told,
        "size": path.stat().st_size,
        "apart": sum(row["compressed"] for row in rows),
        "digest": digest,
        "images": rows,
    }
    return begun.report(outcomes, data)


def _reason(held: ImageList, image: ArchivedImage, told: str, status: Status) -> str:
    if status == "skipped":
        return f"{told} has it already"
    return f"{len(image.layers)} layers, {held.weight(image.layers) / 10**6:.1f} MB"
