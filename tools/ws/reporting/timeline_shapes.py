"""Pieces of a drawing: shapes, texts that fit and are safe, and the numbers of an axis."""

from __future__ import annotations

import re
from html import escape
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_MOST = 10
"""How many steps an axis has at most."""
_MINUTE, _HOUR = 60, 3600
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What may not stand in XML at all (XML 1.0, "Characters"), not even escaped."""


def escaped(said: str) -> str:
    """A text that may stand in XML and HTML, between tags and in attributes."""
    return escape(_ILLEGAL.sub("\ufffd", said))


def shortened(name: str, most: int) -> str:
    """A name of at most so many letters; of a longer one, both ends, since it is told by these."""
    if len(name) <= most:
        return name
    tail = (most - 1) // 2
    return f"{name[: most - 1 - tail]}…{name[len(name) - tail :]}"


def number(value: float) -> str:
    """A coordinate, no longer than it need be."""
    return f"{value:.1f}".removesuffix(".0")


def rect(
    kind: str, x: float, y: float, width: float, height: float, round_: float = 0, title: str = ""
) -> str:
    """A rectangle of a class, perhaps with a text that is shown where the pointer is."""
    size = f'width="{number(max(0.0, width))}" height="{number(max(0.0, height))}"'
    corner = f' rx="{number(round_)}"' if round_ else ""
    head = f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" {size}{corner}'
    return f"{head}><title>{escaped(title)}</title></rect>" if title else f"{head}/>"


def text(said: str, x: float, y: float, kind: str, *, anchor: str = "", title: str = "") -> str:
    """A line of text of a class; `x` is where it begins, or what `anchor` says."""
    place = f' text-anchor="{anchor}"' if anchor else ""
    more = f"<title>{escaped(title)}</title>" if title else ""
    return (
        f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{place}>{more}{escaped(said)}</text>'
    )


def ticks(seconds: float) -> list[float]:
    """Round moments from 0 on that divide a length of time; ten at most, besides 0."""
    step = next(step for step in _steps() if seconds <= step * _MOST)
    return [index * step for index in range(int(seconds / step + 1e-9) + 1)]


def _steps() -> Iterator[float]:
    yield from _STEPS
    yield from (_STEPS[-1] * 2**power for power in count(1))


def clock(time: float, seconds: float) -> str:
    """A moment on an axis that is `seconds` long: `0.2 s`, `15 s`, `2:30`, `1:02:30`."""
    if seconds <= 1:
        return f"{time:.1f} s"
    if seconds < 2 * _MINUTE:
        return f"{round(time, 1):g} s"
    minutes, rest = divmod(round(time), _MINUTE)
    if seconds < _HOUR:
        return f"{minutes}:{rest:02}"
    return f"{minutes // _MINUTE}:{minutes % _MINUTE:02}:{rest:02}"
