"""`ws docker ensure` for applications that show a screen of their own.

    from ws import api

    answer = api.ensure("/opt/insight", on_event=show)
    if not answer.ok:
        ...

Nothing is printed, and nothing exits. What can be asked for, what is answered and what happens on
the way is the same as on the command line: see docs/ensure.md.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ws.commands.context import Context
from ws.commands.ensure import Asked, answer
from ws.engines.process import Together
from ws.errors import WsError
from ws.model.ensured import Answer, Estimate, Event, ServiceState, Tried, VolumeState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ws.engines.apply import Observer, Step
    from ws.model.plan import Plan
    from ws.model.report import Outcome

__all__ = [
    "Answer",
    "Cancel",
    "Estimate",
    "Event",
    "ServiceState",
    "Tried",
    "VolumeState",
    "WsError",
    "ensure",
    "status",
]


class Cancel:
    """Ends an `ensure` from another thread: call it."""

    def __init__(self) -> None:
        self.together = Together()

    def __call__(self) -> None:
        """End it soon: programs that it has started are asked to, and then made to."""
        self.together.stop()


def ensure(
    root: str | Path,
    services: Iterable[str] = (),
    *,
    on_event: Callable[[Event], None] = lambda _event: None,
    wait_engine: float = 0.0,
    archive: str | Path = "",
    cancel: Cancel | None = None,
) -> Answer:
    """Get services of the workspace or the bundle at `root` ready; all of them, if none is named.

    `on_event` is told what happens, by one thread at a time, and must not raise; an engine that is
    starting is waited for, `wait_engine` seconds; `archive` holds images, instead of the product's
    own. When it was ended, by Ctrl-C or by `cancel`, that is in the answer, and the next call goes
    on. Raises `WsError` where there is no product, no such service, or a broken manifest.
    """
    context = _context(root, on_event)
    asked = Asked(_names(services), wait_engine, str(archive))
    with _signals_kept(), (cancel or Cancel()).together.gathering():
        return answer(context, asked)


def status(root: str | Path, services: Iterable[str] = ()) -> Answer:
    """Which services are known to be ready, without doing anything about it.

    What would have to be looked into is unavailable here. Raises as `ensure`.
    """
    from ws.commands.ensuring import look

    return look(_context(root, lambda _event: None), Asked(_names(services)))


def _names(services: Iterable[str]) -> tuple[str, ...]:
    """One name is a list of one, not of its letters."""
    return (services,) if isinstance(services, str) else tuple(services)


def _context(root: str | Path, on_event: Callable[[Event], None]) -> Context:
    telling = _Telling(on_event)
    return Context(
        cwd=Path.cwd(),
        environ=dict(os.environ),
        root_option=str(root),
        filters=(),
        observer=lambda: telling,
        note=telling.note,
        followed=True,
    )


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Let Ctrl-C mean afterwards what it meant before: commands that it ends ignore it then."""
    main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if main and handler is not None:
            signal.signal(signal.SIGINT, handler)


class _Telling:
    """Turns what observers are told into events."""

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event
        self._guard = threading.Lock()

    def note(self, text: str) -> None:
        self._tell(Event("note", text=text))

    def planned(self, plan: Plan) -> None:
        names = ", ".join(action.member for action in plan.actions)
        self._tell(Event("planned", text=names, total=len(plan.actions), estimate=plan.estimate))

    def started(self, member: str, action: str) -> None:
        self._tell(Event("started", member, action))

    def step(self, member: str, step: Step) -> None:
        self._tell(Event("step", member, step.text, step.done, step.total))

    def finished(self, outcome: Outcome) -> None:
        self._tell(Event("finished", outcome.member, outcome.reason, status=outcome.status))

    def ended(self) -> None:
        self._tell(Event("ended"))

    def _tell(self, event: Event) -> None:
        with self._guard:
            self._on_event(event)


if TYPE_CHECKING:
    _: Observer = _Telling(lambda _event: None)
