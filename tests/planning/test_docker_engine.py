from __future__ import annotations

import pytest

from ws.model.docker_engine import EngineState
from ws.model.machine import Program
from ws.planning.docker_engine import state


def said(trouble: str) -> EngineState:
    return state(Program("/bin/docker", trouble=trouble))


def test_an_engine_that_says_its_version_runs() -> None:
    found = state(Program("/bin/docker", "20.10.24"))
    assert found == EngineState("running", "20.10.24 answers", version="20.10.24")


def test_without_a_docker_program_there_is_nothing_to_ask() -> None:
    found = EngineState("not-installed", "docker was not found on PATH", "install Docker")
    assert state(Program()) == found


@pytest.mark.parametrize(
    "trouble",
    [
        "it did not answer in time",
        "Error response from daemon: starting",
        "request returned 503 Service Unavailable for API route and version",
        "request returned Internal Server Error 500 Internal Server Error for API route",
    ],
)
def test_an_engine_that_is_there_and_not_ready_is_starting(trouble: str) -> None:
    found = said(trouble)
    assert (found.kind, found.detail) == ("starting", trouble)
    assert found.hint.startswith("wait")


@pytest.mark.parametrize(
    ("trouble", "hint"),
    [
        ("Cannot connect to the Docker daemon at unix:///s. Is it running?", "start it"),
        ("permission denied while trying to connect to the Docker daemon", "let yourself use it"),
        (
            'Failed to initialize: unable to resolve docker endpoint: context "x": not found',
            "choose an engine that there is",
        ),
        (
            "Error response from daemon: client version 1.99 is too new. Maximum supported API"
            " version is 1.41",
            "bring the older one up to date",
        ),
        ("something nobody has seen", "start it"),
    ],
)
def test_each_trouble_has_its_remedy(trouble: str, hint: str) -> None:
    found = said(trouble)
    assert (found.kind, found.detail, found.version) == ("error", trouble, "")
    assert found.hint.startswith(hint)
