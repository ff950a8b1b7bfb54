"""The page of Markdown that holds every finding; markdown-it reads it back as GitHub would."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ws.errors import Where
from ws.model.report import Finding, Report
from ws.reporting import step_summary

PLAIN = st.text(string.ascii_letters + string.punctuation + " äß→")


def cells(markdown: str) -> list[list[str]]:
    """The plain text of every table row, as a reader of Markdown sees it; no other markup."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level == 4:
            kinds = {child.type for child in token.children or ()}
            assert kinds <= {"text", "text_special", "html_inline"}
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows


def test_it_is_a_table_for_each_member() -> None:
    report = Report(
        "check",
        findings=(
            Finding(
                "lock/path-dependency",
                "error",
                'shared asks for "alpha | beta"',
                Where("chat/poetry.lock", 812),
                "chat",
                "ws lock --filter chat",
                Where("my_shared/pyproject.toml", 14),
            ),
            Finding("manifest/members", "error", "no members", Where("workspace.toml")),
            Finding("graph/cycle", "warning", "chat needs\nitself", member="chat"),
        ),
    )
    assert step_summary.render(report) == (
        "\n\n## ws check: 2 errors, 1 warning\n"
        "\n### chat\n"
        "\n| | where | what | what to do |\n"
        "| --- | --- | --- | --- |\n"
        "| error | chat/poetry.lock:812<br>my\\_shared/pyproject.toml:14"
        ' | shared asks for "alpha \\| beta" \\[lock/path-dependency\\] | ws lock --filter chat |\n'
        "| warning |  | chat needs<br>itself \\[graph/cycle\\] |  |\n"
        "\n### the workspace\n"
        "\n| | where | what | what to do |\n"
        "| --- | --- | --- | --- |\n"
        "| error | workspace.toml | no members \\[manifest/members\\] |  |\n"
    )


@given(PLAIN, PLAIN)
def test_whatever_a_finding_says_stands_there_as_it_is(message: str, hint: str) -> None:
    report = Report("lock", findings=(Finding("r", "error", message, hint=hint),))
    assert cells(step_summary.render(report)) == [
        ["", "where", "what", "what to do"],
        ["error", "", " ".join([*message.split(), "[r]"]), " ".join(hint.split())],
    ]


@given(st.integers(0, 4000), st.lists(st.text(), min_size=1))
def test_it_is_never_longer_than_there_is_room(room: int, messages: list[str]) -> None:
    findings = tuple(Finding("r", "error", text, member=text[:1]) for text in messages)
    assert len(step_summary.render(Report("lock", findings=findings), room).encode()) <= room


def test_what_does_not_fit_is_counted() -> None:
    findings = tuple(Finding("r", "error", "m" * 100, member="a") for _ in range(10))
    head = (
        "\n\n## ws lock: 10 errors\n\n### a\n\n| | where | what | what to do |\n"
        "| --- | --- | --- | --- |\n"
    )
    row = f"| error |  | {'m' * 100} \\[r\\] |  |\n"
    assert step_summary.render(Report("lock", findings=findings), 600) == (
        f"{head}{row}{row}\nAnd 8 more, which do not fit in here: they stand in the log.\n"
    )


def test_where_there_is_room_for_none_there_is_nothing() -> None:
    report = Report("lock", findings=(Finding("r", "error", "m"),))
    assert step_summary.render(report, 100) == ""
