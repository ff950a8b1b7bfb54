from __future__ import annotations

from ws.engines.containers import _trouble

ADVICE = "Run 'docker run --help' for more information"
ERROR = "docker: Error response from daemon: network nonet not found."


def test_where_docker_could_not_start_it_the_reason_is_told_and_not_its_advice() -> None:
    assert _trouble([ERROR, ADVICE], 125) == ERROR


def test_else_what_was_said_last() -> None:
    assert _trouble(["docker: a line of the program's", "the last"], 1) == "the last"
    assert _trouble([ADVICE], 125) == ADVICE
    assert _trouble([], 3) == "it ended with code 3, and said nothing"
