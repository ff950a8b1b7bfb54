"""What `ws install` costs beside Poetry and beside uv, on the reference workspace, as ratios.

    .venv/bin/python -m benchmarks.install [ROUNDS]          (on Linux or macOS; some minutes)

All environments from nothing, in a scratch copy of the members, all in one run:

- a loop of `poetry install`, one member after the other, with warm caches;
- `ws install` with Poetry, as many at a time as there are cores;
- `ws install --engine uv` with a warm cache, and with an empty one;
- uv by script: for each member `uv venv` and `uv pip install` from requirements that are ready,
  then the editables, with the same cache and flags, as many at a time; and without the editables,
  which are what costs most there.

Then nothing to do: the loop of Poetry, `ws install`, and `python -c pass`. Old environments are
moved away and not deleted: making files is slow on some disks right after. CPU time has the
children in it. Prints the ratios with what is wanted of them; never fails for a time.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measuring import measured
from benchmarks.relock import make, poetry

from ws.commands.context import jobs_from
from ws.engines import choose_python, editable, uv
from ws.engines.interpreter import Interpreters
from ws.engines.process import Processes
from ws.engines.uv_install import parsed_lock
from ws.files.loader import load
from ws.planning import selection, uv_requirements

if TYPE_CHECKING:
    from ws.model.workspace import Member

WS = (sys.executable, "-m", "ws", "install")
SCRIPT = """\
set -e
cd {folder}
{uv} venv -q --no-project --python {python} .venv
{uv} pip install -q --no-deps --no-sources --python .venv/bin/python --require-hashes \
-r {requirements}
test -n "$WITHOUT_EDITABLES" || {uv} pip install -q --no-deps --no-sources \
--python .venv/bin/python {editables}
"""


class Cost(NamedTuple):
    """Seconds."""

    cpu: float
    clock: float

    def __add__(self, other: object) -> Cost:
        assert isinstance(other, Cost)
        return Cost(self.cpu + other.cpu, self.clock + other.clock)


class Place:
    """The scratch copy, and a place for what lies in the way."""

    def __init__(self, folder: Path) -> None:
        self.root = make(str(folder))
        self.members = load(self.root).members
        self._away = folder / "away"
        self._away.mkdir()
        self._count = 0

    def clear(self) -> None:
        """Move all environments away."""
        for member in self.members:
            venv = self.root / member.file(".venv")
            if venv.exists():
                self._count += 1
                venv.rename(self._away / str(self._count))

    def cost(self, folder: str, *command: str | Path) -> Cost:
        """What a command costs that must succeed."""
        begin = time.monotonic()
        run = measured(command, self.root / folder)
        if run.code:
            sys.exit(run.printed)
        return Cost(run.seconds, time.monotonic() - begin)

    def loop(self, *command: str | Path) -> Cost:
        """The same in one member after the other."""
        return sum((self.cost(member.path, *command) for member in self.members), Cost(0, 0))


def scripts(place: Place, scratch: Path) -> list[Path]:
    """For each member what one would write who wants uv to make the same environment."""
    environ = uv.environment(os.environ)
    ask = Interpreters(Processes(), environ).ask
    program = uv.locate(os.environ)
    found = []
    for member in place.members:
        folder = place.root / member.path
        python = choose_python.on_path(environ, member.manifest.python, ask)
        lock = parsed_lock((folder / "poetry.lock").read_bytes())
        groups = selection.active_groups(member.manifest)
        packages = selection.selected(lock, groups, (), python.markers)
        wanted = uv_requirements.requirements(packages, folder)
        requirements = scratch / f"{member.name}.txt"
        requirements.write_text("\n".join(wanted.hashed))
        script = scratch / f"{member.name}.sh"
        folders = [package.folder or "" for package in wanted.editables]
        script.write_text(
            SCRIPT.format(
                folder=folder,
                uv=program,
                python=python.program,
                requirements=requirements,
                editables=" ".join(f"-e {each}" for each in (*folders, *_itself(member))),
            )
        )
        found.append(script)
    return found


def _itself(member: Member) -> tuple[str, ...]:
    return (".",) if editable.builds(dict(member.manifest.document)) else ()


def all_at_once(place: Place, found: list[Path], jobs: int) -> Cost:
    """Run the scripts, so many at a time."""
    names = " ".join(map(str, found))
    return place.cost(".", "sh", "-c", f"echo {names} | xargs -n 1 -P {jobs} sh")


def median(costs: list[Cost]) -> Cost:
    """The middle of each."""
    return Cost(
        statistics.median(cost.cpu for cost in costs), statistics.median(c.clock for c in costs)
    )


def from_nothing(place: Place, scratch: Path, rounds: int) -> dict[str, Cost]:
    """What each way costs to make all environments."""
    program, jobs = poetry(), jobs_from(None, "")
    os.environ["POETRY_VIRTUALENVS_IN_PROJECT"] = "true"
    os.environ["POETRY_VIRTUALENVS_CREATE"] = "true"
    os.environ.pop("VIRTUAL_ENV", None)
    install = (program, "--no-interaction", "--no-ansi", "install")
    found: dict[str, Cost] = {}
    for warming in (WS, (*WS, "--engine", "uv")):
        place.clear()
        place.cost(".", *warming)
    ready = scripts(place, scratch)
    os.environ |= uv.environment(os.environ)
    place.clear()
    all_at_once(place, ready, jobs)  # so that what builds the editables is in the cache, too
    place.clear()
    found["poetry install, a loop"] = place.loop(*install)
    found["nothing to do, the loop"] = place.loop(*install)
    place.clear()
    found["ws install"] = place.cost(".", *WS)
    names = ("ws, uv", "uv by script", "the same without editables", "ws, uv, empty cache")
    runs: dict[str, list[Cost]] = {name: [] for name in names}
    for number in range(rounds):
        place.clear()
        runs["ws, uv"].append(place.cost(".", *WS, "--engine", "uv"))
        place.clear()
        os.environ["UV_OFFLINE"] = "1"  # as ws has it where nothing is missing
        runs["uv by script"].append(all_at_once(place, ready, jobs))
        place.clear()
        os.environ["WITHOUT_EDITABLES"] = "1"
        runs["the same without editables"].append(all_at_once(place, ready, jobs))
        del os.environ["UV_OFFLINE"], os.environ["WITHOUT_EDITABLES"]
        place.clear()
        os.environ["UV_CACHE_DIR"] = str(scratch / f"cache-{number}")
        runs["ws, uv, empty cache"].append(place.cost(".", *WS, "--engine", "uv"))
        del os.environ["UV_CACHE_DIR"]
    return found | {name: median(costs) for name, costs in runs.items()}


def nothing_to_do(place: Place, rounds: int) -> dict[str, Cost]:
    """What it costs to find out that all is as it should be."""
    place.cost(".", *WS)
    time.sleep(4)  # files of this moment are compared by content, as they may change unseen
    place.cost(".", *WS)
    runs: dict[str, list[Cost]] = {"nothing to do, ws": [], "python -c pass": []}
    for _ in range(3 * rounds):
        runs["nothing to do, ws"].append(place.cost(".", *WS))
        runs["python -c pass"].append(place.cost(".", sys.executable, "-c", "pass"))
    return {name: median(costs) for name, costs in runs.items()}


def ratio(what: str, one: float, other: float, wanted: str) -> None:
    """Print how many times `one` is `other`."""
    print(f"  {what:64} {one / other:7.1f}   (wanted {wanted})")


def main() -> None:
    """Measure all, and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        place = Place(scratch)
        found = from_nothing(place, scratch, rounds) | nothing_to_do(place, rounds)
        members = len(place.members)
    print(f"reference workspace, {members} members, {rounds} rounds      CPU s   clock s")
    for name, cost in found.items():
        print(f"  {name:42} {cost.cpu:8.2f} {cost.clock:9.2f}")
    loop, parallel, fast = (
        found[name] for name in ("poetry install, a loop", "ws install", "ws, uv")
    )
    script, cold = found["uv by script"], found["ws, uv, empty cache"]
    idle, still = found["nothing to do, ws"], found["nothing to do, the loop"]
    ratio("loop of poetry / ws with uv, clock", loop.clock, fast.clock, ">= 25")
    ratio("ws with Poetry / ws with uv, CPU", parallel.cpu, fast.cpu, ">= 15")
    ratio("loop of poetry / ws with uv and an empty cache, clock", loop.clock, cold.clock, ">= 8")
    ratio("loop of poetry / ws with Poetry, clock", loop.clock, parallel.clock, ">= 1.6")
    ratio("ws with uv / uv by script, clock", fast.clock, script.clock, "<= 1.3")
    ratio("ws with uv / uv by script, CPU", fast.cpu, script.cpu, "<= 1.3")
    part = found["the same without editables"]
    ratio("ws with uv / uv by script without editables, clock", fast.clock, part.clock, "nothing")
    ratio("nothing to do: loop of poetry / ws, CPU", still.cpu, idle.cpu, ">= 60, better 100")
    ratio("nothing to do: ws / python -c pass, CPU", idle.cpu, found["python -c pass"].cpu, "<= 14")


if __name__ == "__main__":
    main()
