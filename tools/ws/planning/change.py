"""One thing that `ws sync` finds in a manifest, and how it mends it, if it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ws.errors import Where
from ws.formats import toml
from ws.formats.toml_places import Keys, line_of
from ws.model.report import Finding, Severity

if TYPE_CHECKING:
    from ws.formats.pyproject_editor import Edit
    from ws.model.workspace import Member


@dataclass(frozen=True, slots=True)
class Change:
    """What is wrong with one dependency of a member, and the edits that mend it."""

    member: Member
    rule: str
    message: str
    keys: Keys
    """Where it stands, or what it should stand in."""
    edits: tuple[Edit, ...] = ()
    """None where only a person can mend it."""
    severity: Severity = "error"
    hint: str = ""

    def finding(self) -> Finding:
        """The same as a finding of a check."""
        manifest = self.member.manifest
        return Finding(
            rule=self.rule,
            severity=self.severity,
            message=self.message,
            where=Where(self.member.file("pyproject.toml"), line_of(manifest.text, *self.keys)),
            member=self.member.name,
            hint=self.hint or f"ws sync --filter {self.member.name}",
        )


def value_at(member: Member, keys: Keys) -> Any:  # noqa: ANN401 - whatever stands there
    """What the member's manifest says at these keys; `None` if nothing stands there."""
    return toml.value_at(member.manifest.document, keys)


def table_of(keys: Keys) -> str:
    """The table or array in which a dependency stands, as people write it."""
    names = [key for key in keys if isinstance(key, str)]
    in_array = isinstance(keys[-1], int) and names[:2] != ["tool", "poetry"]
    return f"[{'.'.join(names if in_array else names[:-1])}]"
