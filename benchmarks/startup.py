"""How long people and hooks wait for `ws`, as ratios to `python -c pass` in the same run.

    .venv/bin/python benchmarks/startup.py [ROUNDS]

CPU time of the whole process (user and system), the median of all rounds, run in turn so that a
noisy machine disturbs all alike. Prints; never fails for a time.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

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
}


def cpu_seconds(command: list[str]) -> float:
    """The CPU time of one run, its children's included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(rounds: int) -> dict[str, float]:
    """The median CPU time of each command."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, (command, _) in COMMANDS.items():
            seconds = cpu_seconds(command)
            if number:  # the first round warms the caches
                times[name].append(seconds)
    return {name: statistics.median(measured) for name, measured in times.items()}


def main() -> None:
    """Measure, and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    measured = medians(rounds)
    print(f"{'command':18} {'CPU ms':>8} {'ratio':>7} {'wanted':>8}   ({rounds} rounds)")
    for name, (_, wanted) in COMMANDS.items():
        ratio = measured[name] / measured[BASE]
        limit = f"<= {wanted}" if wanted else ""
        print(f"{name:18} {measured[name] * 1000:8.1f} {ratio:7.1f} {limit:>8}")


if __name__ == "__main__":
    main()
