"""A PEP 508 requirement, taken apart and put together again without losing its style."""

from __future__ import annotations

import re
from typing import NamedTuple

_REQUIREMENT = re.compile(
    r"""\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)
    (?P<extras>\s*\[[^\]]*\])?
    (?:\s*@\s*(?P<url>[^\s;]+(?:\s+(?!;)[^\s;]+)*)|(?P<gap>\s*)(?P<version>\([^)]*\)|[^;(@\s][^;]*?)?)
    (?P<marker>\s*;.*)?\s*""",
    re.VERBOSE | re.DOTALL,
)


class Requirement(NamedTuple):
    """The parts as they are written; what is not there is empty."""

    name: str
    extras: str = ""
    """With its brackets."""
    version: str = ""
    """The specifier alone, without parentheses."""
    url: str = ""
    marker: str = ""
    """With its semicolon."""
    parentheses: bool = False

    @property
    def extra_names(self) -> frozenset[str]:
        """The names inside the brackets."""
        return frozenset(re.findall(r"[A-Za-z0-9._-]+", self.extras))

    def with_version(self, version: str, *, parentheses: bool) -> str:
        """The requirement with a specifier, in place of whatever it had for one."""
        written = f" ({version})" if parentheses else version
        return f"{self.name}{self.extras}{written if version else ''}{self.marker}"


def parse(text: str) -> Requirement | None:
    """The parts of a requirement; `None` for what is none (grammar: PEP 508, "Grammar")."""
    found = _REQUIREMENT.fullmatch(text)
    if found is None:
        return None
    version = (found["version"] or "").strip()
    return Requirement(
        name=found["name"],
        extras=found["extras"] or "",
        version=version.strip("()").strip(),
        url=(found["url"] or "").strip(),
        marker=found["marker"] or "",
        parentheses=version.startswith("("),
    )
