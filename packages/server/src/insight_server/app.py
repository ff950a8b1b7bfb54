"""The routes: GET /health, POST /workers/{name}/messages, GET /results/{id}."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from urllib.parse import quote

import uvicorn
from pydantic import ValidationError
from shared import logs
from shared.messages import BadMessage, Message, one_line
from shared.transport import parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from insight_server.broker import (
    AwayError,
    Broker,
    FullError,
    RefusedError,
    TakenError,
    TooLargeError,
)
from insight_server.child import Child
from insight_server.results import Results
from insight_server.settings import ServerSettings

STATUS = {AwayError: 503, FullError: 503, TakenError: 409, TooLargeError: 413}


class Api:
    """Answers requests; holds the workers and what they said."""

    def __init__(self, settings: ServerSettings) -> None:
        self.results = Results(settings.max_results)
        self.children = {
            name: Child(
                name,
                command,
                self.results.put,
                timeout=settings.timeout,
                grace=settings.grace,
            )
            for name, command in settings.workers.items()
        }
        self.broker = (
            Broker(
                settings.broker.get_secret_value(),
                settings.remote,
                self.results.put,
                max_waiting=settings.max_waiting,
            )
            if settings.broker
            else None
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Serve all workers as long as the app runs, then end their processes."""
        serving = [child.serve() for child in self.children.values()]
        if self.broker:
            serving.append(self.broker.serve())
        tasks = [asyncio.create_task(one) for one in serving]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def health(self, _: Request) -> JSONResponse:
        """Say that the server is there, which workers are running, and where the broker is."""
        running = {name: child.running for name, child in self.children.items()}
        said: dict[str, object] = {"status": "ok"}
        if self.broker:
            remote = await self.broker.running()
            running |= remote or dict.fromkeys(self.broker.remote, False)
            said = {
                "status": "ok" if remote is not None else "degraded",
                "broker": "reachable" if remote is not None else "not reachable",
            }
        said["workers"] = {
            name: "running" if runs else "not running" for name, runs in running.items()
        }
        return JSONResponse(said)

    async def post_message(self, request: Request) -> JSONResponse:
        """Take a message for a worker: 202 and the id that its result will have."""
        name = request.path_params["name"]
        names = [*self.children, *(self.broker.remote if self.broker else ())]
        if name not in names:
            known = ", ".join(sorted(names)) or "none"
            return refuse(404, f"unknown worker {name!r}; known workers: {known}")
        # What is no UTF-8 is no JSON either, and is refused as such.
        body = (await request.body()).decode(errors="surrogateescape")
        message = parse(body)
        if isinstance(message, BadMessage):
            return refuse(422, message.error)
        try:
            await self._hand_over(name, message)
        except RefusedError as error:
            return refuse(STATUS[type(error)], str(error))
        return JSONResponse(
            {"id": message.id},
            status_code=202,
            headers={"Location": f"/results/{quote(message.id, safe='')}"},
        )

    async def _hand_over(self, name: str, message: Message) -> None:
        """Give a message to its worker; raise RefusedError if it was not taken."""
        if message.id in self.results:
            raise TakenError(f"there already is a message with the id {message.id!r}")
        if self.broker and name in self.broker.remote:
            await self.broker.put(name, message)
        else:
            self.results.expect(message.id)
            self.children[name].put(message)

    async def get_result(self, request: Request) -> JSONResponse:
        """Return the result of a message, if it is there yet."""
        id_ = request.path_params["id"]
        try:
            known = id_ in self.results or (self.broker and await self.broker.underway(id_))
        except RefusedError as error:
            return refuse(STATUS[type(error)], str(error))
        if not known:
            return refuse(404, f"no message with the id {id_!r}")
        result = self.results.get(id_)
        return JSONResponse(
            {
                "id": id_,
                "status": "done" if result else "pending",
                "result": result.model_dump() if result else None,
            }
        )


def refuse(status: int, error: str) -> JSONResponse:
    """Say in the body what is wrong."""
    return JSONResponse({"error": error}, status_code=status)


def create_app(settings: ServerSettings) -> Starlette:
    """Put the app together."""
    api = Api(settings)
    return Starlette(
        routes=[
            Route("/health", api.health),
            Route("/workers/{name}/messages", api.post_message, methods=["POST"]),
            Route("/results/{id:path}", api.get_result),
        ],
        lifespan=api.lifespan,
    )


def main() -> None:
    """Run as a program until interrupted."""
    try:
        settings = ServerSettings()
        logs.configure(settings)
        app = create_app(settings)
    except (ValueError, RuntimeError) as error:
        sys.exit(f"insight-server: {explain(error)}")
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None)


def explain(error: Exception) -> str:
    """Say what is wrong with a setting; the cause knows more of JSON."""
    if isinstance(error, ValidationError) or not error.__cause__:
        return one_line(error)
    return f"{one_line(error)}: {one_line(Exception(error.__cause__))}"
