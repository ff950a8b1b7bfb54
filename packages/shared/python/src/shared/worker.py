"""The base class of all workers."""

import contextlib
import logging
import os
import sys
from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

from shared import logs
from shared.broker import BrokerError
from shared.messages import BadMessage, Message, Result, one_line
from shared.settings import Settings
from shared.transport import JsonLines, Transport

Request = TypeVar("Request", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)

log = logging.getLogger(__name__)


class Worker(ABC, Generic[Request, Reply]):
    """Turns requests into replies, one at a time.

    A subclass says its name, the model that payloads must fit, and handles a request.
    """

    name: ClassVar[str]
    request: ClassVar[type[BaseModel]]

    @abstractmethod
    def handle(self, request: Request) -> Reply:
        """Do the work for one valid request; raise to answer with an error."""

    def answer(self, message: Message | BadMessage) -> Result:
        """Validate and handle a message; what is wrong becomes an error result."""
        if isinstance(message, BadMessage):
            return self._refuse(message.id, message.error)
        try:
            request = cast("Request", self.request.model_validate(message.payload))
        except ValidationError as error:
            return self._refuse(message.id, one_line(error))
        try:
            payload = self.handle(request).model_dump(mode="json")
        except Exception as error:  # whatever fails here, the next message counts
            log.exception("message %s failed", message.id)
            return self._refuse(message.id, one_line(error))
        return Result(id=message.id, worker=self.name, status="ok", payload=payload)

    def run(self, transport: Transport) -> None:
        """Answer all messages of the transport, in order."""
        for message in transport.receive():
            transport.send(self.answer(message))

    @classmethod
    def main(cls) -> None:
        """Run as a program.

        With a broker, until SIGTERM (exit 0) or SIGINT (130); else JSON lines from stdin to
        stdout until the end of input.
        """
        try:
            settings = Settings()
            logs.configure(settings)
        except (ValidationError, RuntimeError) as error:
            sys.exit(f"{cls.name}: {one_line(error)}")
        try:
            if settings.broker:
                cls._serve(settings, settings.broker.get_secret_value())
            else:
                cls._filter()
        except KeyboardInterrupt:
            sys.exit(130)

    @classmethod
    def _filter(cls) -> None:
        transport = JsonLines()
        try:
            with contextlib.redirect_stdout(sys.stderr):  # a stray print is no result
                cls().run(transport)
        except BrokenPipeError:  # nobody reads the results any more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    @classmethod
    def _serve(cls, settings: Settings, url: str) -> None:
        from shared.streams import RedisStreams

        try:
            transport = RedisStreams(
                cls.name,
                url,
                claim_after=settings.claim_after,
                max_results=settings.max_results,
            )
            with transport, contextlib.redirect_stdout(sys.stderr):
                cls().run(transport)
        except BrokerError as error:
            sys.exit(f"{cls.name}: {error}")
        sys.exit(transport.exit_status)

    def _refuse(self, id_: str, error: str) -> Result:
        return Result(id=id_, worker=self.name, status="error", error=error)
