"""What goes around an engine's own work on one environment.

So no kill and no change by hand leaves an environment behind that is taken for whole.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from ws.errors import WsError
from ws.files import stamps, venvs
from ws.files.environment import facts
from ws.model.report import Counts
from ws.planning.needs import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ws.files.store import Store
    from ws.model.environment import Inputs
    from ws.model.plan import Install
    from ws.model.report import Outcome


def install(action: Install, store: Store, run: Callable[[], tuple[Outcome, bool]]) -> Outcome:
    """Let the engine `run` on a member's environment: what became of it, and whether it was killed.

    A marker lies there from before the first change until the engine has ended by itself, well or
    not; the stamp is removed first, and written last. What it says of others who share the
    environment holds again when all was well. Raises `WsError`, `OSError`.
    """
    store.inside(action.venv)
    marker = stamps.mark(store, action.venv)
    others = {} if action.anew else stamps.read_stamps(store.root, action.venv)
    stamps.remove_stamps(store.root, action.venv)
    if action.anew:
        venvs.set_aside(store, action.venv)
    venvs.take_out(store, action.venv, (*action.again, *action.unneeded))
    try:
        outcome, killed = run()
    except WsError:  # the engine was not even started
        marker.unlink(missing_ok=True)
        raise
    there = facts(str(store.root / action.venv))
    if not killed and (there is None or there.config):  # else it is half of one
        marker.unlink(missing_ok=True)
    if outcome.status == "done":
        inputs = {each: others[each].inputs for each in action.sharing if each in others}
        _stamp(store.root, action.venv, inputs | {action.folder: action.inputs})
        counts = _counted(action, outcome.counts)
        return replace(outcome, reason=_told(action, outcome.reason), counts=counts)
    if not killed:
        _stamp(store.root, action.venv, {})  # it is ours, whatever is in it
    return outcome


def _told(action: Install, reason: str) -> str:
    """Why it was done, unless that goes without saying."""
    why = f"made anew: {action.reason}" if action.anew else action.reason
    return "; ".join(told for told in (why, reason) if told and told != FIRST)


def _counted(action: Install, counts: Counts | None) -> Counts | None:
    """What was changed, with what the engine does not know of."""
    if not action.unneeded:
        return counts
    counts = counts or Counts()
    return counts._replace(removed=counts.removed + len(action.unneeded))


def _stamp(root: Path, venv: str, inputs: Mapping[str, Inputs]) -> None:
    environment = facts(str(root / venv))
    if environment is not None:
        with contextlib.suppress(OSError):  # a full disk: then the next run looks again
            stamps.write_stamps(root, venv, inputs, environment)
