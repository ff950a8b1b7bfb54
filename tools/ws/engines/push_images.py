"""The pushing of images that were built just now, or were there: one after the other.

So that what they share is sent once: the registry takes a layer from another repository of its own
where the engine has pushed it before.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ws.engines.apply import Step
from ws.engines.build_images import COMMAND
from ws.engines.transfers import NotSentError, Transfers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.engines.apply import Observer
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.report import Outcome


def push(
    docker: Docker, store: Store, observer: Observer, images: Sequence[tuple[Outcome, str]]
) -> tuple[tuple[Outcome, ...], bool]:
    """What became of each image, and whether Ctrl-C ended it: those not pushed are aborted.

    `images` are outcomes of builds, each with the image's tag. Nothing that fails here removes one.
    """
    found: list[Outcome] = []
    interrupted = False
    for outcome, tag in images:
        try:
            found.append(
                _left(outcome) if interrupted else _pushed(docker, store, observer, outcome, tag)
            )
        except KeyboardInterrupt:
            interrupted = True
            docker.processes.stop()
            found.append(_left(outcome))
        observer.finished(found[-1])
    return tuple(found), interrupted


def _pushed(
    docker: Docker, store: Store, observer: Observer, outcome: Outcome, tag: str
) -> Outcome:
    log = store.memory("logs", COMMAND, f"{outcome.member}.log")
    name = log.relative_to(store.root.resolve()).as_posix()
    if outcome.status == "skipped":  # what it has, is of another day
        log.write_bytes(b"")
        observer.started(outcome.member, COMMAND)

    def on_step(done: int, total: int, text: str) -> None:
        observer.step(outcome.member, Step(done, total, text))

    begin = time.monotonic()
    try:
        sent = Transfers(docker, log=log, on_step=on_step).push(tag, tag)
    except NotSentError as fault:
        reason, output = f"it was not pushed: {fault.reason}", fault.output
        failed = replace(outcome, status="failed", reason=reason, log=name, output=output)
        return replace(failed, seconds=_seconds(outcome, begin))
    except OSError as error:  # of the log: the push was ended
        reason = f"it was not pushed: the log cannot be written: {error.strerror}"
        return replace(outcome, status="failed", reason=reason, log=name)
    again = "" if sent.tries == 1 else f" at try {sent.tries}"
    done = replace(outcome, status="done", reason=f"{outcome.reason}, pushed{again}", log=name)
    return replace(done, seconds=_seconds(outcome, begin))


def _seconds(outcome: Outcome, begin: float) -> float:
    return round((outcome.seconds or 0.0) + time.monotonic() - begin, 3)


def _left(outcome: Outcome) -> Outcome:
    return replace(outcome, status="aborted", reason="interrupted before it was pushed")
