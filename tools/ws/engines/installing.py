"""What goes around an engine's own work on one environment.

So no kill and no change by hand leaves an environment behind that is taken for whole.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from ws.errors import WsError
from ws.files import stamps, venvs
from ws.files.environment import VENV, facts
from ws.model.environment import Stamp
from ws.planning.needs import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ws.files.store import Store
    from ws.model.plan import Install
    from ws.model.report import Outcome


def install(action: Install, store: Store, run: Callable[[], tuple[Outcome, bool]]) -> Outcome:
    """Let the engine `run` on a member's environment: what became of it, and whether it was killed.

    A marker lies there from before the first change until the engine has ended by itself, well or
    not; the stamp is removed first, and written last. Raises `WsError`, `OSError`.
    """
    store.inside(f"{action.folder}/{VENV}")
    marker = stamps.mark(store, action.folder)
    stamps.remove_stamp(store.root, action.folder)
    if action.anew:
        venvs.set_aside(store, action.folder)
    venvs.take_out(store, action.folder, action.again)
    try:
        outcome, killed = run()
    except WsError:  # the engine was not even started
        marker.unlink(missing_ok=True)
        raise
    if not killed:
        marker.unlink(missing_ok=True)
    if outcome.status == "done":
        _stamp(action, store.root)
        return replace(outcome, reason=_told(action, outcome.reason))
    return outcome


def _told(action: Install, reason: str) -> str:
    """Why it was done, unless that goes without saying."""
    why = f"made anew: {action.reason}" if action.anew else action.reason
    return "; ".join(told for told in (why, reason) if told and told != FIRST)


def _stamp(action: Install, root: Path) -> None:
    environment = facts(str(root / action.folder / VENV))
    if environment is not None:
        with contextlib.suppress(OSError):  # a full disk: then the next run looks again
            stamps.write_stamp(root, Stamp(action.inputs, environment))
