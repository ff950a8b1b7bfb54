"""Which Python an environment is to be of, as people say it: a version, a name, or a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.environment import Environment
    from ws.model.workspace import Member, Settings

_VERSION = re.compile(r"\d+(?:\.\d+)*")
_OF_CONFIG = re.compile(r"^version(?:_info)?\s*=\s*(\S+)", re.MULTILINE)
"""virtualenv and uv write `version_info`, venv writes `version`."""


def wanted(asked: str, member: Member, settings: Settings) -> str:
    """What holds for a member: the command line, its own `[tool.ws] python`, or `[install]`."""
    return asked or member.manifest.settings.python or settings.install_python


def is_version(asked: str) -> bool:
    """Whether a version is asked for (`3.12`, `3.12.4`), and not a program."""
    return _VERSION.fullmatch(asked) is not None


def version_matches(asked: str, version: str) -> bool:
    """Whether a Python of this version is one that is asked for: `3.1` is not `3.12`."""
    return f"{version}.".startswith(f"{asked}.")


def forbidden(constraint: str, environment: Environment | None) -> str:
    """Why a member with this `requires-python` does not allow an environment's Python, if so."""
    found = _OF_CONFIG.search(environment.config) if environment else None
    numbers = re.match(r"\d+\.\d+\.\d+", found[1]) if found else None
    if numbers is None:
        return ""
    from poetry.core.constraints.version import Version, parse_constraint  # costs start-up

    if parse_constraint(constraint or "*").allows(Version.parse(numbers[0])):
        return ""
    return f"it is of Python {numbers[0]}, and the member allows {constraint}"


def fits(asked: str, program: str | None, environment: Environment) -> bool:
    """Whether an environment is of the Python that is asked for, as far as its files tell.

    `program` is the real path of what `asked` names, where that is no version.
    """
    if not asked or environment.python is None:
        return True
    if is_version(asked):
        found = _OF_CONFIG.search(environment.config)
        return found is not None and version_matches(asked, found[1])
    return program == environment.python[0]
