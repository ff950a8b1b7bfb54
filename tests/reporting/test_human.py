"""What people read at the end."""

from __future__ import annotations

from ws.model.report import Counts, Outcome, Report
from ws.reporting.human import describe, render, summary


def plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text


def test_an_install_tells_failures_first_and_ends_with_the_table() -> None:
    done = Outcome("a", "install", "done", seconds=14.21, engine="poetry", counts=Counts(3, 1))
    failed = Outcome(
        "b",
        "install",
        "failed",
        "the disk is full",
        seconds=1.5,
        log=".ws/logs/install/b.log",
        output=("  - Installing alpha (1.0)", "No space left on device"),
        engine="uv",
        counts=Counts(9),
    )
    idle = Outcome("c", "install", "skipped", "up to date")
    ended = Outcome("d", "install", "aborted", "interrupted")
    data = {
        "members": [
            {
                "member": outcome.member,
                "engine": outcome.engine,
                "status": outcome.status,
                "seconds": outcome.seconds,
                **(outcome.counts._asdict() if outcome.counts else {}),
            }
            for outcome in (done, failed, idle, ended)
        ]
    }
    report = Report("install", outcomes=(done, failed, idle), data=data, notes=("next: mend it",))
    assert render(report, plain) + summary(report, plain) == (
        "✗ b failed in 1.5 s: the disk is full\n"
        "    │   - Installing alpha (1.0)\n"
        "    │ No space left on device\n"
        "    whole log: .ws/logs/install/b.log\n"
        "MEMBER  ENGINE  DONE                      TIME\n"
        "a       poetry  3 installed, 1 updated  14.2 s\n"
        "b       uv      failed                   1.5 s\n"
        "c       -       nothing                      -\n"
        "d       -       interrupted                  -\n"
        "install: 1 installed, 1 had nothing to do, 1 failed\n"
        "next: mend it\n"
    )


def test_where_there_is_nothing_to_do_as_a_whole_its_reason_is_the_summary() -> None:
    idle = Outcome("", "docker down", "skipped", "nothing is running")
    assert summary(Report("docker down", outcomes=(idle,)), plain) == (
        "docker down: nothing is running\n"
    )
    made = Outcome("", "generate compose", "done", "ops/compose.yaml made")
    assert describe(made, plain) == "✓ written: ops/compose.yaml made"
