"""What `ws lock` costs against `poetry lock`, on the reference workspace, as ratios in one run.

    .venv/bin/python -m benchmarks.relock [ROUNDS]

In a scratch copy of the members. First the shared package gets a dependency, and all locks are
made anew: by `ws lock`, and by `poetry lock` in one member after the other. Poetry starts there
from what `ws lock` starts from, the member's lock with what others have locked of what it lacks,
and must come to the same bytes. Then one member changes. CPU time, children included, and time on
the clock; the median of the rounds, in turn. Prints; fails only for bytes that differ.
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

from benchmarks.measuring import measured

from ws.engines import which_poetry
from ws.engines.process import Processes
from ws.files.loader import load
from ws.planning import seeds

ROOT = Path(__file__).parents[1]
WS = Path(sys.executable).with_name("ws")
SHARED = "packages/shared/python/pyproject.toml"
ADDED = '\nplatformdirs = ">=4"  # new to the locks\n'
MEMBER = "workers/general/conversation/chat"


class Cost(NamedTuple):
    """Seconds."""

    cpu: float
    clock: float


def make(folder: str) -> Path:
    """A copy of the reference workspace without its environments."""
    root = Path(folder).resolve() / "copy"
    root.mkdir()
    shutil.copy(ROOT / "workspace.toml", root)
    for top in ("packages", "workers"):
        shutil.copytree(ROOT / top, root / top, ignore=shutil.ignore_patterns(".venv", "__*__"))
    return root


def poetry() -> str:
    """The team's Poetry; from here on it reads the package index as under `ws`."""
    program = which_poetry.locate(os.environ)
    ask_index = not os.environ.get(which_poetry.MIRROR)
    found = which_poetry.identify(program, os.environ, Processes(), ask_index=ask_index)
    os.environ |= which_poetry.index_environment(found)[0]
    os.environ["POETRY_VIRTUALENVS_CREATE"] = "false"
    return program


def cost(root: Path, *command: str | Path) -> Cost:
    """What a command costs that must succeed."""
    begin = time.monotonic()
    run = measured(command, root)
    if run.code:
        sys.exit(run.printed)
    return Cost(run.seconds, time.monotonic() - begin)


def lock_texts(root: Path) -> dict[str, bytes]:
    """The locks by member name."""
    return {m.name: (root / m.file("poetry.lock")).read_bytes() for m in load(root).members}


def put(root: Path, texts: dict[str, bytes]) -> None:
    """Put locks back."""
    for member in load(root).members:
        (root / member.file("poetry.lock")).write_bytes(texts[member.name])


def starts(root: Path, before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, bytes]:
    """From what `ws lock` starts: those locked before a member seed it with their new locks."""
    workspace = load(root)
    by_path = {member.file("poetry.lock"): member.name for member in workspace.members}
    order = workspace.graph.order()
    found = {}
    for place, name in enumerate(order):
        wanted = seeds.seeds(workspace, workspace.by_name[name])
        others = (by_path[path] for path in wanted.locks)
        texts = [(after if other in order[:place] else before)[other] for other in others]
        more = seeds.missing(before[name], map(seeds.groups, texts), wanted.indexes)
        found[name] = seeds.merged(before[name], more) or b""
    return found


def all_members(root: Path, program: str) -> tuple[Cost, Cost]:
    """All locks after a change of the shared package: `ws lock`, and a loop of `poetry lock`."""
    manifest = root / SHARED
    text, before = manifest.read_text(), lock_texts(root)
    manifest.write_text(text.replace('\npydantic = "', f'{ADDED}pydantic = "', 1))
    mine = cost(root, WS, "lock")
    made = lock_texts(root)
    put(root, starts(root, before, made))
    loop = [cost(root / member.path, program, "lock") for member in load(root).members]
    theirs = lock_texts(root)
    differing = [name for name in made if made[name] != theirs[name]]
    if differing or made == before:
        sys.exit(f"not the locks of poetry lock: {differing}")
    manifest.write_text(text)
    put(root, before)
    return mine, Cost(sum(each.cpu for each in loop), sum(each.clock for each in loop))


def one_member(root: Path, program: str, *options: str) -> tuple[Cost, Cost]:
    """One lock after a change of its manifest: `ws lock`, and `poetry lock` in its folder."""
    manifest, lock = root / MEMBER / "pyproject.toml", root / MEMBER / "poetry.lock"
    text, before = manifest.read_text(), lock.read_bytes()
    manifest.write_text(text.replace('pytest = "^8.0"', 'pytest = ">=8,<9"'))
    mine = cost(root, WS, "lock", *options)
    made = lock.read_bytes()
    lock.write_bytes(before)
    theirs = cost(root / MEMBER, program, "lock")
    if lock.read_bytes() != made or made == before:
        sys.exit("not the lock of poetry lock")
    manifest.write_text(text)
    lock.write_bytes(before)
    return mine, theirs


def tell(what: str, rounds: list[tuple[Cost, Cost]]) -> None:
    """Print the medians of both, and their ratio."""
    for kind in ("cpu", "clock"):
        mine, theirs = (
            statistics.median(getattr(pair[side], kind) for pair in rounds) for side in (0, 1)
        )
        print(f"{what:32} {kind:6} {mine:8.2f} {theirs:12.2f} {mine / theirs:7.2f}")


def main() -> None:
    """Measure, and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    program = poetry()
    with tempfile.TemporaryDirectory() as folder:
        root = make(folder)
        all_members(root, program)  # warms the caches
        print(f"{'':32} {'':6} {'ws lock':>8} {'poetry lock':>12} {'ratio':>7}   (wanted: 0.17, 1)")
        tell("shared changed, all members", [all_members(root, program) for _ in range(count)])
        tell("one member changed", [one_member(root, program) for _ in range(count)])
        only = ("--filter", f"./{MEMBER}")
        tell("the same, with --filter", [one_member(root, program, *only) for _ in range(count)])


if __name__ == "__main__":
    main()
