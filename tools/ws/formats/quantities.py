"""Sizes and times as people write them: `400 MB`, `1.5 GiB`, `2 s`, `1 min`."""

from __future__ import annotations

import re

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?) ?([A-Za-z]+)")
_SIZES = {
    "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
"""In units of 1000, as Docker tells sizes, or of 1024 where they say so (IEC 80000-13)."""
_TIMES = {"ms": 0.001, "s": 1.0, "min": 60.0}

SIZE_HINT = f'such as "400 MB"; units are {", ".join(_SIZES)}'
TIME_HINT = f'such as "2 s"; units are {", ".join(_TIMES)}'


def read_size(text: str) -> int | None:
    """A size in bytes; `None` for what is none, and for nothing at all."""
    found = _QUANTITY.fullmatch(text.strip())
    if not found or found[2] not in _SIZES:
        return None
    return round(float(found[1]) * _SIZES[found[2]]) or None


def read_time(text: str) -> float | None:
    """A time in seconds; `None` for what is none, and for no time at all."""
    found = _QUANTITY.fullmatch(text.strip())
    if not found or found[2] not in _TIMES:
        return None
    return float(found[1]) * _TIMES[found[2]] or None
