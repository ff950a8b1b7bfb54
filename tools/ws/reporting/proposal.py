"""What `ws init` proposes, for a person to read before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.reporting.human import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.workspace import Member


def render(members: Sequence[Member], passed_over: Sequence[str], path: str, text: str) -> str:
    """The members found, the manifests that are none of Poetry's, and the file with its path."""
    head = ("NAME", "VERSION", "FORM", "PATH")
    rows = [(m.name, m.manifest.version or "-", m.manifest.form, m.path) for m in members]
    besides = f"Not managed by Poetry: {', '.join(passed_over)}\n" if passed_over else ""
    return f"{table(head, rows, _plain)}{besides}\n--- {path} ---\n{text}"


def _plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text
