"""`ws lock --check --fix` with the real Poetry: what it mends it has found all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")


def test_it_mends_once_and_then_finds_nothing(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({"packages/a": 'alpha = "^1.0"\n', "packages/b": ""})
    ran = ws("lock", "--check", "--fix", "--no-progress")
    assert (ran.code, ran.out) == (
        1,
        "a\n  + alpha 1.1.0\n"
        "packages/a/poetry.lock: error: a: there is no poetry.lock [lock/missing]\n"
        "    → mended: git add packages/a/poetry.lock\n"
        "packages/b/poetry.lock: error: b: there is no poetry.lock [lock/missing]\n"
        "    → mended: git add packages/b/poetry.lock\n",
    )
    assert ran.err.endswith(
        "next: git add packages/a/poetry.lock packages/b/poetry.lock, and commit again\n"
    )
    assert 'name = "alpha"' in (root / "packages/a/poetry.lock").read_text()
    assert ws("lock", "--check", "--fix") == (0, "", "lock: 2 locks fit their manifests\n")


def test_what_it_cannot_mend_keeps_its_own_remedy(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": 'nowhere = "^1.0"\n', "b": ""})
    ran = ws("lock", "--check", "--fix", "--format", "json")
    assert ran.code == 1
    assert [(found["member"], found["hint"]) for found in ran.json["findings"]] == [
        ("b", "mended: git add b/poetry.lock"),
        ("a", "ws lock --filter a"),
    ]
    statuses = [(outcome["member"], outcome["status"]) for outcome in ran.json["outcomes"]]
    assert statuses == [("a", "failed"), ("b", "done")]
