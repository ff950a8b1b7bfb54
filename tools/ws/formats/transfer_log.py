"""What `docker push` and `docker pull` say while they are at work: a line for each layer's step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LAYER = re.compile(r"([0-9a-f]{12}): (.+)")
_DIGEST = re.compile(r"(?i)(?:.*\b)?digest: (sha256:[0-9a-f]{64})")
_AGAIN = "Retrying in"
_OVER = ("Pushed", "Layer already exists", "Mounted from", "Pull complete", "Already exists")


def said(lines: Iterable[str]) -> tuple[str, ...]:
    """What tells of a run besides how far its layers are."""
    return tuple(line for line in lines if not _LAYER.fullmatch(line))


class Transfer:
    """Follows one run, line by line."""

    def __init__(self) -> None:
        self._layers: dict[str, bool] = {}
        self.digest = ""
        """Of the manifest that was sent or fetched, once it was told."""
        self.waits = False
        """Whether the engine waits just now to try a layer again."""
        self.tried_again = False
        """Whether it has tried one again: it does five times, for most of a minute."""

    def line(self, line: str) -> tuple[int, int] | None:
        """How many layers are over, of how many; `None` where a line tells nothing of that."""
        if found := _DIGEST.match(line):
            self.digest = found[1]
        if not (layer := _LAYER.match(line)):
            return None
        self.waits = layer[2].startswith(_AGAIN)
        self.tried_again |= self.waits
        over = layer[2].startswith(_OVER)
        self._layers[layer[1]] = self._layers.get(layer[1], False) or over
        return sum(self._layers.values()), len(self._layers)
