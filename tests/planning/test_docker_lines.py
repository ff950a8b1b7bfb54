"""Lines of an edited text, told of the one before."""

from __future__ import annotations

import pytest

from ws.errors import Where
from ws.model.report import Finding
from ws.planning.docker_lines import line_before, told_before


@pytest.mark.parametrize(
    ("after", "line", "before"),
    [("a\nb\nc", 2, 2), ("a\nx\nb\nc", 3, 2), ("a\nx\nb\nc", 2, 2), ("a\ny\nc", 2, 2), ("c", 1, 3)],
)
def test_a_line_is_where_it_was_or_what_it_came_instead_of(
    after: str, line: int, before: int
) -> None:
    assert line_before("a\nb\nc", after, line) == before


def test_what_was_found_before_is_told_in_its_own_words() -> None:
    was = Finding("r", "error", "needed in line 2", Where("Dockerfile", 2))
    now = Finding("r", "error", "needed in line 3", Where("Dockerfile", 3))
    assert told_before(now, "a\nb", "x\na\nb", [was]) == was
    other = Finding("s", "error", "m", Where("Dockerfile", 3))
    assert told_before(other, "a\nb", "x\na\nb", [was]).where == Where("Dockerfile", 2)
