"""When people hear of the faster engine."""

from __future__ import annotations

from ws.model.report import Outcome, Status
from ws.planning.engine_hint import hint, is_due


def outcome(seconds: float, engine: str = "poetry", status: Status = "done") -> Outcome:
    return Outcome("a", "install", status, seconds=seconds, engine=engine)


def test_poetrys_work_of_all_members_counts_together() -> None:
    assert is_due([outcome(11), outcome(10)], "")
    assert not is_due([outcome(9), outcome(10)], "")


def test_who_chose_an_engine_hears_nothing() -> None:
    assert not is_due([outcome(100)], "poetry")
    assert not is_due([outcome(100)], "uv")


def test_what_uv_did_and_what_failed_does_not_count() -> None:
    assert not is_due([outcome(100, "uv"), outcome(100, status="failed")], "")


def test_who_has_no_uv_is_told_how_to_get_it() -> None:
    line = "note: `ws install --engine uv` makes the same environments many times faster"
    assert hint(has_uv=True) == line
    assert hint(has_uv=False) == f"{line}; it needs uv, which is not here yet: pip install uv"
