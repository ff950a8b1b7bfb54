"""What goes between the workers: messages in, results out."""

import uuid
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError


def new_id() -> str:
    """Return a fresh id for a message that came without one."""
    return uuid.uuid4().hex


class Message(BaseModel):
    """A piece of work; what the payload holds is the worker's own affair."""

    id: str = Field(default_factory=new_id)
    payload: dict[str, Any]


class BadMessage(BaseModel):
    """What came in was no message; `error` says why, in one line."""

    id: str = Field(default_factory=new_id)
    error: str


class Result(BaseModel):
    """The answer to one message: a payload if all is well, else a one-line error."""

    id: str
    worker: str
    status: Literal["ok", "error"]
    payload: dict[str, Any] | None = None
    error: str | None = None


def one_line(error: Exception) -> str:
    """Say in one line what went wrong; for a validation error, where and why.

    What is no text, such as half of a surrogate pair, is escaped: any transport can send it.
    """
    if isinstance(error, ValidationError):
        text = "; ".join(
            ": ".join(filter(None, [".".join(map(str, fault["loc"])), fault["msg"]]))
            for fault in error.errors(include_url=False, include_context=False)
        )
    else:
        text = f"{type(error).__name__}: {error}"
    return " ".join(text.encode(errors="backslashreplace").decode().split())
