"""Tables that are made where nobody knows yet whether they may have colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.reporting.human import table

if TYPE_CHECKING:
    from collections.abc import Sequence


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows below a head, in columns as wide as they need."""
    return table(head, rows, _plain)


def _plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text
