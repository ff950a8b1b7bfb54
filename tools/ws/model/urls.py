"""Addresses, as they may be shown."""

from __future__ import annotations

import re

HIDDEN = "***"

_CREDENTIALS = re.compile(
    # Up to the last @ before path, query and fragment. A password that holds one of / ? # as it is
    # makes no valid address, but is a password all the same; digits before a / are a port.
    r"([a-z][a-z0-9+.-]*://)(?:[^\s/?#@:]*:(?!\d+[/?#])[^\s]*@|[^\s/?#]*@)",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text with user and password hidden in every address that is in it.

    A user alone is hidden too, since tokens stand there: `https://***@host/simple`.
    """
    return _CREDENTIALS.sub(rf"\1{HIDDEN}@", text)
