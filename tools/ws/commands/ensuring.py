"""The long way of `ws docker ensure`: look, estimate, try one way after the other, remember."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from ws.commands import ensure_remembered, products
from ws.commands.ensure_run import Run, Stand
from ws.engines.apply import Step
from ws.engines.docker import LIMIT, engine_state
from ws.engines.process import Processes
from ws.errors import WorkError
from ws.files.roots import find_product
from ws.files.store import Store
from ws.formats import ensured
from ws.planning import docker_engine

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.commands.ensure import Asked
    from ws.engines.apply import Observer
    from ws.model.docker_engine import EngineState
    from ws.model.ensured import Answer

_POLL = 1.0


def ensure(context: Context, asked: Asked) -> Answer:
    """Bring all services about. Raises as `ws.commands.ensure.run`."""
    root, _ = find_product(context.root_option, context.cwd, context.environ)
    store = Store(root)
    processes = Processes()
    observer = context.observer()
    try:
        with ExitStack() as held:
            lock = store.exclusive(context.note, "ensure/lock", lambda: processes.stopped)
            try:
                held.enter_context(lock)
            except WorkError:  # where it is installed, its users may not write
                answer = look(context, asked)
                if processes.stopped:  # while another one was at work
                    return replace(answer, interrupted=True)
                if answer.is_whole:
                    return answer
                raise
            notes = ensure_remembered.begin(context, asked, store)
            found = products.find(context, asked.names)
            engine = _engine(context, asked.wait, observer, processes)
            stand = Stand(context, asked, found, engine, store, processes, observer)
            answer = Run(stand).whole()
            if answer.is_whole and not answer.interrupted:
                notes.remember(answer, found)
    finally:
        processes.stop()
        observer.ended()
    return answer


def look(context: Context, asked: Asked) -> Answer:
    """Which services are ready, as far as that is known without doing anything. Raises the same."""
    if remembered := ensure_remembered.recall(context, asked):
        return ensured.read(remembered)
    found = products.find(context, asked.names)
    processes = Processes()
    try:
        engine = engine_state(context.environ)
        store = Store(found.root)
        observer = context.observer()
        return Run(Stand(context, asked, found, engine, store, processes, observer)).looked()
    finally:
        processes.stop()


def _engine(
    context: Context, seconds: float, observer: Observer, processes: Processes
) -> EngineState:
    """How the engine is; one that may come is waited for, so many seconds."""
    until = time.monotonic() + seconds
    engine = engine_state(
        context.environ, limit=min(LIMIT, max(seconds, 1.0)) if seconds else LIMIT
    )
    if seconds and docker_engine.may_come(engine):
        context.note(f"waiting up to {seconds:g} s for the engine: {engine.detail}")
    try:
        while docker_engine.may_come(engine) and time.monotonic() < until and not processes.stopped:
            left = until - time.monotonic()
            observer.step("", Step(0, 0, f"waiting for the engine, {left:.0f} s more at most"))
            time.sleep(min(_POLL, max(left, 0.0)))
            engine = engine_state(context.environ, limit=min(LIMIT, max(left, 1.0)))
    except KeyboardInterrupt:  # an answer tells it, as of all that comes after this
        processes.stop()
    return engine
