"""Names that come together are joined, and the more often the heavier."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
from construction_worker.worker import Construction
from preprocessor_worker import prepare
from shared.messages import Message

TEXT = (
    "Ada Lovelace met Charles Babbage. Lovelace wrote to Babbage. Mary Somerville taught Lovelace."
)


def build(**payload: Any) -> nx.Graph:
    result = Construction().answer(Message(id="1", payload=payload))
    assert result.error is None
    assert result.payload is not None
    return nx.node_link_graph(result.payload["graph"], edges="edges")


def weights(graph: nx.Graph) -> dict[frozenset[str], int]:
    return {frozenset((one, other)): weight for one, other, weight in graph.edges.data("weight")}


def test_an_edge_weighs_as_much_as_sentences_with_both_names() -> None:
    assert weights(build(text=TEXT)) == {
        frozenset(("ada lovelace", "charles babbage")): 2,
        frozenset(("ada lovelace", "mary somerville")): 1,
    }


def test_a_node_has_its_name_and_number_of_mentions() -> None:
    node = build(text=TEXT).nodes["ada lovelace"]
    assert node == {"name": "Ada Lovelace", "mentions": 3}


def test_the_sentences_of_the_preprocessor_give_the_same_graph_as_the_text() -> None:
    sentences = [sentence.model_dump() for sentence in prepare(TEXT)]
    assert nx.utils.graphs_equal(build(sentences=sentences), build(text=TEXT))


def test_names_given_as_strings_are_one_node_however_written() -> None:
    graph = build(
        sentences=[
            {"text": "", "entities": ["Émile Zola", "Paris"]},
            {"text": "", "entities": ["Emile ZOLA", "PARIS", "Paris"]},
        ]
    )
    assert weights(graph) == {frozenset(("emile zola", "paris")): 2}
    assert graph.nodes["paris"]["mentions"] == 3


def test_a_wider_window_joins_names_of_neighbouring_sentences() -> None:
    text = "We saw Ada. We saw Bob. We saw Cyd."
    assert weights(build(text=text)) == {}
    assert set(weights(build(text=text, window=2))) == {
        frozenset(("ada", "bob")),
        frozenset(("bob", "cyd")),
    }
    assert len(weights(build(text=text, window=9))) == 3


def test_lighter_edges_are_left_out_and_nodes_stay() -> None:
    graph = build(text=TEXT, min_weight=2)
    assert list(weights(graph).values()) == [2]
    assert "mary somerville" in graph


def test_a_text_without_names_gives_an_empty_graph() -> None:
    assert len(build(text="")) == 0


def test_neither_or_both_sources_is_an_error() -> None:
    for payload in ({}, {"text": "x", "sentences": []}):
        result = Construction().answer(Message(id="1", payload=payload))
        assert result.status == "error"
        assert "either text or sentences" in str(result.error)


def test_the_console_script_gives_node_link_json() -> None:
    script = Path(sys.executable).with_name("construction-worker")
    line = json.dumps({"id": "1", "payload": {"text": TEXT}})
    done = subprocess.run([script], input=line + "\n", capture_output=True, text=True, check=True)
    graph = json.loads(done.stdout)["payload"]["graph"]
    assert {node["id"] for node in graph["nodes"]} == {
        "ada lovelace",
        "charles babbage",
        "mary somerville",
    }
    assert len(graph["edges"]) == 2
