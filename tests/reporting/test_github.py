"""Which annotations GitHub is given first, since it shows ten of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.errors import Where
from ws.model.report import Finding, Report
from ws.reporting import github

if TYPE_CHECKING:
    from ws.model.report import Severity


def finding(member: str | None, message: str, severity: Severity = "error") -> Finding:
    return Finding("lock/files", severity, message, member=member)


def of(*findings: Finding) -> Report:
    return Report("check", findings=findings)


def test_errors_come_first_and_one_of_each_member_before_the_second_of_any() -> None:
    report = of(
        finding("a", "weak", "warning"),
        finding("a", "one"),
        finding("a", "two"),
        finding("a", "three"),
        finding(None, "nobody's"),
        finding("b", "one"),
        finding("b", "two"),
    )
    assert github.render(report) == (
        "::error title=lock/files::a: one\n"
        "::error title=lock/files::nobody's\n"
        "::error title=lock/files::b: one\n"
        "::error title=lock/files::a: two\n"
        "::error title=lock/files::b: two\n"
        "::error title=lock/files::a: three\n"
        "::warning title=lock/files::a: weak\n"
    )


def test_what_would_end_a_command_or_a_property_is_escaped() -> None:
    odd = Finding("r", "error", "100%\r\nsure: a, b", Where("a,b:c%.lock", 1, 2))
    assert github.render(of(odd)) == (
        "::error file=a%2Cb%3Ac%25.lock,line=1,col=2,title=r::100%25%0D%0Asure: a, b\n"
    )


@pytest.mark.parametrize(
    ("errors", "warnings", "hidden"), [(0, 0, 0), (10, 10, 0), (11, 10, 1), (3, 14, 4), (12, 12, 4)]
)
def test_errors_and_warnings_are_limited_each_for_itself(
    errors: int, warnings: int, hidden: int
) -> None:
    report = of(
        *[finding("a", "e")] * errors,
        *[finding("a", "w", "warning")] * warnings,
    )
    assert github.hidden(report) == hidden
