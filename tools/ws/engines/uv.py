"""uv: which one, how it reaches the package indexes, and what its output means."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ws.engines.which_poetry import MIRROR
from ws.errors import ToolError
from ws.planning.failure import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ws.engines.process import Processes
    from ws.engines.program import Completed
    from ws.planning.uv_requirements import Index

_OURS = re.compile(
    # What would lead uv elsewhere, or make it choose or build something else than the lock says.
    r"VIRTUAL_ENV|CONDA_.*|PYTHON(?:HOME|PATH)|UV_(?:PYTHON|SYSTEM_PYTHON|BREAK_SYSTEM_PACKAGES"
    r"|PROJECT.*|WORKING_DIR.*|NO_BINARY.*|NO_BUILD.*|ONLY_BINARY.*|CONSTRAINT|BUILD_CONSTRAINT"
    r"|OVERRIDE|EXCLUDE.*|PRERELEASE|RESOLUTION|FORK_STRATEGY|REQUIRE_.*|NO_VERIFY.*|VENV_.*"
    r"|TARGET|PREFIX|INDEX_STRATEGY|COMPILE_BYTECODE)"
)
_INSTALL = ("pip", "install")
_MORE = ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
_DEFAULT = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_PASSING = re.compile(
    r"timed out|[Cc]onnection (?:reset|closed|aborted)|error decoding response body"
    r"|Temporary failure|unexpected end of file"
)
_ABSENT = (
    re.compile(r"Because (\S+) was not found in the provided .*? you require (?P<what>\1\S*?),? "),
    re.compile(r"Because there is no version of (?P<what>\S+?),? "),
    re.compile(r"Because only \S+ is available and you require (?P<what>\S+?),? "),
)
"""How uv says that it has nothing to install where it may look."""
_AWAY = (
    re.compile(r"Because (\S+) was not found in the cache and you require (?P<what>\1\S*?),? "),
    re.compile(
        r"Failed to \w+(?: and build)? `(?P<what>[^`\s]+)[^`]*`(?:\n.*?){1,4}?"
        r"[Nn]etwork connectivity is disabled"
    ),
)
"""How it says that it would have to ask for something, and may not."""
_OTHER_HASH = re.compile(r"Hash mismatch for `(?P<what>[^`=\s]+==[^`]+)`")
_BUILD = "build-system.requires"
_ERROR = re.compile(r"^(?:error:|\s*\u00d7)\s*(.+)$")


@dataclass(frozen=True, slots=True)
class Uv:
    """A uv that is ready to run."""

    program: str
    environ: Mapping[str, str]
    """As `environment` makes it."""
    processes: Processes
    offline: bool = False
    """Whether nothing but uv's cache may be asked."""
    wheelhouses: tuple[str, ...] = ()
    """Absolute folders whose archives are taken instead of what package indexes have."""
    turn: Lock = field(default_factory=Lock, compare=False, repr=False)
    """Held while downloads go on that others may need as well."""

    def run(self, args: Sequence[str], folder: Path, say: Callable[[str], None]) -> Completed:
        """Run it in `folder`, where it finds no settings of the workspace; tell what it says."""
        offline = ("--offline",) if self.offline else ()
        housed = ("--no-index",) if self.wheelhouses and tuple(args[:2]) == _INSTALL else ()
        links = [word for house in self.wheelhouses for word in ("--find-links", house)]
        return self.processes.run(
            [self.program, "--no-progress", *offline, *args, *housed, *(links if housed else ())],
            folder=folder,
            environ=self.environ,
            on_line=say,
        )

    def run_cached(
        self,
        args: Sequence[str],
        folder: Path,
        say: Callable[[str], None],
        *,
        in_turn: bool = False,
    ) -> Completed:
        """The same from uv's cache alone, and only if something is missing there, online.

        Otherwise every page of an index would be asked whether it is still the same. With `in_turn`
        only one goes online at a time: what it downloads, most others find in the cache then, and
        two that download the same take twice as long.
        """
        if self.offline:
            return self.run(args, folder, say)
        if completed := self._from_cache(args, folder, say):
            return completed
        if not in_turn:
            return self.run(args, folder, say)
        waits = self.turn.locked()
        with self.turn:
            found = self._from_cache(args, folder, say) if waits else None
            return found or self.run(args, folder, say)

    def _from_cache(
        self, args: Sequence[str], folder: Path, say: Callable[[str], None]
    ) -> Completed | None:
        """Run it offline; `None`, with nothing told, if that was not enough."""
        lines: list[str] = []
        completed = replace(self, offline=True).run(args, folder, lines.append)
        if completed.code != 0 and not self.processes.stopped:
            return None
        for line in lines:
            say(line)
        return completed

    def explain(self, output: Sequence[str]) -> str:
        """What was not found where packages are taken from, else as the function of this name."""
        text = "\n".join(output)
        if self.offline and (what := _first(_AWAY, text)):
            from_index = not self.wheelhouses and ("==" in what or _BUILD in text)
            remedy = f"run once without --offline{', or --wheelhouse DIR' * from_index}"
            return f"{what.replace('==', ' ')} is not in uv's cache: {remedy}"
        houses = f"the wheelhouse ({', '.join(self.wheelhouses)})"
        if self.wheelhouses and (what := _first(_ABSENT, text)):
            return f"{what.replace('==', ' ')} is not in {houses}: put its wheel or sdist there"
        if self.wheelhouses and (what := _first([_OTHER_HASH], text)):
            other = f"{what.replace('==', ' ')} in {houses} has another hash than the lock says"
            return f"{other}: put the right one there"
        return explain(output)


def _first(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    """What the first pattern that is in the text says it is about."""
    found = (pattern.search(text) for pattern in patterns)
    return next((match["what"] for match in found if match), "")


def locate(environ: Mapping[str, str]) -> str:
    """The path of uv: `WS_UV`, else the one beside `ws`, else that on PATH.

    Raises `ToolError` if there is none.
    """
    if chosen := environ.get("WS_UV"):
        if found := shutil.which(chosen, path=environ.get("PATH")):
            return str(Path(found).absolute())
        raise ToolError(
            f"WS_UV names {chosen}, which is no program",
            rule="tool/uv-missing",
            hint="set it to the path of a uv, or unset it",
        )
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("uv", path=environ.get("PATH"))
    if found is None:
        raise ToolError(
            "uv was not found: not beside ws, and not on PATH",
            rule="tool/uv-missing",
            hint="pip install uv, or name one in WS_UV; --engine poetry does without",
        )
    return str(Path(found).absolute())


def environment(environ: Mapping[str, str], link_mode: str = "") -> dict[str, str]:
    """The variables under which uv does what Poetry would, from the same package index.

    That is the mirror of Poetry's plugin, else what is set for uv, else what is set for pip, which
    uv does not read itself. Addresses stand in variables: on a command line others could read them.
    """
    kept = {key: value for key, value in environ.items() if not _OURS.fullmatch(key)}
    url = environ.get(MIRROR)
    if not url and not any(environ.get(name) for name in _DEFAULT):
        url = environ.get("PIP_INDEX_URL")
    if url:
        kept = {key: value for key, value in kept.items() if key not in _DEFAULT}
        kept["UV_DEFAULT_INDEX"] = url.rstrip("/")
    if link_mode:
        kept["UV_LINK_MODE"] = link_mode
    return kept | {"NO_COLOR": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}


def with_indexes(
    environ: Mapping[str, str], indexes: Sequence[Index], *, needs_default: bool
) -> dict[str, str]:
    """The same for a lock that names indexes of its own, with Poetry's credentials for these."""
    given = dict(environ)
    named = [f"{index.name}={index.url}" if index.name else index.url for index in indexes]
    if named and not needs_default:
        given["UV_DEFAULT_INDEX"] = named.pop(0)
    if named:
        given["UV_INDEX"] = " ".join(filter(None, (*named, given.get("UV_INDEX"))))
    for index in indexes:
        name = re.sub(r"[^A-Z0-9]", "_", index.name.upper())
        for what in ("USERNAME", "PASSWORD"):
            if value := environ.get(f"POETRY_HTTP_BASIC_{name}_{what}"):
                given.setdefault(f"UV_INDEX_{name}_{what}", value)
    if not any(given.get(name) for name in _MORE):
        # One index: both strategies find the same, and only this one tells that it wants
        # credentials (seen with uv 0.13.8).
        given["UV_INDEX_STRATEGY"] = "first-index"
    return given


def is_passing(output: Sequence[str]) -> bool:
    """Whether this failure is one of a network that may be well again."""
    return any(_PASSING.search(line) for line in output)


def explain(output: Sequence[str]) -> str:
    """The reason of a failure in one line: a known one, else the first error that uv names."""
    if known := failure(output):
        return str(known)
    errors = (found[1] for line in output if (found := _ERROR.match(line)))
    return next(errors, "")
