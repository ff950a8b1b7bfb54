"""A program that was started, by what it does: it ends, answers, gives bytes, or goes on alone."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import subprocess
    import threading
    from typing import IO

TAIL = 200
"""How many of the last lines that a program says are kept."""

_DETACHED: list[subprocess.Popen[bytes]] = []
"""Kept, so that Python does not warn of programs that nobody waits for."""


class Completed(NamedTuple):
    """How a program ended."""

    code: int
    tail: tuple[str, ...]
    """The last lines of its output, both streams together."""


class Conversation:
    """A program that answers lines with lines."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def say(self, line: str) -> bool:
        """Send a line; say whether the program still listens."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def hear(self) -> str | None:
        """Wait for the next line; `None` when the program has ended."""
        assert self._process.stdout is not None
        raw = self._process.stdout.readline()
        return raw.decode("utf-8", errors="replace").rstrip() if raw else None


class Flow:
    """A program that gives bytes, or takes them, and says lines besides."""

    def __init__(self, process: subprocess.Popen[bytes], stream: IO[bytes]) -> None:
        self._process = process
        self.stream = stream
        """What it gives; or what it reads, where it takes."""
        self.tail: deque[str] = deque(maxlen=TAIL)
        self.listener: threading.Thread | None = None
        self.late = False
        """Whether it was made to end, as its time was over."""

    def ended(self) -> Completed:
        """Wait for its end, as there is no more to give it or to take; and how that was."""
        with contextlib.suppress(OSError):  # it has gone before it had read all
            self.stream.close()
        code = self._process.wait()
        if self.listener:
            self.listener.join()
        return Completed(code, tuple(self.tail))


class Detached:
    """A program that goes on when `ws` has ended."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        _DETACHED.append(process)

    def ended(self) -> int | None:
        """The code with which it ended; `None` while it runs."""
        return self._process.poll()
