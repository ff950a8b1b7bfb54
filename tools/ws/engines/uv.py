"""uv: which one, how it reaches the package indexes, and what its output means."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ws.engines.process import Completed
from ws.engines.which_poetry import MIRROR
from ws.errors import ToolError
from ws.model.urls import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ws.engines.process import Processes
    from ws.planning.uv_requirements import Index

_OURS = re.compile(
    # What would lead uv elsewhere, or make it choose or build something else than the lock says.
    r"VIRTUAL_ENV|CONDA_.*|PYTHON(?:HOME|PATH)|UV_(?:PYTHON|SYSTEM_PYTHON|BREAK_SYSTEM_PACKAGES"
    r"|PROJECT.*|WORKING_DIR.*|NO_BINARY.*|NO_BUILD.*|ONLY_BINARY.*|CONSTRAINT|BUILD_CONSTRAINT"
    r"|OVERRIDE|EXCLUDE.*|PRERELEASE|RESOLUTION|FORK_STRATEGY|REQUIRE_.*|NO_VERIFY.*|VENV_.*"
    r"|TARGET|PREFIX|INDEX_STRATEGY|COMPILE_BYTECODE)"
)
_DEFAULT = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_PASSING = re.compile(
    r"timed out|[Cc]onnection (?:reset|closed|aborted)|error decoding response body"
    r"|Temporary failure|unexpected end of file"
)
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Hash mismatch for `([^`]+)`"), "{0} has another hash than the lock says"),
    (
        re.compile(r"\b(?:401|403) (?:Unauthorized|Forbidden)|[Mm]issing credentials"),
        "the package index wants credentials: POETRY_HTTP_BASIC_NAME_USERNAME and ..._PASSWORD",
    ),
    (
        re.compile(r"Failed to fetch|error sending request|dns error|Could not connect"),
        "the package index cannot be reached: check the network, the proxy and the index",
    ),
    (re.compile(r"No space left on device"), "the disk is full"),
    (re.compile(r"Failed to build `([^`]+)`"), "{0} cannot be built: the log tells why"),
    (
        re.compile(r"Because (?:there is no version of )?(\S+) (?:was not found|and you require)"),
        "{0} is not in the package index, or not for this Python",
    ),
)
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

    def run(self, args: Sequence[str], folder: Path, say: Callable[[str], None]) -> Completed:
        """Run it in `folder`, where it finds no settings of the workspace; tell what it says.

        Credentials in addresses are hidden in all of that.
        """
        offline = ("--offline",) if self.offline else ()
        completed = self.processes.run(
            [self.program, "--no-progress", *offline, *args],
            folder=folder,
            environ=self.environ,
            on_line=lambda line: say(masked(line)),
        )
        return Completed(completed.code, tuple(map(masked, completed.tail)))

    def run_cached(
        self, args: Sequence[str], folder: Path, say: Callable[[str], None]
    ) -> Completed:
        """The same from uv's cache alone, and only if something is missing there, online.

        Otherwise every page of an index would be asked whether it is still the same.
        """
        if self.offline:
            return self.run(args, folder, say)
        lines: list[str] = []
        completed = Uv(self.program, self.environ, self.processes, offline=True).run(
            args, folder, lines.append
        )
        if completed.code != 0 and not self.processes.stopped:
            return self.run(args, folder, say)
        for line in lines:
            say(line)
        return completed


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
    return given


def is_passing(output: Sequence[str]) -> bool:
    """Whether this failure is one of a network that may be well again."""
    return any(_PASSING.search(line) for line in output)


def explain(output: Sequence[str]) -> str:
    """The reason of a failure in one line: a known one, else the first error that uv names."""
    text = "\n".join(output)
    for pattern, reason in _REASONS:
        if found := pattern.search(text):
            return reason.format(*found.groups())
    errors = (found[1] for line in output if (found := _ERROR.match(line)))
    return next(errors, "")
