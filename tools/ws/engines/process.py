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
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ws.engines.program import TAIL, Completed, Conversation, Detached, Flow
from ws.errors import ToolError, WorkError
from ws.model.urls import masking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

_GRACE = 5.0
"""Seconds that a program gets to end by itself after it was asked to."""
_OF_TERMINALS = frozenset({"COLUMNS", "LINES"})
"""Programs that believe in a width break their lines, which nobody can read any more."""
_SAYING = (subprocess.DEVNULL, subprocess.STDOUT)
_TALKING = (subprocess.PIPE, subprocess.PIPE)
_GIVING = (subprocess.DEVNULL, subprocess.PIPE)
_TAKING = (subprocess.PIPE, subprocess.STDOUT)
"""The stdin and the stderr of a program that tells, answers, gives bytes, or takes them."""


class Together:
    """All `Processes` that are made in a block, by whatever command: one call ends them.

    For whoever waits for the block in one thread, and wants to end it from another.
    """

    def __init__(self) -> None:
        self._members: list[Processes] = []
        self._guard = threading.Lock()
        self.stopped = False

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """Take in what is made until the end of the block, in this thread."""
        token = _TOGETHER.set(self)
        try:
            yield
        finally:
            _TOGETHER.reset(token)

    def join(self, processes: Processes) -> None:
        """Take one in; it starts nothing any more if all were stopped."""
        with self._guard:
            self._members.append(processes)
            processes.stopped = self.stopped

    def stop(self) -> None:
        """End every program that still runs, and let no further one start."""
        with self._guard:
            self.stopped = True
            members = list(self._members)
        for processes in members:
            processes.stop()


_TOGETHER: ContextVar[Together | None] = ContextVar("together", default=None)


class Processes:
    """Starts programs, each in a group of its own, and can end them all at once."""

    def __init__(self, *, apart: bool = False) -> None:
        """`apart` from those that are ended together: for what tidies up after these."""
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self.stopped = False
        self.inherited: tuple[int, ...] = ()
        """File descriptors that every program gets besides its own."""
        if (together := _TOGETHER.get()) and not apart:
            together.join(self)

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
        tail: deque[str] = deque(maxlen=TAIL)
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
            process = self._start(argv, folder, environ, _TALKING)
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

    @contextlib.contextmanager
    def flow(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        environ: Mapping[str, str],
        takes: bool = False,
        on_line: Callable[[str], None] = lambda _line: None,
        limit: float | None = None,
    ) -> Iterator[Flow]:
        """Read the bytes that a program gives, or write those that it `takes`.

        What it says besides goes line by line to `on_line`, credentials hidden. If it has not
        `ended` when the block is left, or after so many seconds, it is made to. Raises `ToolError`
        if it cannot be started.
        """
        process = self._start(argv, folder, environ, _TAKING if takes else _GIVING)
        given, said = (process.stdin, process.stdout) if takes else (process.stdout, process.stderr)
        assert given is not None
        flow = Flow(process, given)

        def tell(line: str) -> None:
            flow.tail.append(line)
            on_line(line)

        def listen() -> None:
            with contextlib.suppress(OSError, ValueError):
                _pump(said, masking(environ), None, tell)

        def give_up() -> None:
            flow.late = True
            _end([process])

        flow.listener = threading.Thread(target=listen, daemon=True)
        flow.listener.start()
        timer = threading.Timer(limit or 0.0, give_up)
        timer.daemon = True
        if limit is not None:
            timer.start()
        try:
            yield flow
        finally:
            timer.cancel()
            if not takes:
                flow.stream.close()  # one that waits for a reader does not hear that it should end
            if process.poll() is None:
                _end([process])
            with contextlib.suppress(OSError):
                flow.stream.close()
            flow.listener.join(_GRACE)
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
        pipes: tuple[int, int] = _SAYING,
    ) -> subprocess.Popen[bytes]:
        """Start a program that is listened to; `pipes` are its stdin and its stderr."""
        with self._guard:
            process = self._open(argv, folder, environ, pipes=pipes)
            self._running.add(process)
            return process

    def _open(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        sink: IO[bytes] | None = None,
        pipes: tuple[int, int] = _SAYING,
    ) -> subprocess.Popen[bytes]:
        """Start a program; one that writes to a `sink` of its own inherits nothing else."""
        if self.stopped:
            raise ToolError("interrupted", rule="tool/interrupted")
        try:
            return subprocess.Popen(
                list(argv),
                cwd=folder,
                env={key: text for key, text in environ.items() if key not in _OF_TERMINALS},
                stdin=pipes[0],
                stdout=sink or subprocess.PIPE,
                stderr=pipes[1],
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
