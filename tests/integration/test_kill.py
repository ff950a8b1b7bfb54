"""A kill at any moment leaves each file old or new, and nothing that a later run stumbles over."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG
from tests.integration.conftest import BUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

LEFT_OVER = re.compile(r"\.(?:poetry\.lock|pyproject\.toml)\.\d+-\d+")
"""What a killed run had not yet moved to its place; the next one that writes there removes it."""
ROUNDS = 200 if LONG else 6
SHARED = 'shared = {path = "../shared", develop = true}\n'
FILES = {
    "shared": f'alpha = "^1.0"\n{BUILD}',
    **dict.fromkeys(("one", "two", "three", "four"), f"{SHARED}{BUILD}"),
}


def tree(root: Path) -> dict[str, bytes]:
    """Every file of the workspace, but for what `ws` remembers and what a kill may have left."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and ".ws" not in path.relative_to(root).parts
        and not LEFT_OVER.fullmatch(path.name)
    }


def run(root: Path, *args: str, seconds: float | None = None) -> float:
    """Run `ws`, to its end or until it is killed; give the time that it took."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "ws", *args]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return time.monotonic() - begin


def killed_again_and_again(
    root: Path, change: Callable[[int], None], args: tuple[str, ...], name: str
) -> None:
    """Change the workspace, let `ws` mend it, and kill that; again and again.

    `change` brings it into state 0 or 1; each file called `name` then is as in one of these.
    """
    states: list[dict[str, bytes]] = []
    slowest = 0.0
    for state in (0, 1):
        change(state)
        slowest = max(slowest, run(root, *args))
        states.append(tree(root))
    changing = {file for file in states[0] if states[0][file] != states[1][file]}
    assert {file for file in changing if file.endswith(name)}
    chosen = random.Random(4)
    for count in range(ROUNDS):
        change(count % 2)
        before = tree(root)
        run(root, *args, seconds=chosen.uniform(0, slowest))
        after = tree(root)
        assert after.keys() == before.keys()
        for file, text in after.items():
            assert text in (before[file], states[count % 2][file]), file
            assert tomllib.loads(text.decode()), file
    change(1)
    run(root, *args)
    assert tree(root) == states[1]
    assert not [path for path in root.rglob("*") if LEFT_OVER.fullmatch(path.name)]


@pytest.mark.usefixtures("real_poetry", "socket_enabled")
def test_a_killed_lock_leaves_each_lock_old_or_new(make_workspace: Make) -> None:
    root = make_workspace(FILES)
    manifest = root / "shared/pyproject.toml"
    text = manifest.read_text()

    def change(state: int) -> None:
        manifest.write_text(text.replace("^1.0", ("^1.0", "<1.1")[state]))

    # A version that may stay stays: without a new start, state 0 would be left as state 1 was.
    killed_again_and_again(root, change, ("lock", "--upgrade"), "poetry.lock")


def test_a_killed_sync_leaves_each_manifest_old_or_new(make_workspace: Make) -> None:
    root = make_workspace(FILES)
    members = [path for path in root.glob("*/pyproject.toml") if path.parent.name != "shared"]
    texts = {path: path.read_text() for path in members}

    def change(state: int) -> None:
        for path, text in texts.items():
            wrong = text.replace("../shared", "../elsewhere")
            path.write_text(wrong.replace("0.1.0", ("0.1.0", "0.2.0")[state]))

    killed_again_and_again(root, change, ("sync",), "pyproject.toml")
