"""The check of locks against what the real `poetry lock` did after each of many changes.

The changes stand in tests/lock_oracle/cases.py, Poetry's verdicts in table.toml beside it; nothing
here runs Poetry.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.lock_oracle import workspace
from tests.lock_oracle.cases import CASES
from tests.lock_oracle.compare import disagreements
from tests.lock_oracle.make_table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran
    from tests.lock_oracle.case import Case

    Ws = Callable[..., Ran]

BASE = workspace.read_base()
VERDICTS = tomllib.loads(TABLE.read_text(encoding="utf-8"))


def test_the_table_holds_every_case_and_no_other() -> None:
    assert list(VERDICTS) == [case.name for case in CASES]
    for case in CASES:
        judged = [member.key for member in workspace.judged(BASE, case.edits)]
        assert list(VERDICTS[case.name]) == judged, f"make_table '{case.name}'"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_check_says_stale_where_poetry_lock_changes_the_file(
    case: Case, tmp_path: Path, ws: Ws
) -> None:
    workspace.write(workspace.changed(BASE, case.edits), tmp_path)
    poetry = {key: verdict["lock"] for key, verdict in VERDICTS[case.name].items()}
    for deep in (False, True):
        ran = ws("lock", "--check", *["--deep"][: int(deep)], "--format", "json")
        assert disagreements(BASE, case, poetry, ran.json, deep=deep) == []
