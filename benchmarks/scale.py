"""How `ws sync --check`, `ws lock --check` and `ws check` grow with the workspace, all in order.

    .venv/bin/python -m benchmarks.scale [MEMBERS ...]       default: 15 100 500

Workspaces are generated (`generated.py`). CPU time of the whole process and its peak memory, the
best of five runs, so with a cache; `python -c pass` in the same run is the measure.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.generated import make
from benchmarks.measuring import measured

COMMANDS = (("sync", "--check"), ("lock", "--check"), ("check",), ("list",))


def main() -> None:
    """Measure each size, and print a table."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [15, 100, 500]
    base = min(measured((sys.executable, "-c", "pass"), Path.cwd()) for _ in range(5)).seconds
    print(f"{'command':16} {'members':>8} {'CPU s':>8} {'ratio':>7} {'ms each':>8} {'MB':>6}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            make(root, size)
            for command in COMMANDS:
                runs = [measured((sys.executable, "-m", "ws", *command), root) for _ in range(5)]
                seconds, megabytes, code, printed = min(runs)
                if code:
                    sys.exit(printed)
                print(
                    f"{'ws ' + ' '.join(command):16} {size:8} {seconds:8.2f} {seconds / base:7.1f}"
                    f" {seconds / size * 1000:8.2f} {megabytes:6.0f}"
                )


if __name__ == "__main__":
    main()
