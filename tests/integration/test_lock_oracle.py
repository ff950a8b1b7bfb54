"""Whether `ws lock --check --deep` knows what `poetry lock` would do, whatever is changed.

A case that fails here prints its changes; put them into tests/lock_oracle/cases.py and run
make_table, so that the table, which needs no Poetry, keeps it.
"""

from __future__ import annotations

import difflib
from random import Random
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG
from tests.integration.conftest import program
from tests.lock_oracle import oracle, random_edits, workspace
from tests.lock_oracle.case import Case
from tests.lock_oracle.compare import disagreements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Ran
    from tests.lock_oracle.oracle import Oracle

    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("socket_enabled")

BASE = workspace.read_base()
ROUNDS = 400 if LONG else 6


@pytest.fixture(scope="module")
def poetry() -> Iterator[Oracle]:
    with oracle.forked(program("poetry")) as running:
        yield running


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_check_agrees_with_poetry_before_and_after_it_locks(
    seed: int, poetry: Oracle, tmp_path: Path, ws: Ws
) -> None:
    case = random_case(seed)
    after = workspace.changed(BASE, case.edits)
    workspace.write(after, tmp_path)
    report = ws("lock", "--check", "--deep", "--format", "json").json
    verdicts = {
        member.key: poetry.verdict(tmp_path / member.folder, check=False)
        for member in workspace.judged(BASE, case.edits)
    }
    locks = {key: verdict.lock for key, verdict in verdicts.items()}
    wrong = disagreements(BASE, case, locks, report, deep=True)
    assert not wrong, explain(after, wrong, verdicts)

    again = ws("lock", "--check", "--deep", "--format", "json").json
    made = {key: "fails" if lock == "fails" else "same" for key, lock in locks.items()}
    wrong = disagreements(BASE, case, made, again, deep=True)
    assert not wrong, "after poetry lock\n" + explain(after, wrong, verdicts)


def random_case(seed: int) -> Case:
    """One to three changes, one after the other."""
    rng = Random(seed)
    edits: list[workspace.Write] = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        edit = random_edits.edit(rng, workspace.changed(BASE, edits))
        edits += [edit] if edit else []
    members = tuple(member.key for member in workspace.judged(BASE, edits))
    return Case(str(seed), tuple(edits), undecidable=members)  # the table says where it may be


def explain(after: workspace.Files, wrong: list[str], verdicts: dict[str, oracle.Verdict]) -> str:
    """What was changed, and what Poetry made of it."""
    lines = [*wrong, ""]
    for name, text in after.items():
        old, new = BASE.get(name, "").splitlines(), text.splitlines()
        lines += difflib.unified_diff(old, new, name, name, n=1, lineterm="")
    for key, verdict in verdicts.items():
        lines.append(f"{key}: {verdict.lock} {verdict.rewrites}")
        lines += verdict.output.splitlines() if verdict.lock == "fails" else []
    return "\n".join(lines)
