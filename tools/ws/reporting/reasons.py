"""Why locks have to be made anew, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.planning.lock_reasons import Reason


def render(members: Mapping[str, Sequence[Reason]]) -> str:
    """A numbered list of causes for each member."""
    return "\n".join("".join(f"{line}\n" for line in _of(*pair)) for pair in members.items())


def _of(member: str, reasons: Sequence[Reason]) -> Iterator[str]:
    if not reasons:
        yield f"{member}: the lock fits: nothing to do"
        return
    yield f"{member}: the lock does not fit, because"
    for number, (finding, chain) in enumerate(reasons, 1):
        yield f"  {number}. {finding.message} [{finding.rule}]"
        if len(chain) > 1:
            yield f"     {' → '.join(chain)}"
        places = [str(place) for place in (finding.where, finding.also) if place]
        yield f"     see {', '.join(places)}"
    remedies = dict.fromkeys(reason.finding.hint for reason in reasons)
    yield from (f"  → {remedy}" for remedy in remedies)
