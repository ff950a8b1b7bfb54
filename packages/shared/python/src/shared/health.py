"""Is the worker of this container alive? `python -m shared.health [NAME ...]` ends with 0 or 1.

It reads the file that the worker touches while its broker answers, and asks nobody, so that it
may run often. Without names it looks at all workers of this machine.
"""

import os
import sys

from shared import heartbeat


def main(names: list[str]) -> int:
    """Print one line a worker; return 1 if one of them is not alive, or there is none."""
    if not os.environ.get("INSIGHT_BROKER"):
        say("INSIGHT_BROKER is not set: a worker of JSON lines lives as long as its input")
        return 0
    ages = heartbeat.ages()
    status = 0
    for name in names or ages or ["any worker"]:
        age = ages.get(name)
        alive = age is not None and age < heartbeat.STALE
        seen = "not seen" if age is None else f"seen {age:.1f} s ago"
        say(f"{name}: {'alive' if alive else 'not alive'}, {seen}")
        status = status if alive else 1
    return status


def say(line: str) -> None:
    """Print, without a logger, which would take longer to load than all the rest."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
