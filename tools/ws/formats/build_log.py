"""What a builder says while it builds, in the words of BuildKit's plain progress.

`#12 [chat-worker common 1/2] RUN …` begins step 12, or goes on with it after another one spoke;
`#12 CACHED`, `#12 DONE 0.4s` and `#12 ERROR: …` end it; `#12 0.31 text` is said by what runs in it.
Bake puts the target before the stage. See `--progress=plain` of `docker buildx build`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

_LINE = re.compile(r"#(?P<number>\d+) (?P<rest>.*)", re.DOTALL)
_STEP = re.compile(r"\[(?P<inside>[^\]]+)\] ?(?P<what>.*)", re.DOTALL)
_PLACE = re.compile(r"(?:(?P<names>.+?) )?(?P<at>\d+)/(?P<of>\d+)$")
_ENDED = re.compile(r"(?P<how>DONE|CACHED|ERROR|CANCELED)(?:[: ]|$) ?(?P<text>.*)", re.DOTALL)
_SAID = re.compile(r"\d+\.\d+ ?(?P<text>.*)", re.DOTALL)
_NAMED = re.compile(r"naming to (?P<tag>\S+)(?: done)?")
_PUSHED = re.compile(r"pushing manifest for (?P<tag>[^\s@]+)\S* (?:\S+ )?done$")
"""As util/push of BuildKit says it, where the builder itself pushes."""
_DEFAULT = ("docker.io/library/", "docker.io/")

How = Literal["begun", "done", "cached", "failed", "said", "named", "pushed"]


@dataclass(frozen=True, slots=True)
class Vertex:
    """One step of a build. Bake tells a step that several targets need once for each of them."""

    number: int
    target: str
    """What Bake says before the stage; empty where nothing is said."""
    stage: str
    """The stage; empty where it belongs to none, such as the reading of a Dockerfile."""
    at: int
    """Which step of its stage it is; 0 where it belongs to none."""
    total: int
    """How many steps the stage has; 0 where it belongs to none."""
    what: str
    """The instruction, as the builder shows it."""


class Event(NamedTuple):
    """Something that a line tells."""

    how: How
    vertex: Vertex
    text: str = ""
    """What was said; why it failed; the name that an image was given."""


class BuildLog:
    """Reads the lines of one build, in order."""

    def __init__(self) -> None:
        self._known: dict[int, Vertex] = {}

    def read(self, line: str) -> Event | None:
        """What a line tells; `None` for one that tells nothing."""
        found = _LINE.match(line)
        if not found:
            return None
        number, rest = int(found["number"]), found["rest"]
        if step := _STEP.match(rest):
            vertex = _vertex(number, step)
            again = self._known.get(number) == vertex
            self._known[number] = vertex
            return None if again else Event("begun", vertex)
        vertex = self._known.get(number, Vertex(number, "", "", 0, 0, ""))
        if ended := _ENDED.match(rest):
            return Event(_ending(ended["how"]), vertex, ended["text"])
        if named := _NAMED.match(rest):
            return Event("named", vertex, short(named["tag"]))
        if pushed := _PUSHED.match(rest):
            return Event("pushed", vertex, short(pushed["tag"]))
        said = _SAID.match(rest)
        return Event("said", vertex, said["text"] if said else rest)


def short(tag: str) -> str:
    """The name of an image as people write it, without what Docker takes for granted."""
    for prefix in _DEFAULT:
        if tag.startswith(prefix):
            return tag.removeprefix(prefix)
    return tag


def _vertex(number: int, step: re.Match[str]) -> Vertex:
    place = _PLACE.match(step["inside"])
    names = ((place["names"] or "") if place else step["inside"]).split()
    if not place:
        target = "" if names[:1] == ["internal"] else names[0] if names else ""
        return Vertex(number, target, "", 0, 0, step["what"])
    stage = names[-1] if names else ""
    target = names[0] if len(names) > 1 else ""
    return Vertex(number, target, stage, int(place["at"]), int(place["of"]), step["what"])


def _ending(word: str) -> How:
    return {"DONE": "done", "CACHED": "cached"}.get(word, "failed")  # type: ignore[return-value]
