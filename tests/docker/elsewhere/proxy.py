"""What lies between an engine and a registry: a line on loopback that breaks off."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PIECE = 2**14


class Line(NamedTuple):
    """A line to a registry."""

    host: str
    """Where it begins, as `HOST:PORT`."""
    connections: list[int]
    """How many of the bytes that are counted went through each connection so far."""


@contextlib.contextmanager
def line(goal: str, allowed: Callable[[int], int], *, sent: bool = False) -> Iterator[Line]:
    """A line to `goal` of which each connection breaks off after so many bytes from there, or
    after so many that were `sent` there.

    `allowed` tells that by the connection's number.
    """
    host, port = goal.split(":")
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Line(f"127.0.0.1:{server.getsockname()[1]}", [])

        def serve() -> None:
            while True:
                try:
                    near, _ = server.accept()
                except OSError:
                    return
                number = len(found.connections)
                found.connections.append(0)
                far = socket.create_connection((host, int(port)))
                limit = (allowed(number), found.connections, number)
                for way, counted in (((near, far), sent), ((far, near), not sent)):
                    args = (*way, *limit) if counted else way
                    threading.Thread(target=_pass, args=args, daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _pass(
    source: socket.socket,
    target: socket.socket,
    limit: int | None = None,
    counts: list[int] | None = None,
    number: int = 0,
) -> None:
    """Hand on what comes, until there is no more, or the line breaks off."""
    left = limit
    with contextlib.suppress(OSError):
        while data := source.recv(_PIECE if left is None else min(_PIECE, left)):
            target.sendall(data)
            if left is not None and counts is not None:
                counts[number] += len(data)
                left -= len(data)
                if left == 0:
                    break
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
