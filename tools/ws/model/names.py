"""Names of packages, groups and keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEPARATORS = re.compile(r"[-_.]+")


def normalise(name: str) -> str:
    """The normalised form of a distribution or group name (PEP 503, PEP 735)."""
    return _SEPARATORS.sub("-", name).lower()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint such as ``did you mean "members"?``, or nothing when no known name is near."""
    from difflib import get_close_matches  # costs start-up; only a mistake needs it

    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""
