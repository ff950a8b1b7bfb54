"""Asking a broker that may be away, until an answer comes or the program is told to end."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as BrokerAwayError
from redis.exceptions import TimeoutError as BrokerSlowError

from shared.broker import BrokerError
from shared.messages import one_line

WAITS = (0.1, 0.2, 0.5, 1.0, 2.0)
STEP = 0.05
REFUSED = (AuthenticationError, AuthorizationError)  # both are ConnectionErrors too
PASSING = (
    BrokerAwayError,
    BrokerSlowError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class EndedError(Exception):
    """The program was told to end while it waited for its broker."""


class Patience:
    """Asks again and again, and takes note of SIGTERM and SIGINT, which end the waiting."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._away = False
        self._signal: int | None = None
        self._told = 0.0
        self._handlers: dict[int, Any] = {}

    @property
    def told_to_end(self) -> bool:
        """Say whether a signal has come."""
        return self._signal is not None

    @property
    def exit_status(self) -> int:
        """Return how the program should end: 130 after Ctrl-C, else 0."""
        return 130 if self._signal == signal.SIGINT else 0

    def listen(self) -> None:
        """Take signals from now on; the second one is a KeyboardInterrupt."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._handlers[number] = signal.signal(number, self._end)

    def restore(self) -> None:
        """Leave signals to who had them before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def ask(self, question: Callable[[], Answer], last_tries: float = 0.0) -> Answer:
        """Return the answer, however long that takes.

        Raises EndedError that many seconds after a signal, and BrokerError where patience does
        not help.
        """
        tries = 0
        while True:
            try:
                answer = question()
            except REFUSED as error:
                raise BrokerError(self._says(error)) from error
            except PASSING as error:
                self._note(error)
            except ResponseError as error:
                raise BrokerError(self._says(error)) from error
            else:
                self._note(None)
                return answer
            self._pause(WAITS[min(tries, len(WAITS) - 1)], last_tries)
            tries += 1

    def _note(self, error: Exception | None) -> None:
        """Say when the broker goes and when it comes back, and nothing between."""
        if error and not self._away:
            log.warning("%s; trying again", self._says(error))
        elif self._away and not error:
            log.info("the broker at %s is back", self._place)
        self._away = error is not None

    def _pause(self, seconds: float, last_tries: float) -> None:
        """Wait in small steps, for a signal does not end a sleep."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.told_to_end and time.monotonic() >= self._told + last_tries:
                raise EndedError
            time.sleep(STEP)

    def _says(self, error: Exception) -> str:
        return f"the broker at {self._place}: {one_line(error)}"

    def _end(self, number: int, _: FrameType | None) -> None:
        if self.told_to_end:
            raise KeyboardInterrupt
        self._signal = number
        self._told = time.monotonic()
