"""Poetry without package indexes: from the archives in a folder, or from its own cache.

Poetry has no option for either. Its own interpreter runs `inside_poetry/install.py`, which puts
files in the place of indexes, and then Poetry's own command line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ws.engines import poetry
from ws.engines.poetry import Poetry
from ws.engines.which_poetry import MIRROR
from ws.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.engines.process import Processes
    from ws.engines.which_poetry import Identity
    from ws.model.plan import Supply

_INSTALL = Path(__file__).parent / "inside_poetry" / "install.py"
_TELLS = "ws: "
"""How the lines begin in which the script tells what was not found."""


@dataclass(frozen=True, slots=True)
class PoetryFromFiles(Poetry):
    """A Poetry that asks no package index. A `Tool` of `ws.engines.apply`."""

    def is_passing(self, output: Sequence[str]) -> bool:
        """Whether this failure is one of network; what is not there will not be there next time."""
        return not _told(output) and poetry.is_passing(output)

    def explain(self, output: Sequence[str]) -> str:
        """What was not found, else as the function of this name of `ws.engines.poetry`."""
        told = _told(output)
        more = f" ({len(told) - 1} more: see the log)" if len(told) > 1 else ""
        return told[0] + more if told else poetry.explain(output)


def poetry_from(
    supply: Supply, identity: Identity, environ: Mapping[str, str], processes: Processes
) -> PoetryFromFiles:
    """The team's Poetry, which takes packages from what `supply` says, and asks no index.

    `environ` are the variables under which it runs otherwise. Raises `ToolError` if it is not known
    which Python it runs on.
    """
    if identity.interpreter is None:
        raise ToolError(
            f"which Python {identity.program} runs on is not known, so it can be given no packages",
            rule="tool/poetry-interpreter",
            hint="name a Poetry that is a Python script in WS_POETRY, or take --engine uv, or go"
            " without --offline and --wheelhouse",
        )
    through = (identity.interpreter, str(_INSTALL))
    variables = _variables(supply, environ)
    return PoetryFromFiles(identity.program, variables, processes, through)


def _variables(supply: Supply, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name != MIRROR}
    links = " ".join(Path(folder).as_uri() for folder in supply.wheelhouses)
    return kept | {
        "WS_HOUSES": json.dumps(supply.wheelhouses),
        "WS_OFFLINE": "1" if supply.offline else "",
        "PIP_NO_INDEX": "1",  # where Poetry starts pip: for a member's own build script
        "PIP_FIND_LINKS": links,
    }


def _told(output: Sequence[str]) -> list[str]:
    """What the script says was not found, each once, in the order of names."""
    told = {line.removeprefix(_TELLS) for line in output if line.startswith(_TELLS)}
    return sorted(told)
