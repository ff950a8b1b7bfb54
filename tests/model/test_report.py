from __future__ import annotations

import pytest

from ws.model.report import Exit, Finding, Outcome, Report, Severity, Status


def found(severity: Severity) -> Report:
    return Report("check", findings=(Finding("lock/missing", severity, "there is no lock"),))


def became(*statuses: Status) -> Report:
    return Report("lock", outcomes=tuple(Outcome("chat", "lock", status) for status in statuses))


def test_a_report_of_nothing_is_fine() -> None:
    assert Report("list").exit_code(strict=True) is Exit.FINE


def test_an_error_is_found_and_a_warning_is_not() -> None:
    assert found("error").exit_code() is Exit.FOUND
    assert found("warning").exit_code() is Exit.FINE


def test_strict_makes_warnings_count() -> None:
    assert found("warning").exit_code(strict=True) is Exit.FOUND


@pytest.mark.parametrize("status", ["failed", "aborted"])
def test_work_that_failed_or_never_began_is_found(status: Status) -> None:
    assert became("done", status).exit_code() is Exit.FOUND


def test_work_that_was_done_or_not_needed_is_fine() -> None:
    assert became("done", "skipped").exit_code(strict=True) is Exit.FINE


def test_the_fault_that_ended_a_run_decides() -> None:
    report = Report("lock", outcomes=became("failed").outcomes, fault=Exit.INTERRUPTED)
    assert report.exit_code() is Exit.INTERRUPTED


def test_exit_codes_are_those_that_are_promised() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "FINE": 0,
        "FOUND": 1,
        "USAGE": 2,
        "BUG": 3,
        "INTERRUPTED": 130,
    }
