"""How long people and hooks wait for `ws`, as ratios to `python -c pass` in the same run.

    .venv/bin/python -m benchmarks.startup [ROUNDS]

CPU time of the whole process (user and system), the median of all rounds, run in turn so that a
noisy machine disturbs all alike. Prints; never fails for a time.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from benchmarks.measuring import measured

ROOT = Path(__file__).parents[1]
WS = str(Path(sys.executable).with_name("ws"))
BASE = "python -c pass"
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    BASE: ([sys.executable, "-c", "pass"], None),
    "ws --version": ([WS, "--version"], 5.5),
    "ws list": ([WS, "list"], 12.0),
    "ws graph": ([WS, "graph"], None),
    "ws sync --check": ([WS, "sync", "--check"], None),
    "ws lock --check": ([WS, "lock", "--check"], None),
    "ws check": ([WS, "check"], None),
    "ws install": ([WS, "install"], 14.0),  # nothing to do: install first
}


def medians(rounds: int) -> dict[str, float]:
    """The median CPU time of each command."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, (command, _) in COMMANDS.items():
            seconds = measured(command, ROOT).seconds
            if number:  # the first round warms the caches
                times[name].append(seconds)
    return {name: statistics.median(all_) for name, all_ in times.items()}


def main() -> None:
    """Measure, and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    times = medians(rounds)
    print(f"{'command':18} {'CPU ms':>8} {'ratio':>7} {'wanted':>8}   ({rounds} rounds)")
    for name, (_, wanted) in COMMANDS.items():
        ratio = times[name] / times[BASE]
        limit = f"<= {wanted}" if wanted else ""
        print(f"{name:18} {times[name] * 1000:8.1f} {ratio:7.1f} {limit:>8}")


if __name__ == "__main__":
    main()
