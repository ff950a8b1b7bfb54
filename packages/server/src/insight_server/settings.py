"""Settings of the server, from the environment."""

import json
import shlex
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode
from shared.settings import Settings


def cut(command: object) -> object:
    """Cut a command that is written as one string as a shell would."""
    return shlex.split(command) if isinstance(command, str) else command


def names(text: object) -> object:
    """Take names apart: chat,router or ["chat", "router"]."""
    if not isinstance(text, str):
        return text
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            raise ValueError('names are written like chat,router or ["chat", "router"]') from None
    return [name for part in text.split(",") if (name := part.strip())]


Command = Annotated[list[str], BeforeValidator(cut), Field(min_length=1)]


class ServerSettings(Settings):
    """Read from INSIGHT_PORT=80, INSIGHT_WORKERS='{"chat": "chat-worker"}' etc."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: dict[str, Command] = Field(default_factory=dict)
    # Workers that are reached over the broker.
    remote: Annotated[list[str], NoDecode, BeforeValidator(names)] = Field(default_factory=list)
    # Messages that may wait at the broker for one worker; more are refused.
    max_waiting: int = Field(default=10_000, ge=1)
    # Seconds that a worker may take for one message.
    timeout: float = Field(default=300.0, gt=0)
    # Seconds that a worker has at shutdown to end by itself.
    grace: float = Field(default=3.0, ge=0)

    @model_validator(mode="after")
    def _remote_workers(self) -> "ServerSettings":
        if self.remote and not self.broker:
            raise ValueError("INSIGHT_REMOTE needs INSIGHT_BROKER")
        if both := sorted(set(self.remote) & set(self.workers)):
            raise ValueError(f"in INSIGHT_REMOTE and in INSIGHT_WORKERS: {', '.join(both)}")
        return self
