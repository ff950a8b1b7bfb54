"""A worker's program as a child process that speaks JSON lines."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence

from pydantic import ValidationError
from shared.messages import Message, Result, one_line

LONGEST_LINE = 64 * 1024 * 1024

log = logging.getLogger(__name__)


class ChildFailedError(Exception):
    """The child gave no usable answer; the text says why."""


class Child:
    """Hands messages to a worker one at a time; starts it when there is need."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        done: Callable[[Result], None],
        *,
        timeout: float,
        grace: float,
    ) -> None:
        self.name = name
        self._command = command
        self._done = done
        self._timeout = timeout
        self._grace = grace
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._process: Process | None = None

    @property
    def running(self) -> bool:
        """Say whether the process is there now; it is started by the first message."""
        return self._process is not None and self._process.returncode is None

    def put(self, message: Message) -> None:
        """Take a message; its result will be handed to `done`."""
        self._queue.put_nowait(message)

    async def serve(self) -> None:
        """Answer messages until cancelled, then end the process."""
        try:
            while True:
                message = await self._queue.get()
                self._done(await self._answer(message))
        finally:
            await self._stop()

    async def _answer(self, message: Message) -> Result:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._ask(message)
        except TimeoutError:
            error = f"worker {self.name} took longer than {self._timeout:g} s"
        except ChildFailedError as failure:
            error = str(failure)
        log.error("message %s: %s", message.id, error)
        await self._kill()  # what it may say later belongs to no message
        return Result(id=message.id, worker=self.name, status="error", error=error)

    async def _ask(self, message: Message) -> Result:
        process = await self._started()
        assert process.stdin
        assert process.stdout
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(message.model_dump_json().encode() + b"\n")
            await process.stdin.drain()
        try:
            line = await process.stdout.readline()
        except ValueError as error:  # the line is longer than the limit
            text = f"worker {self.name} answered with too long a line"
            raise ChildFailedError(text) from error
        if not line.endswith(b"\n"):
            text = f"worker {self.name} ended ({await process.wait()}) without an answer"
            raise ChildFailedError(text)
        try:
            result = Result.model_validate_json(line)
        except ValidationError as error:
            text = f"worker {self.name} answered with no result: {one_line(error)}"
            raise ChildFailedError(text) from error
        if result.id != message.id:
            text = f"worker {self.name} answered another message: {result.id!r}"
            raise ChildFailedError(text)
        return result

    async def _started(self) -> Process:
        if self._process and self._process.returncode is None:
            return self._process
        try:
            # In a session of its own, so that Ctrl-C reaches the server alone.
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                env=environment(),
                limit=LONGEST_LINE,
                start_new_session=True,
            )
        except OSError as error:
            text = f"cannot start worker {self.name}: {one_line(error)}"
            raise ChildFailedError(text) from error
        log.info("worker %s started as process %d", self.name, self._process.pid)
        return self._process

    async def _stop(self) -> None:
        """Close its input, and be less polite with each step that does not help."""
        if not self._process or not self._process.stdin:
            return
        self._process.stdin.close()
        ended = asyncio.create_task(self._process.wait())
        for end in (terminate, kill):
            # Not asyncio.timeout: before Python 3.11.3 it lets the TimeoutError of a task that
            # was cancelled itself, as this one was, out as a CancelledError.
            if (await asyncio.wait({ended}, timeout=self._grace))[0]:
                return
            end(self._process)
        await ended

    async def _kill(self) -> None:
        if self._process:
            kill(self._process)
            await self._process.wait()
            self._process = None


def environment() -> dict[str, str]:
    """Return what a child inherits: with a broker's address it would not speak JSON lines."""
    return {name: value for name, value in os.environ.items() if name != "INSIGHT_BROKER"}


def terminate(process: Process) -> None:
    """Ask a child to end, and what it started itself."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.terminate()
            else:
                os.killpg(process.pid, signal.SIGTERM)


def kill(process: Process) -> None:
    """End a child, and what it started itself."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
