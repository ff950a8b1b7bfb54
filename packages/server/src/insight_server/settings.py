"""Settings of the server, from the environment."""

import shlex
from typing import Annotated

from pydantic import BeforeValidator, Field
from shared.settings import Settings


def cut(command: object) -> object:
    """Cut a command that is written as one string as a shell would."""
    return shlex.split(command) if isinstance(command, str) else command


Command = Annotated[list[str], BeforeValidator(cut), Field(min_length=1)]


class ServerSettings(Settings):
    """Read from INSIGHT_PORT=80, INSIGHT_WORKERS='{"chat": "chat-worker"}' etc."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: dict[str, Command] = Field(default_factory=dict)
    # Seconds that a worker may take for one message.
    timeout: float = Field(default=300.0, gt=0)
    # Seconds that a worker has at shutdown to end by itself.
    grace: float = Field(default=3.0, ge=0)
    # Finished results beyond this number are forgotten, the oldest first.
    max_results: int = Field(default=10_000, ge=1)
