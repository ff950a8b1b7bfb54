"""`--format github` with more findings than GitHub shows beside the code."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from ws.reporting.step_summary import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

SUMMARY = "GITHUB_STEP_SUMMARY"
CHECK = ("lock", "--check", "--format", "github")
ANNOTATIONS = "".join(
    f"::error file=m{number}/poetry.lock,title=lock/missing::m{number}: there is no poetry.lock"
    f"%0Aws lock --filter m{number}\n"
    for number in range(10, 22)
)


@pytest.fixture
def twelve(make_workspace: Make) -> Path:
    """A workspace of twelve members, none of which has a lock."""
    return make_workspace({f"m{number}": "" for number in range(10, 22)})


@pytest.mark.usefixtures("twelve")
def test_without_a_summary_the_log_alone_has_the_rest(ws: Ws) -> None:
    assert ws(*CHECK) == (
        1,
        ANNOTATIONS,
        "github: 2 of 12 findings are not shown beside the code: they stand in this log alone\n",
    )


@pytest.mark.usefixtures("twelve")
def test_the_summary_has_all_after_what_stood_there(
    ws: Ws, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path_factory.mktemp("runner") / "summary"
    page.write_text("somebody else's")
    monkeypatch.setenv(SUMMARY, str(page))
    assert ws(*CHECK) == (
        1,
        ANNOTATIONS,
        "github: 2 of 12 findings are not shown beside the code: see the step's summary\n",
    )
    assert page.read_text() == "somebody else's\n\n## ws lock: 12 errors\n" + "".join(
        f"\n### m{number}\n"
        "\n| | where | what | what to do |\n"
        "| --- | --- | --- | --- |\n"
        f"| error | m{number}/poetry.lock | there is no poetry.lock \\[lock/missing\\]"
        f" | ws lock --filter m{number} |\n"
        for number in range(10, 22)
    )


@pytest.mark.usefixtures("twelve")
def test_a_summary_is_never_filled_beyond_what_github_takes(
    ws: Ws, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path_factory.mktemp("runner") / "summary"
    page.write_bytes(b"x" * (LIMIT - 600))
    monkeypatch.setenv(SUMMARY, str(page))
    assert ws(*CHECK).err.endswith(": see the step's summary\n")
    assert LIMIT - 600 < page.stat().st_size <= LIMIT
    assert ws(*CHECK).err.endswith(f": they stand in this log alone ({page} is full)\n")
    assert page.stat().st_size <= LIMIT


@pytest.mark.usefixtures("twelve")
def test_a_summary_that_cannot_be_written_is_a_note(
    ws: Ws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SUMMARY, str(tmp_path))
    assert ws(*CHECK) == (
        1,
        ANNOTATIONS,
        "github: 2 of 12 findings are not shown beside the code: they stand in this log alone"
        f" ({tmp_path} cannot be written: {os.strerror(errno.EISDIR)})\n",
    )


def test_what_github_shows_whole_needs_no_summary(
    make_workspace: Make,
    ws: Ws,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_workspace({f"m{number}": "" for number in range(10)})
    page = tmp_path_factory.mktemp("runner") / "summary"
    monkeypatch.setenv(SUMMARY, str(page))
    assert ws(*CHECK).err == ""
    assert not page.exists()


@pytest.mark.usefixtures("twelve")
def test_quiet_writes_the_summary_and_says_nothing(
    ws: Ws, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path_factory.mktemp("runner") / "summary"
    monkeypatch.setenv(SUMMARY, str(page))
    assert ws(*CHECK, "--quiet") == (1, ANNOTATIONS, "")
    assert page.read_text().startswith("\n\n## ws lock: 12 errors\n")
