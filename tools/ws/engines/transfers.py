"""Images into registries and out of them, tried again where what failed may pass.

What others build on: `pull` fetches one image by the first of several names that works, and tells
why the others did not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.probes import ANYWHERE
from ws.engines.process import Processes
from ws.errors import WorkError, WsError
from ws.formats import transfer_log
from ws.formats.image_layout import full_name
from ws.formats.transfer_log import Transfer
from ws.planning.registry_failure import Failure, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ws.engines.images import Docker
    from ws.planning.registry_failure import Way

RETRIES = 3
_FIRST_WAIT = 1.0
_BLINK = 0.1
_WAITS = "; it did not work, and the engine tries again"


class Sent(NamedTuple):
    """What came of a push, or of a pull."""

    reference: str
    """The name that worked."""
    digest: str
    """Of the manifest, as the registry told it."""
    tries: int
    failed: tuple[tuple[str, str], ...] = ()
    """The names that did not work before, each with the reason."""


class NotSentError(WorkError):
    """Why an image was not pushed or pulled, by name; after how many tries."""

    def __init__(
        self, failed: Sequence[tuple[str, Failure]], tries: int, output: Sequence[str]
    ) -> None:
        reasons = dict.fromkeys(why.reason for _, why in failed)
        super().__init__("; ".join(reasons), rule="registry/transfer", hint="")
        self.failed = tuple((reference, why.reason) for reference, why in failed)
        self.kinds = tuple(why.kind for _, why in failed)
        self.tries = tries
        self.output = transfer_log.said(output)


@dataclass(frozen=True, slots=True)
class Transfers:
    """Pushes and pulls; each may be called from several threads."""

    docker: Docker
    retries: int = RETRIES
    """How often what may pass is tried again; each wait is twice the one before."""
    first_wait: float = _FIRST_WAIT
    log: Path | None = None
    on_step: Callable[[int, int, str], None] = field(default=lambda _done, _total, _text: None)
    """Told how many layers are over, of how many, and what is done."""

    def push(self, tag: str, reference: str) -> Sent:
        """Push an image that the engine has as `tag`. Raises `NotSentError`.

        The name that it has in the registry is the engine's only as long as this lasts, where it
        has not been before.
        """
        with _Named(self.docker, tag, reference):
            return self._tried("push", (reference,))

    def pull(self, references: Sequence[str], tag: str) -> Sent:
        """Pull an image by the first of these names that works, and call it `tag`.

        In each round all are asked, in this order, but those that would fail again. Raises
        `NotSentError`.
        """
        before = self.docker.images(references)
        sent = self._tried("pull", references)
        if full_name(sent.reference) != full_name(tag):
            ended = self.docker.ask("tag", sent.reference, tag)
            if ended.code:
                raise NotSentError([(sent.reference, _said(ended.tail))], sent.tries, ended.tail)
            if sent.reference not in before:
                _quietly(self.docker, "rmi", sent.reference)
        return sent

    def _tried(self, way: Way, references: Sequence[str]) -> Sent:
        failed: dict[str, Failure] = {}
        hopeful = list(references)
        output: tuple[str, ...] = ()
        for attempt in range(1, self.retries + 2):
            for reference in tuple(hopeful):
                transfer = Transfer()
                code, said = self._run(way, reference, transfer, attempt)
                if code == 0:
                    before = tuple((name, why.reason) for name, why in failed.items())
                    others = tuple(each for each in before if each[0] != reference)
                    return Sent(reference, transfer.digest, attempt, others)
                failed[reference], output = failure(said, reference, way), said
                if transfer.tried_again or not failed[reference].passes:
                    hopeful.remove(reference)
                if self.docker.processes.stopped:
                    raise NotSentError([*failed.items()], attempt, output)
            again = attempt <= self.retries and hopeful
            if not again or not self._waited(attempt, way, failed[hopeful[0]]):
                break
        raise NotSentError([*failed.items()], attempt, output)

    def _run(
        self, way: Way, reference: str, transfer: Transfer, attempt: int
    ) -> tuple[int, tuple[str, ...]]:
        doing = f"{way}ing {reference}" + (f", try {attempt}" if attempt > 1 else "")
        told = (0, 0, doing)
        self.on_step(*told)

        def on_line(line: str) -> None:
            nonlocal told
            if layers := transfer.line(line):
                step = (*layers, f"{doing}{_WAITS if transfer.waits else ''}")
                if step != told:
                    self.on_step(*step)
                told = step

        return self.docker.run((way, reference), ANYWHERE, log=self.log, on_line=on_line)

    def _waited(self, attempt: int, way: Way, why: Failure) -> bool:
        """Wait before another try, longer each time; say whether nobody has ended it."""
        seconds = self.first_wait * 2 ** (attempt - 1)
        self.on_step(0, 0, f"{way}ing again in {seconds:.0f} s: {why.reason}")
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.docker.processes.stopped:
            time.sleep(_BLINK)
        return not self.docker.processes.stopped


class _Named:
    """Gives an image a further name in the engine for as long as the block lasts."""

    def __init__(self, docker: Docker, tag: str, name: str) -> None:
        self._docker, self._tag, self._name = docker, tag, name
        self._given = False

    def __enter__(self) -> None:
        if full_name(self._name) == full_name(self._tag):
            return
        there = self._docker.images([self._tag, self._name])
        same = self._name in there and self._tag in there
        if same and there[self._name].id == there[self._tag].id:
            return
        self._given = self._name not in there
        ended = self._docker.ask("tag", self._tag, self._name)
        if ended.code:
            raise NotSentError([(self._name, _said(ended.tail))], 0, ended.tail)

    def __exit__(self, *_: object) -> None:
        if self._given:
            _quietly(self._docker, "rmi", self._name)


def _said(tail: Sequence[str]) -> Failure:
    last = next((line for line in reversed(tail) if line.strip()), "docker said nothing")
    return Failure(last, "engine")


def _quietly(docker: Docker, *args: str) -> None:
    """Call Docker with processes of its own: after Ctrl-C no others start."""
    try:
        argv = (docker.program, *args)
        Processes(apart=True).run(argv, folder=ANYWHERE, environ=docker.environ)
    except WsError:
        pass
