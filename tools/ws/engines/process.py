"""The only place that starts programs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import ToolError, WorkError
from ws.model.urls import masking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

_GRACE = 5.0
"""Seconds that a program gets to end by itself after it was asked to."""
_TAIL = 200
_OF_TERMINALS = frozenset({"COLUMNS", "LINES"})
"""Programs that believe in a width break their lines, which nobody can read any more."""


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


class Detached:
    """A program that goes on when `ws` has ended."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        _DETACHED.append(process)

    def ended(self) -> int | None:
        """The code with which it ended; `None` while it runs."""
        return self._process.poll()


class Processes:
    """Starts programs, each in a group of its own, and can end them all at once."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self.stopped = False
        self.inherited: tuple[int, ...] = ()
        """File descriptors that every program gets besides its own."""

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        environ: Mapping[str, str],
        log: Path | None = None,
        on_line: Callable[[str], None] = lambda _line: None,
        data: bool = False,
    ) -> Completed:
        """Run a program to its end; its output goes line by line to `log` and `on_line`.

        Credentials are hidden in all of that, also in what is returned; not if the output is
        `data`: an answer to `ws`, which may need them and shows them to nobody. Raises `ToolError`
        if it cannot be started.
        """
        tail: deque[str] = deque(maxlen=_TAIL)
        hide = _as_it_is if data else masking(environ)

        def tell(line: str) -> None:
            tail.append(line)
            on_line(line)

        with contextlib.ExitStack() as stack:
            sink = stack.enter_context(log.open("ab")) if log else None
            process = self._start(argv, folder, environ)
            try:
                _pump(process.stdout, hide, sink, tell)
                code = process.wait()
            except BaseException:
                _end([process])
                raise
            finally:
                with self._guard:
                    self._running.discard(process)
        return Completed(code, tuple(tail))

    @contextlib.contextmanager
    def converse(
        self, argv: Sequence[str], *, folder: Path, environ: Mapping[str, str], log: Path
    ) -> Iterator[Conversation]:
        """Talk with a program until the end of the block; what it says on stderr goes to `log`.

        Credentials are hidden in the log, and not in what is heard. When nobody talks to the
        program any more, it gets a moment to end by itself. Raises `ToolError` if it cannot be
        started.
        """
        with log.open("ab") as sink:
            process = self._start(argv, folder, environ, talks=True)
            listener = threading.Thread(
                target=_keep, args=(process.stderr, masking(environ), sink), daemon=True
            )
            listener.start()
            try:
                yield Conversation(process)
            finally:
                assert process.stdin is not None
                assert process.stdout is not None
                with contextlib.suppress(OSError):
                    process.stdin.close()
                _end([process], after=_GRACE)
                listener.join(_GRACE)
                process.stdout.close()
                with self._guard:
                    self._running.discard(process)

    def detach(
        self, argv: Sequence[str], *, folder: Path, environ: Mapping[str, str], log: Path
    ) -> Detached:
        """Start a program that outlives `ws`, in a session of its own; it writes to `log` itself.

        `stop` does not end it. Raises `ToolError` if it cannot be started.
        """
        with log.open("ab") as sink, self._guard:
            return Detached(self._open(argv, folder, environ, sink))

    def stop(self) -> None:
        """End every program that still runs, and let no further one start."""
        with self._guard:
            self.stopped = True
            running = list(self._running)
        _end(running)

    def _start(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        *,
        talks: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a program that is listened to; and talked to, its errors apart, if it `talks`."""
        with self._guard:
            process = self._open(argv, folder, environ, talks=talks)
            self._running.add(process)
            return process

    def _open(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        sink: IO[bytes] | None = None,
        *,
        talks: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a program; one that writes to a `sink` of its own inherits nothing else."""
        if self.stopped:
            raise ToolError("interrupted", rule="tool/interrupted")
        try:
            return subprocess.Popen(
                list(argv),
                cwd=folder,
                env={key: text for key, text in environ.items() if key not in _OF_TERMINALS},
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=sink or subprocess.PIPE,
                stderr=subprocess.PIPE if talks else subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
                pass_fds=() if sink else self.inherited,
            )
        except OSError as error:
            if not folder.is_dir():
                raise WorkError(
                    f"the folder {folder.name} is gone",
                    rule="work/folder-gone",
                    hint="somebody removed it meanwhile: run the command again",
                ) from error
            raise ToolError(
                f"cannot run {argv[0]}: {error.strerror}",
                rule="tool/cannot-run",
                hint="check that the program exists and may be run",
            ) from error


def _pump(
    output: IO[bytes] | None,
    hide: Callable[[str], str],
    sink: IO[bytes] | None,
    tell: Callable[[str], None] = lambda _line: None,
) -> None:
    """Hand on what a program says, line by line as it comes, with `hide` done to it."""
    assert output is not None
    with output:
        for raw in output:
            text = raw.decode("utf-8", errors="replace")
            shown = hide(text)
            if sink:
                sink.write(raw if shown == text else shown.encode())
                sink.flush()
            tell(shown.rstrip())


def _keep(output: IO[bytes] | None, hide: Callable[[str], str], sink: IO[bytes]) -> None:
    """Write to a log what a program says; when that fails, it has nobody any more to say it to."""
    with contextlib.suppress(OSError, ValueError):
        _pump(output, hide, sink)


def _as_it_is(text: str) -> str:
    return text


def end_session(pid: int, *, kill: bool = False) -> None:
    """Ask a program that has a session of its own, and all that it started, to end; or `kill` them.

    Whoever calls it knows that the process is that program, and not one that got its number.
    """
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL if kill else signal.SIGTERM)


def hide_in(log: Path, hide: Callable[[str], str]) -> None:
    """Do `hide` to a log that a program has written by itself."""
    with contextlib.suppress(OSError):
        raw = log.read_bytes()
        text = raw.decode("utf-8", errors="replace")
        if (shown := hide(text)) != text:
            log.write_bytes(shown.encode())


def _end(processes: Sequence[subprocess.Popen[bytes]], *, after: float = 0.0) -> None:
    """Ask the processes and all that they started to end, and make those that do not.

    Those that end by themselves in the time `after` are not even asked.
    """
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(after)
        _signal(process, "SIGTERM")
    deadline = time.monotonic() + _GRACE
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes:
        _signal(process, "SIGKILL")


def _signal(process: subprocess.Popen[bytes], name: str) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            process.terminate()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, getattr(signal, name))
