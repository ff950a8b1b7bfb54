"""Messages and results over the streams of a Redis broker; see `shared.broker` for their names."""

import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, NamedTuple, Self

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from shared import broker, heartbeat
from shared.broker import GROUP, BrokerError
from shared.messages import BadMessage, Message, Result, one_line
from shared.patience import EndedError, Patience
from shared.transport import Transport, parse

BEAT = 5.0
"""Seconds between two signs of life while a message is worked on."""
MOST_DELIVERIES = 3
"""A message that ended so many workers is answered with an error."""
LAST_TRIES = 5.0
"""Seconds to get a result to a broker that is away, once the worker was told to end."""
GONE_MS = 3_600_000
KEEP_TAKEN = 60
FORGOTTEN = ("NOGROUP", "UNBLOCKED")
"""What a broker says that no longer knows the stream, or the group: it started anew, perhaps."""

log = logging.getLogger(__name__)


class Entry(NamedTuple):
    """What a stream delivered."""

    id: bytes
    fields: dict[bytes, bytes]
    deliveries: int = 1


class RedisStreams(Transport):
    """One worker of the group that shares the stream of a worker's name.

    Used as a context: within it, SIGTERM and SIGINT end `receive` after the message at hand.
    Each message is acknowledged with its result, in one step; so what a worker leaves behind that
    died is taken over by another one, and a message may be handled twice but is never lost.
    """

    def __init__(
        self, worker: str, url: str, *, claim_after: float = 30.0, max_results: int = 10_000
    ) -> None:
        self._worker = worker
        self._stream = broker.messages(worker)
        self._place = broker.place(url)
        self._patience = Patience(self._place)
        # Unique, so that no two workers ever take each other for themselves.
        self.consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            self._client = Redis.from_url(url, **broker.options())
            self._client.connection_pool.make_connection()  # else it would say so much later
        except (TypeError, ValueError):  # of an option in the address
            raise BrokerError(f"INSIGHT_BROKER {broker.FORM}") from None
        self._claim_after = claim_after
        self._max_results = max_results
        self._entry: bytes | None = None
        self._cursor: Any = "0-0"
        self._next_claim = 0.0
        self._beaten = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold, name="heartbeat", daemon=True)

    @property
    def exit_status(self) -> int:
        """Return how the program should end: 130 after Ctrl-C, else 0."""
        return self._patience.exit_status

    def __enter__(self) -> Self:
        self._patience.listen()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._over.set()
        with contextlib.suppress(RedisError, OSError):
            self._leave()
        with contextlib.suppress(OSError):
            heartbeat.stop(self._worker)
        self._client.close()
        self._patience.restore()
        return isinstance(error, EndedError)

    def receive(self) -> Iterator[Message | BadMessage]:
        """Yield messages until a signal comes; each must be answered before the next."""
        with contextlib.suppress(EndedError):
            self._patience.ask(self._join)
            log.info("worker %s waits for messages at %s", self._worker, self._place)
            while not self._patience.told_to_end:
                entry = self._patience.ask(self._next)
                self._beat()
                if entry:
                    self._entry = entry.id
                    yield read(entry)
                    self._entry = None

    def send(self, result: Result) -> None:
        """Write the result of the message at hand, which is done with then.

        Raises EndedError, which ends the context quietly, where the worker was told to end and
        the broker stays away: the message is left for another worker.
        """
        text = result.model_dump_json().encode()
        if len(text) > broker.LARGEST:
            error = f"the result is too large: {len(text)} bytes"
            short = Result(id=result.id, worker=result.worker, status="error", error=error)
            text = short.model_dump_json().encode()
        self._patience.ask(lambda: self._finish(result.id, text), LAST_TRIES)

    def _finish(self, id_: str, text: bytes) -> None:
        """Write a result and acknowledge its message: both, or neither."""
        with self._client.pipeline(transaction=True) as steps:
            steps.xadd(broker.RESULTS, {broker.RESULT: text}, maxlen=self._max_results)
            if self._entry is not None:
                steps.xack(self._stream, GROUP, self._entry)
                steps.xdel(self._stream, self._entry)
            # By then each server knows the result itself.
            steps.expire(broker.taken(id_), KEEP_TAKEN)
            steps.execute()

    def _next(self) -> Entry | None:
        """Return what was left behind, or else what is new, or None after a while."""
        try:
            return self._left_behind() or first(self._read(">", broker.BLOCK_MS))
        except ResponseError as error:
            if not str(error).startswith(FORGOTTEN):
                raise
            self._join()
            return None

    def _read(self, start: str, block: int | None = None) -> Any:
        """Return entries from `start` on: of the group (">"), or of this worker's own."""
        reply: Any = self._client.xreadgroup(
            GROUP, self.consumer, {self._stream: start}, count=1, block=block
        )
        return reply[0][1] if reply else ()

    def _left_behind(self) -> Entry | None:
        """Return a message that was delivered already, to nobody who answered it.

        To this worker, if the connection broke just then (asking for that also tells the broker
        that this worker is there), or to another one that gave no sign of life for too long.
        """
        entry = first(self._read("0")) or self._claimed()
        if not entry:
            return None
        pending: Any = self._client.xpending_range(self._stream, GROUP, entry.id, entry.id, 1)
        deliveries = pending[0]["times_delivered"] if pending else 1
        log.warning("entry %s was left behind (delivery %d)", entry.id.decode(), deliveries)
        return entry._replace(deliveries=deliveries)

    def _claimed(self) -> Entry | None:
        now = time.monotonic()
        if now < self._next_claim:
            return None
        reply: Any = self._client.xautoclaim(
            self._stream,
            GROUP,
            self.consumer,
            min_idle_time=int(self._claim_after * 1000),
            start_id=self._cursor,
            count=1,
        )
        self._cursor = reply[0]
        if self._cursor == b"0-0":  # all were looked at
            self._next_claim = now + self._claim_after / 3
        return first(reply[1])

    def _join(self) -> None:
        """Make the group, and forget those of it that are long gone."""
        try:
            self._client.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        others: Any = self._client.xinfo_consumers(self._stream, GROUP)
        for other in others:
            if not other["pending"] and other["idle"] > GONE_MS:
                self._client.xgroup_delconsumer(self._stream, GROUP, other["name"])

    def _leave(self) -> None:
        """Take this worker from the group, unless that would lose a message."""
        mine = self._client.xpending_range(
            self._stream, GROUP, "-", "+", 1, consumername=self.consumer
        )
        if not mine:
            self._client.xgroup_delconsumer(self._stream, GROUP, self.consumer)

    def _beat(self) -> None:
        """Say that this worker is alive, once a second at most."""
        now = time.monotonic()
        if now < self._beaten + 1:
            return
        try:
            heartbeat.beat(self._worker)
        except OSError as error:
            if not self._beaten:
                log.warning("no sign of life can be given: %s", one_line(error))
        self._beaten = now

    def _hold(self) -> None:
        """Keep the message at hand from being claimed, however long it takes."""
        while not self._over.wait(min(BEAT, self._claim_after / 3)):
            if (entry := self._entry) is None:
                continue
            with contextlib.suppress(RedisError, OSError):
                self._client.xclaim(self._stream, GROUP, self.consumer, 0, [entry], justid=True)
                self._beat()


def first(entries: Any) -> Entry | None:
    """Return the first of the entries of a reply; what was deleted has no fields."""
    for id_, fields in entries:
        if id_ is not None:
            return Entry(id_, fields or {})
    return None


def read(entry: Entry) -> Message | BadMessage:
    """Read an entry; a message without an id gets that of its entry."""
    id_ = entry.id.decode()
    text = entry.fields.get(broker.MESSAGE.encode())
    if text is None:
        return BadMessage(id=id_, error=f"the entry has no field {broker.MESSAGE!r}")
    message = parse(text.decode(errors="surrogateescape"), id_)
    if entry.deliveries > MOST_DELIVERIES:
        error = f"given up: {entry.deliveries - 1} workers ended while they worked on it"
        return BadMessage(id=message.id, error=error)
    return message
