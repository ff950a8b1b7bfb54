"""How quick `ws lock --check` is beside its peers, as ratios, all of one run.

    .venv/bin/python -m benchmarks.check [ROUNDS]              (on Linux or macOS)

- On the reference workspace, beside a loop of `poetry check --lock` over its members: wanted are
  80 times less, better 100.
- Beside `uv lock --check` on the same members as a workspace of uv: wanted is 8 times as much at
  most, better 4. uv has to be there: `python -m pip install --group bench`. Its workspace is locked
  with the index of pip (or `UV_DEFAULT_INDEX`); what is measured is offline.
- On 501 members with locks of 50 KB: wanted are 1.5 CPU seconds and 200 MB at most, and 0.2 CPU
  seconds where nothing has changed since the last run.

`cold` is without `.ws/cache`. CPU time, medians. Prints; never fails for a time.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks import generated, uv_workspace
from benchmarks.measuring import Run, measured
from pip._internal.models.index import PyPI

from ws.files.loader import load

ROOT = Path(__file__).parents[1]
BESIDE = Path(sys.executable).parent
CHECK = (BESIDE / "ws", "lock", "--check")
LARGE = 501


class Median(NamedTuple):
    """The middle of several runs."""

    seconds: float
    megabytes: float


def cold(root: Path) -> Run:
    """The check as it runs for the first time, such as in CI."""
    shutil.rmtree(root / ".ws" / "cache", ignore_errors=True)
    return fine(measured(CHECK, root))


def fine(run: Run) -> Run:
    """The run, if all was well."""
    if run.code:
        sys.exit(run.printed)
    return run


def median(runs: list[Run]) -> Median:
    """The middle of the CPU times, and that of the peaks."""
    return Median(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.megabytes for run in runs),
    )


def uv_command() -> Path | None:
    """Where uv is, if it is."""
    found = shutil.which("uv", path=f"{BESIDE}{os.pathsep}{os.environ.get('PATH', '')}")
    return Path(found) if found else None


def reference() -> None:
    """The members of this repository, beside Poetry and uv: each in turn, one round a member."""
    uv = uv_command()
    folders = [ROOT / member.path for member in load(ROOT).members]
    runs: dict[str, list[Run]] = {name: [] for name in ("pass", "poetry", "uv", "cold", "cached")}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        if uv:
            uv_workspace.make(root, ROOT)
            uv_workspace.lock(uv, root, {"UV_DEFAULT_INDEX": str(PyPI.simple_url), **os.environ})
        for folder in folders:
            runs["pass"].append(measured((sys.executable, "-c", "pass"), ROOT))
            runs["poetry"].append(measured((BESIDE / "poetry", "check", "--lock"), folder))
            if uv:
                runs["uv"].append(fine(measured((uv, "lock", "--check", "--offline"), root)))
            runs["cold"].append(cold(ROOT))
            runs["cached"].append(fine(measured(CHECK, ROOT)))
    poetry = sum(run.seconds for run in runs["poetry"])
    print(f"reference workspace, {len(folders)} members")
    print(f"  python -c pass             {median(runs['pass']).seconds:7.3f} CPU s")
    print(f"  poetry check --lock, each  {poetry:7.3f} CPU s")
    if uv:
        print(f"  uv lock --check            {median(runs['uv']).seconds:7.3f} CPU s")
    else:
        print("  uv is not there: python -m pip install --group bench")
    for name in ("cold", "cached"):
        seconds = median(runs[name]).seconds
        print(f"  ws lock --check, {name:9} {seconds:7.3f} CPU s")
        print(f"    Poetry / ws  {poetry / seconds:6.1f}   (wanted >= 80, better 100)")
        if uv:
            ratio = seconds / median(runs["uv"]).seconds
            print(f"    ws / uv      {ratio:6.1f}   (wanted <= 8, better 4)")


def large(rounds: int) -> None:
    """Many members, with and without the cache."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        generated.make(root, LARGE)
        time.sleep(4)  # files of this moment are compared by content, as they may change unseen
        first = [cold(root) for _ in range(rounds)]
        again = [fine(measured(CHECK, root)) for _ in range(rounds)]
    print(f"{LARGE} members, {rounds} rounds")
    for name, runs, wanted in (("cold", first, "1.5"), ("cached", again, "0.2")):
        seconds, megabytes = median(runs)
        print(
            f"  ws lock --check, {name:9} {seconds:7.3f} CPU s   {megabytes:4.0f} MB"
            f"   (wanted about {wanted} s, 200 MB)"
        )


def main() -> None:
    """Measure all, and print."""
    reference()
    large(rounds=int(sys.argv[1]) if len(sys.argv) > 1 else 7)


if __name__ == "__main__":
    main()
