"""Why a tool failed and what to do about it, out of the last lines that it printed."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ws.planning import system_packages
from ws.planning.failure_texts import BUILT, MACHINE, OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.planning.failure_texts import Known

_ERROR = re.compile(
    r"^[\s|]*((?:[a-z_]+\.)*[A-Z]\w*(?:Error|Exception): .+|error: .+)$", re.MULTILINE
)
_NO_ERRORS = ("error: Failed to build", "error: Failed to prepare", "subprocess.CalledProcessError")


class Failure(NamedTuple):
    """A failure as people need it."""

    cause: str
    remedy: str = ""

    def __str__(self) -> str:
        return "; ".join(filter(None, self))


def failure(output: Sequence[str]) -> Failure | None:
    """Why a tool failed, by the last lines of its output; `None` if they say nothing known."""
    text = "\n".join(output)
    return _first(MACHINE, text) or _lacking(text) or _first(OTHERS, text) or _unbuilt(text)


def killed(program: str, code: int) -> Failure | None:
    """What it means that a program ended with this code, if a signal ended it; else `None`.

    Python's `subprocess` says the number of the signal with a minus, a shell 128 and that number.
    """
    try:
        name = signal.Signals(-code if code < 0 else code - 128).name
    except ValueError:
        return None
    if name != "SIGKILL":
        return Failure(f"{program} was ended by {name}", "run it again; the log may tell more")
    return Failure(
        f"{program} was killed, as systems do when the memory is full",
        "close something, or install fewer members at a time: --jobs 1",
    )


def _first(known: Iterable[Known], text: str) -> Failure | None:
    for cause, remedy, patterns in known:
        for pattern in patterns:
            if found := re.search(pattern, text):
                words = _words(found.groupdict())
                return Failure(cause.format(**words), remedy.format(**words))
    return None


def _words(found: Mapping[str, str]) -> dict[str, str]:
    """What a pattern found, and what follows from it."""
    words = dict(found)
    if package := words.get("package"):
        name, version = _package(package)
        words |= {"package": f"{name} {version}".rstrip(), "name": name}
    if url := words.get("url"):
        words["host"] = urlsplit(url.rstrip(".,")).netloc.rpartition("@")[2]
    if source := words.get("source"):
        words["variable"] = re.sub(r"[.-]", "_", source.upper())
    return words


def _package(told: str) -> tuple[str, str]:
    """Name and version of `alpha (1.0)`, `alpha==1.0`, or `alpha @ ADDRESS`."""
    name, _, version = re.sub(r" \(|==| @ .*", " ", told).rstrip(")").partition(" ")
    return name, version


def _lacking(text: str) -> Failure | None:
    """What a build needs of the system and does not find."""
    missing = system_packages.missing(text)
    if missing is None:
        return None
    bringing = system_packages.package(missing.name)
    if bringing is not None:
        remedy = bringing.remedy
    elif missing.kind == "header":
        remedy = f"install the system package that has it (apt-file search {missing.name})"
    else:
        remedy = "install the system package that has it"
    what = "" if missing.kind == "program" else f"the {missing.kind} "
    return Failure(f"{_built(text)}{what}{missing.name} is missing", remedy)


def _unbuilt(text: str) -> Failure | None:
    """A build that fails for a reason of its own, with the last error that it tells."""
    building = _built(text)
    if not building:
        return None
    errors = [found for found in _ERROR.findall(text) if not found.startswith(_NO_ERRORS)]
    return Failure(f"{building}{errors[-1] if errors else 'the log tells why'}")


def _built(text: str) -> str:
    """Which package a build was of, as the begin of a sentence; empty where there was none."""
    for pattern in BUILT:
        if found := re.search(pattern, text):
            return f"{' '.join(_package(found['package'])).rstrip()} cannot be built: "
    return ""
