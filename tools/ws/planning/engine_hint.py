"""Whether people should hear that there is a faster engine, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.report import Outcome

LONG = 20.0
"""Seconds of Poetry's work, all members together, that are worth a word."""


def is_due(outcomes: Sequence[Outcome], chosen: str) -> bool:
    """Whether Poetry worked long, and nobody chose it (`chosen` is the engine asked for, if any).

    Only what is done counts: a slow failure is no reason to try another engine.
    """
    by_poetry = (o.seconds for o in outcomes if o.engine == "poetry" and o.status == "done")
    return not chosen and sum(by_poetry) > LONG


def hint(*, has_uv: bool) -> str:
    """The line itself."""
    get = "" if has_uv else "; it needs uv, which is not here yet: pip install uv"
    return f"note: `ws install --engine uv` makes the same environments many times faster{get}"
