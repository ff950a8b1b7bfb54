"""How messages reach a worker and how its results leave."""

import sys
from collections.abc import Iterator
from typing import Protocol, TextIO

from pydantic import ValidationError
from pydantic_core import from_json

from shared.messages import BadMessage, Message, Result, new_id, one_line

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override


class Transport(Protocol):
    """Where messages come from and results go to."""

    def receive(self) -> Iterator[Message | BadMessage]:
        """Yield what arrives until there is no more; a bad message too."""
        ...

    def send(self, result: Result) -> None:
        """Hand over one result at once."""
        ...


class JsonLines(Transport):
    """One JSON object a line over two text streams, by default stdin and stdout."""

    def __init__(self, source: TextIO | None = None, sink: TextIO | None = None) -> None:
        self._source = source or _utf8(sys.stdin)
        self._sink = sink or _utf8(sys.stdout)

    @override
    def receive(self) -> Iterator[Message | BadMessage]:
        for line in self._source:
            if line.strip():
                yield parse(line)

    @override
    def send(self, result: Result) -> None:
        self._sink.write(result.model_dump_json() + "\n")
        self._sink.flush()


def parse(line: str, id_: str | None = None) -> Message | BadMessage:
    """Read one line; without a readable id it gets the one that is given, or a fresh one."""
    id_ = id_ or new_id()
    try:
        data = from_json(line.encode(), allow_inf_nan=False)
    except ValueError as error:
        return BadMessage(id=id_, error=f"not JSON: {error}")
    if isinstance(data, dict):
        data = {"id": id_, **data}
        id_ = data["id"] if isinstance(data["id"], str) else id_
    try:
        return Message.model_validate(data)
    except ValidationError as error:
        return BadMessage(id=id_, error=one_line(error))


def _utf8(stream: TextIO) -> TextIO:
    """Speak UTF-8 in any locale; a wrong byte makes a bad line, not a crash."""
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(encoding="utf-8", errors="surrogateescape")
    return stream
