"""The answers: who is near, how two are tied, who matters."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graph_query_worker.worker import GraphQuery
from shared.messages import Message, Result

# ada =4= bob =4= cyd - dan, a weak direct tie ada - cyd, and eve alone.
GRAPH = {
    "nodes": [
        {"id": 1, "name": "Ada"},
        {"id": 2, "name": "Bob"},
        {"id": 3, "name": "Cyd"},
        {"id": 4, "name": "Dan"},
        {"id": "eve"},
    ],
    "edges": [
        {"source": 1, "target": 2, "weight": 4},
        {"source": 2, "target": 3, "weight": 4},
        {"source": 1, "target": 3, "weight": 1},
        {"source": 3, "target": 4},
    ],
}


def result(graph: dict[str, Any] = GRAPH, **question: Any) -> Result:
    payload = {"graph": graph, **({"question": question} if question else {})}
    return GraphQuery().answer(Message(id="1", payload=payload))


def ask(**question: Any) -> list[tuple[str, float]]:
    answer = result(**question)
    assert answer.error is None
    assert answer.payload is not None
    return [(node["name"], node["score"]) for node in answer.payload["nodes"]]


def test_neighbours_are_those_within_the_depth_nearest_first() -> None:
    assert ask(ask="neighbours", node=1) == [("Bob", 1), ("Cyd", 1)]
    assert ask(ask="neighbours", node=1, depth=2) == [
        ("Bob", 1),
        ("Cyd", 1),
        ("Dan", 2),
    ]
    assert ask(ask="neighbours", node="eve") == []


def test_the_shortest_path_goes_along_the_heaviest_ties() -> None:
    assert ask(ask="path", start=1, end=4) == [
        ("Ada", 0),
        ("Bob", 0.25),
        ("Cyd", 0.5),
        ("Dan", 1.5),
    ]


def test_nodes_that_are_not_tied_have_an_empty_path() -> None:
    assert ask(ask="path", start=1, end="eve") == []


def test_a_node_is_found_by_its_name_in_any_case() -> None:
    assert ask(ask="neighbours", node="aDa") == ask(ask="neighbours", node=1)


@pytest.mark.parametrize(
    ("measure", "first"),
    [
        ("degree", ("Bob", 8)),
        ("betweenness", ("Bob", 1 / 3)),
        ("closeness", ("Bob", 9 / 7)),
    ],
)
def test_the_most_central_node_comes_first(measure: str, first: tuple[str, float]) -> None:
    best = ask(ask="central", measure=measure, limit=2)
    assert len(best) == 2
    assert best[0] == (first[0], pytest.approx(first[1], abs=1e-6))


def test_asked_nothing_it_gives_the_nodes_of_the_highest_degree() -> None:
    assert ask() == [("Bob", 8), ("Cyd", 6), ("Ada", 5), ("Dan", 1), ("eve", 0)]


def test_pagerank_works_with_its_extra_and_without_says_what_is_missing() -> None:
    if importlib.util.find_spec("scipy"):
        scores = ask(ask="central", measure="pagerank")
        assert sum(score for _, score in scores) == pytest.approx(1, abs=1e-4)
        assert scores[-1][0] == "eve"
    else:
        assert "--extras pagerank" in str(result(ask="central", measure="pagerank").error)


@pytest.mark.parametrize(
    ("graph", "question", "why"),
    [
        (
            GRAPH,
            {"ask": "neighbours", "node": "Zoe"},
            "no nodes have the id or name 'Zoe'",
        ),
        (GRAPH, {"ask": "weather"}, "weather"),
        ({"nodes": [{}], "links": []}, {}, "no node-link graph"),
        (
            {**GRAPH, "edges": [{"source": 1, "target": 2, "weight": 0}]},
            {},
            "no node-link graph",
        ),
        ({**GRAPH, "edges": [{"source": 1, "target": 2, "weight": -1}]}, {}, "above 0"),
        ({**GRAPH, "multigraph": True}, {}, "at most one edge"),
    ],
)
def test_what_cannot_be_answered_is_an_error(
    graph: dict[str, Any], question: dict[str, Any], why: str
) -> None:
    answer = result(graph, **question)
    assert answer.status == "error"
    assert why in str(answer.error)


def test_the_console_script_answers_and_goes_on_after_a_bad_line() -> None:
    script = Path(sys.executable).with_name("graph-query-worker")
    good = json.dumps({"id": "q", "payload": {"graph": GRAPH}})
    done = subprocess.run(
        [script],
        input=f"nonsense\n{good}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["status"] for answer in results] == ["error", "ok"]
    assert results[1]["worker"] == "graph-query"
