from __future__ import annotations

import pytest

from ws.formats.container_checks import read_check, write_question
from ws.model.checks import Check, Question


def test_a_question_goes_out_as_json() -> None:
    question = Question("chat", port=80, health="/up", imports=("chat", "shared"))
    assert write_question(question, ("answers",), 60.0) == (
        '{"script": "chat", "line": "", "command": [], "port": 80, "health": "/up", '
        '"imports": ["chat", "shared"], "checks": ["answers"], "seconds": 60.0}'
    )


def test_an_answer_comes_back_as_a_line_of_json() -> None:
    line = '{"check": "user", "status": "ok", "detail": "uid 10001"}'
    assert read_check(line) == Check("user", "ok", "uid 10001")


@pytest.mark.parametrize("line", ["", "WARNING: no swap limit", '{"check": "user"', '{"check": 1}'])
def test_other_lines_are_nobodys_answer(line: str) -> None:
    assert read_check(line) is None
