"""Workers that run elsewhere, reached over the streams of a Redis broker."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from shared import broker
from shared.messages import Message, Result, one_line

BATCH = 100
ALIVE_MS = 20_000
"""A worker of the group asks for messages every second, or says that it is busy every five."""
TAKEN_SECONDS = 86_400
WAIT = 1.0
ASKED = 2.0

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A message was not taken; the text says why."""


class AwayError(RefusedError):
    """The broker cannot be reached."""


class FullError(RefusedError):
    """Too many messages wait for this worker."""


class TooLargeError(RefusedError):
    """The message is larger than a broker should hold."""


class TakenError(RefusedError):
    """There already is a message with this id."""


class Broker:
    """Hands messages to remote workers, and their results to `done`.

    Several servers may share a broker: each one reads all results.
    """

    def __init__(
        self,
        url: str,
        remote: Collection[str],
        done: Callable[[Result], None],
        *,
        max_waiting: int,
    ) -> None:
        self.remote = remote
        self._place = broker.place(url)
        try:
            self._client = Redis.from_url(url, **broker.options())
            pool: Any = self._client.connection_pool
            pool.make_connection()  # without connecting; else it would say so much later
        except (TypeError, ValueError):  # of an option in the address
            raise RuntimeError(f"INSIGHT_BROKER {broker.FORM}") from None
        self._done = done
        self._max_waiting = max_waiting

    async def serve(self) -> None:
        """Read results until cancelled, also those that are there already."""
        last: Any = "0-0"
        away = False
        try:
            while True:
                try:
                    last = await self._read(last)
                except (RedisError, OSError) as error:
                    if not away:
                        log.warning("the broker at %s: %s", self._place, one_line(error))
                    # Who comes back may have forgotten all, and count from a lower number.
                    away, last = True, "0-0"
                    await asyncio.sleep(WAIT)
                else:
                    if away:
                        log.info("the broker at %s is back", self._place)
                    away = False
        finally:
            await self._client.aclose()

    async def put(self, worker: str, message: Message) -> None:
        """Hand over a message; raise RefusedError if it was not taken."""
        text = message.model_dump_json().encode()
        if len(text) > broker.LARGEST:
            raise TooLargeError(f"the message has more than {broker.LARGEST} bytes")
        stream, key = broker.messages(worker), broker.taken(message.id)
        async with self._reached():
            if await self._client.xlen(stream) >= self._max_waiting:
                raise FullError(f"{self._max_waiting} messages wait for worker {worker}")
            if not await self._client.set(key, worker, nx=True, ex=TAKEN_SECONDS):
                raise TakenError(f"there already is a message with the id {message.id!r}")
            try:
                await self._client.xadd(stream, {broker.MESSAGE: text})
            except BaseException:
                with contextlib.suppress(RedisError, OSError):
                    await self._client.delete(key)
                raise

    async def underway(self, id_: str) -> bool:
        """Say whether a server took a message with this id, and no result was seen yet."""
        async with self._reached():
            return bool(await self._client.exists(broker.taken(id_)))

    async def running(self) -> dict[str, bool] | None:
        """Say which workers are there; None if the broker cannot be reached."""
        try:
            async with asyncio.timeout(ASKED):
                await self._client.ping()
                return {name: await self._alive(name) for name in self.remote}
        except (RedisError, OSError, TimeoutError):
            return None

    async def _alive(self, worker: str) -> bool:
        try:
            group: Any = await self._client.xinfo_consumers(broker.messages(worker), broker.GROUP)
        except ResponseError:  # no such stream, or no such group
            return False
        return any(one["idle"] < ALIVE_MS for one in group)

    async def _read(self, last: Any) -> Any:
        reply: Any = await self._client.xread(
            {broker.RESULTS: last}, count=BATCH, block=broker.BLOCK_MS
        )
        for id_, fields in reply[0][1] if reply else ():
            last = id_
            try:
                result = Result.model_validate_json(fields.get(broker.RESULT.encode(), b""))
            except ValidationError as error:
                log.warning("entry %s is no result: %s", id_.decode(), one_line(error))
            else:
                self._done(result)
        return last

    @contextlib.asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            log.warning("the broker at %s: %s", self._place, one_line(error))
            raise AwayError("the broker cannot be reached") from error
