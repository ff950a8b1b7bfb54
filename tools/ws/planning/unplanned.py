"""Members whose image cannot be planned: what is told of them, while the others go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.errors import faults_of
from ws.model.report import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.errors import WsError
    from ws.model.report import Severity

STATUS = "cannot be built"
"""How such an image is, in lists of images."""


class Unplanned(NamedTuple):
    """A member that was to have an image, and has something in the way."""

    member: str
    """Normalised."""
    tag: str
    """The name that its image would have."""
    fault: WsError
    """May be several in one (`Faults`)."""

    @property
    def reason(self) -> str:
        """All that is in the way, in one line."""
        return "; ".join(_said(self.member, fault) for fault in faults_of(self.fault))

    @property
    def told(self) -> str:
        """The same, with what helps."""
        hints = dict.fromkeys(fault.hint for fault in faults_of(self.fault) if fault.hint)
        return ": ".join(filter(None, (self.reason, "; ".join(hints))))


def findings(unplanned: Iterable[Unplanned], severity: Severity) -> tuple[Finding, ...]:
    """Each thing that is in the way, at its place, for the member whose image it is about."""
    return tuple(
        Finding(
            fault.rule,
            severity,
            f"no image can be built: {_said(each.member, fault)}",
            fault.where,
            each.member,
            fault.hint,
        )
        for each in unplanned
        for fault in faults_of(each.fault)
    )


def outcomes(unplanned: Iterable[Unplanned], command: str) -> tuple[Outcome, ...]:
    """A failed outcome for each member, with what is in the way and what helps."""
    return tuple(Outcome(each.member, command, "failed", each.told) for each in unplanned)


def _said(member: str, fault: WsError) -> str:
    """What speaks against an image may be the manifest of a path dependency, which is "it" then."""
    if fault.member in (None, member):
        return fault.reason
    return f"its path dependency {fault.member}: {fault.reason}"
