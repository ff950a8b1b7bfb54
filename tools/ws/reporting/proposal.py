"""What `ws init` proposes, for a person to read before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.reporting.plain import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.workspace import Member


def render(members: Sequence[Member], passed_over: Sequence[str], path: str, text: str) -> str:
    """The members found, the manifests that are none of Poetry's, and the file with its path."""
    head = ("NAME", "VERSION", "FORM", "PATH")
    rows = [(m.name, m.manifest.version or "-", m.manifest.form, m.path) for m in members]
    besides = f"Not managed by Poetry: {', '.join(passed_over)}\n" if passed_over else ""
    return f"{plain_table(head, rows)}{besides}\n--- {path} ---\n{text}"
