"""How long a product waits for `ws docker ensure` when there is nothing to do, beside Docker's own.

    .venv/bin/python -m benchmarks.ensure [ROUNDS]

Wall and CPU time of the whole process, the medians of all rounds, as ratios to `docker version` in
the same run; the two take turns, so that a noisy machine disturbs both alike. It needs an engine
that has all images of this workspace (`ws docker build`). Prints; never fails for a time.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from benchmarks.measuring import measured

ROOT = Path(__file__).parents[1]
WS = str(Path(sys.executable).with_name("ws"))
BASE = "docker version"
WANTED = 6.0
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    BASE: (["docker", "version"], None),
    "ws docker ensure": ([WS, "docker", "ensure"], WANTED),
    "… --format json": ([WS, "docker", "ensure", "--format", "json"], WANTED),
    "ws --version": ([WS, "--version"], None),
}


def medians(rounds: int) -> dict[str, tuple[float, float]]:
    """The median wall and CPU time of each command, in seconds."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, (command, _) in COMMANDS.items():
            begin = time.perf_counter()
            ran = measured(command, ROOT)
            wall = time.perf_counter() - begin
            if ran.code:
                raise SystemExit(f"{name} failed:\n{ran.printed}")
            if number:  # the first round does what there is to do
                times[name].append((wall, ran.seconds))
    return {
        name: (statistics.median(w for w, _ in all_), statistics.median(c for _, c in all_))
        for name, all_ in times.items()
    }


def main() -> None:
    """Measure, and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    times = medians(rounds)
    print(f"{'command':18} {'wall ms':>8} {'ratio':>6} {'CPU ms':>8} {'ratio':>6} {'wanted':>8}")
    for name, (_, wanted) in COMMANDS.items():
        (wall, cpu), (wall_base, cpu_base) = times[name], times[BASE]
        limit = f"<= {wanted:g}" if wanted else ""
        print(
            f"{name:18} {wall * 1000:8.1f} {wall / wall_base:6.1f}"
            f" {cpu * 1000:8.1f} {cpu / cpu_base:6.1f} {limit:>8}"
        )


if __name__ == "__main__":
    main()
