"""Messages and results over the streams of a Redis broker; see `shared.broker` for their names."""

import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from redis import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as BrokerAwayError
from redis.exceptions import TimeoutError as BrokerSlowError

from shared import broker, heartbeat
from shared.broker import BLOCK_MS, GROUP, BrokerError
from shared.messages import BadMessage, Message, Result, one_line
from shared.transport import Transport, override, parse

BEAT = 5.0
MOST_DELIVERIES = 3
FORGOTTEN_MS = 3_600_000
LAST_TRIES = 5.0
KEEP_TAKEN = 60
WAITS = (0.1, 0.2, 0.5, 1.0, 2.0)
PASSING = (
    BrokerAwayError,
    BrokerSlowError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)
"""What patience helps with."""

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class EndedError(Exception):
    """The worker was told to end while it waited for its broker."""


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
        # Unique, so that no two workers ever take each other for themselves.
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            self._client = Redis.from_url(url, **broker.options())
        except (TypeError, ValueError):  # of an option in the address
            raise BrokerError(f"INSIGHT_BROKER {broker.FORM}") from None
        self._claim_after = claim_after
        self._max_results = max_results
        self._entry: bytes | None = None
        self._cursor: Any = "0-0"
        self._next_claim = 0.0
        self._away = False
        self._beaten = 0.0
        self._signal: int | None = None
        self._told = 0.0
        self._handlers: dict[int, Any] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold, name="heartbeat", daemon=True)

    @property
    def exit_status(self) -> int:
        """Return how the program should end: 130 after Ctrl-C, else 0."""
        return 130 if self._signal == signal.SIGINT else 0

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._handlers[number] = signal.signal(number, self._stop)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with contextlib.suppress(RedisError, OSError):
            self._leave()
        with contextlib.suppress(OSError):
            heartbeat.stop(self._worker)
        self._client.close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    @override
    def receive(self) -> Iterator[Message | BadMessage]:
        with contextlib.suppress(EndedError):
            self._patiently(self._join)
            log.info("worker %s waits for messages at %s", self._worker, self._place)
            while self._signal is None:
                if entry := self._patiently(self._next):
                    self._entry = entry.id
                    yield read(entry)
                    self._entry = None

    @override
    def send(self, result: Result) -> None:
        text = result.model_dump_json().encode()
        if len(text) > broker.LARGEST:
            error = f"the result is too large: {len(text)} bytes"
            short = Result(id=result.id, worker=result.worker, status="error", error=error)
            text = short.model_dump_json().encode()
        self._patiently(lambda: self._finish(result.id, text), LAST_TRIES)

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
        """Return what another worker left behind, or else what is new, or None after a while."""
        try:
            return self._left_behind() or self._new()
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            self._join()  # the broker forgot everything
            return None

    def _new(self) -> Entry | None:
        reply: Any = self._client.xreadgroup(
            GROUP, self._consumer, {self._stream: ">"}, count=1, block=BLOCK_MS
        )
        return Entry(*reply[0][1][0]) if reply else None

    def _left_behind(self) -> Entry | None:
        """Claim one message whose worker gave no sign of life for too long."""
        now = time.monotonic()
        if now < self._next_claim:
            return None
        reply: Any = self._client.xautoclaim(
            self._stream,
            GROUP,
            self._consumer,
            min_idle_time=int(self._claim_after * 1000),
            start_id=self._cursor,
            count=1,
        )
        self._cursor, entries = reply[:2]
        if self._cursor == b"0-0":
            self._next_claim = now + self._claim_after / 3
        if not entries or entries[0][0] is None:  # the latter was deleted meanwhile
            return None
        id_, fields = entries[0]
        pending: Any = self._client.xpending_range(self._stream, GROUP, id_, id_, 1)
        deliveries = pending[0]["times_delivered"] if pending else 1
        log.warning("entry %s was left behind (delivery %d)", id_.decode(), deliveries)
        return Entry(id_, fields, deliveries)

    def _join(self) -> None:
        """Make the group, and forget those of it that are long gone."""
        try:
            self._client.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        others: Any = self._client.xinfo_consumers(self._stream, GROUP)
        for other in others:
            if not other["pending"] and other["idle"] > FORGOTTEN_MS:
                self._client.xgroup_delconsumer(self._stream, GROUP, other["name"])

    def _leave(self) -> None:
        """Take this worker from the group, unless that would lose a message."""
        mine = self._client.xpending_range(
            self._stream, GROUP, "-", "+", 1, consumername=self._consumer
        )
        if not mine:
            self._client.xgroup_delconsumer(self._stream, GROUP, self._consumer)

    def _patiently(self, ask: Callable[[], Answer], last_tries: float = 0.0) -> Answer:
        """Ask the broker again and again while it is away.

        Raises EndedError some seconds after the worker was told to end, and BrokerError where
        patience does not help.
        """
        tries = 0
        while True:
            try:
                answer = ask()
            except (AuthenticationError, AuthorizationError) as error:
                raise BrokerError(self._says(error)) from None
            except PASSING as error:
                if not self._away:
                    log.warning("%s; trying again", self._says(error))
                self._away = True
            except ResponseError as error:
                raise BrokerError(self._says(error)) from error
            else:
                if self._away:
                    log.info("the broker at %s is back", self._place)
                self._away = False
                self._beat()
                return answer
            self._pause(WAITS[min(tries, len(WAITS) - 1)], last_tries)
            tries += 1

    def _pause(self, seconds: float, last_tries: float) -> None:
        """Wait in small steps, for a signal does not end a sleep."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._signal is not None and time.monotonic() > self._told + last_tries:
                raise EndedError
            time.sleep(0.05)

    def _says(self, error: Exception) -> str:
        return f"the broker at {self._place}: {one_line(error)}"

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
                self._client.xclaim(self._stream, GROUP, self._consumer, 0, [entry], justid=True)
                self._beat()

    def _stop(self, number: int, _: FrameType | None) -> None:
        if self._signal is not None:  # the second time: now
            raise KeyboardInterrupt
        self._signal = number
        self._told = time.monotonic()


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
