"""What workers and servers agree on when a Redis broker is between them.

A message for the worker NAME is an entry of the stream `insight:messages:NAME` with the field
`message`, read by the group `workers`. Each result is an entry of the stream `insight:results`
with the field `result`. Both fields hold what would be one line of JSON lines.
"""

from typing import Any
from urllib.parse import urlsplit

GROUP = "workers"
MESSAGE = "message"
RESULTS = "insight:results"
RESULT = "result"
BLOCK_MS = 1000
"""How long one question for new entries waits; a worker that is told to end, ends after that."""
LARGEST = 64 * 1024 * 1024
"""Bytes that a message or result may have."""
SCHEMES = ("redis", "rediss", "unix")
FORM = "must be like redis://host:6379/0 (what is special in a password written as %23 etc.)"


class BrokerError(Exception):
    """The broker refuses what is asked of it, and would again; the text holds no password."""


def messages(worker: str) -> str:
    """Return the name of the stream of a worker's messages."""
    return f"insight:messages:{worker}"


def taken(id_: str) -> str:
    """Return the key that is there while a message is underway, so that its id is used once."""
    return f"insight:taken:{id_}"


def check_url(url: str) -> None:
    """Raise ValueError for what is no address of a broker; never repeat it, nor a part of it."""
    try:
        parts = urlsplit(url)
        complete = parts.path if parts.scheme == "unix" else parts.hostname
        database = parts.path.strip("/") if parts.scheme != "unix" else ""
        fine = parts.scheme in SCHEMES and complete and parts.port != 0
        fine = fine and (not database or database.isdecimal()) and not parts.fragment
    except ValueError:  # of the port, which may be half of a password
        fine = False
    if not fine:
        raise ValueError(FORM)


def place(url: str) -> str:
    """Return where a broker is, for people: without user and password."""
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"


def options() -> dict[str, Any]:
    """Return how to connect, by `redis` as by `redis.asyncio`.

    Nothing is tried again by itself: who asks knows better when, and whether that is safe.
    """
    return {"protocol": 2, "socket_connect_timeout": 2, "socket_timeout": 5, "retry": None}
