import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from router_worker.worker import Router, own_routes
from shared.messages import Message, Result

SCRIPT = Path(sys.executable).with_name("router-worker")


def answer(utterance: str, **more: object) -> Result:
    return Router().answer(Message(id="1", payload={"utterance": utterance, **more}))


def route(utterance: str, **more: object) -> dict[str, Any]:
    result = answer(utterance, **more)
    assert result.payload, result.error
    return result.payload


@pytest.mark.parametrize(
    ("utterance", "worker"),
    [
        ("Please read it aloud!", "tts"),
        ("how much disk space do we have left?", "infrastructure-manager"),
        ("split this long text into chunks", "chunker"),
        ("transcribe my recording", "stt"),
        ("what langauge is this written in", "enricher"),
        ("find the shortest path between these in the graph", "graph-query"),
    ],
)
def test_an_utterance_goes_to_the_worker_with_the_example_most_like_it(
    utterance: str, worker: str
) -> None:
    assert route(utterance)["worker"] == worker


@pytest.mark.parametrize("utterance", ["bananas", "", "?!"])
def test_what_is_like_no_example_goes_nowhere(utterance: str) -> None:
    found = route(utterance)
    assert (found["worker"], found["example"]) == (None, None)


def test_an_example_itself_has_the_full_score() -> None:
    for worker, examples in own_routes().items():
        for example in examples:
            found = route(example.upper() + "!")
            assert (found["worker"], found["score"]) == (worker, 100.0)


def test_the_next_best_workers_are_named() -> None:
    routes = {"a": ["open the door"], "b": ["open the window"], "c": ["sing"], "d": []}
    found = route("open the door", routes=routes)
    assert [found["worker"], *(one["worker"] for one in found["others"])] == [
        "a",
        "b",
        "c",
    ]


def test_the_threshold_decides_what_is_like_enough() -> None:
    routes = {"a": ["open the door"]}
    assert route("close the door", routes=routes, threshold=50)["worker"] == "a"
    assert route("close the door", routes=routes, threshold=95)["worker"] is None
    assert answer("x", threshold=101).status == "error"


def test_without_routes_nothing_is_found() -> None:
    assert route("read it aloud", routes={}) == {
        "worker": None,
        "score": 0.0,
        "example": None,
        "others": [],
    }


def test_the_console_script_answers_on_stdout() -> None:
    line = json.dumps({"id": "7", "payload": {"utterance": "read it aloud"}})
    done = subprocess.run(
        [SCRIPT], input=line, capture_output=True, text=True, check=True, timeout=30
    )
    result = json.loads(done.stdout)
    assert (result["worker"], result["payload"]["worker"]) == ("router", "tts")
