"""The versions that a list of requirements pins: text to names and versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIN = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;#\\]+)", re.MULTILINE)


def pins(text: str) -> Mapping[str, str]:
    """The packages of a list that pip reads which have one version, by normalised name.

    Lines with a range, an address or an option say nothing here (pip's manual, "Requirements File
    Format").
    """
    return {normalise(name): version for name, version in _PIN.findall(text)}
