"""The word about a faster engine at the end of a long run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import ToolError
from ws.planning import engine_hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.report import Outcome


def notes(outcomes: Sequence[Outcome], chosen: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The note, where it is due; `chosen` is the engine that was asked for, if any."""
    if not engine_hint.is_due(outcomes, chosen):
        return ()
    from ws.engines import uv  # costs start-up

    try:
        uv.locate(environ)
    except ToolError:
        return (engine_hint.hint(has_uv=False),)
    return (engine_hint.hint(has_uv=True),)
