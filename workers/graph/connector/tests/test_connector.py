"""Graphs become one; what is alike is merged, what is not is kept apart."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from connector_worker.worker import Connector
from shared.messages import Message


def graph(*edges: tuple[str, str, int], **mentions: int) -> dict[str, Any]:
    """Node-link JSON of a graph whose ids are its names in small letters."""
    names = dict.fromkeys(name for one, other, _ in edges for name in (one, other))
    return {
        "nodes": [
            {"id": name.lower(), "name": name, "mentions": mentions.get(name, 1)} for name in names
        ],
        "edges": [
            {"source": one.lower(), "target": other.lower(), "weight": weight}
            for one, other, weight in edges
        ],
    }


def named(*names: str) -> dict[str, Any]:
    return {
        "nodes": [{"id": number, "name": name} for number, name in enumerate(names)],
        "edges": [],
    }


def join(*graphs: dict[str, Any], **options: Any) -> tuple[nx.Graph, list[dict[str, Any]]]:
    result = Connector().answer(Message(id="1", payload={"graphs": graphs, **options}))
    assert result.error is None
    assert result.payload is not None
    return nx.node_link_graph(result.payload["graph"], edges="edges"), result.payload["merged"]


def test_same_names_become_one_node_and_counts_add_up() -> None:
    joined, merged = join(
        graph(("Ada", "Bob", 2), Ada=3),
        graph(("Bob", "Ada", 5), ("Ada", "Cyd", 1), Ada=4),
    )
    assert set(joined) == {"ada", "bob", "cyd"}
    assert joined.nodes["ada"] == {"name": "Ada", "mentions": 7}
    assert joined.edges["ada", "bob"]["weight"] == 7
    assert joined.edges["ada", "cyd"]["weight"] == 1
    assert [(merge["graph"], merge["id"], merge["into"]) for merge in merged] == [
        (1, "bob", "bob"),
        (1, "ada", "ada"),
    ]


def test_case_punctuation_order_and_small_slips_do_not_matter() -> None:
    joined, merged = join(
        named("Ada Lovelace", "Charles Babbage"),
        named("LOVELACE, Ada", "Charles Babage"),
    )
    assert [data["name"] for _, data in joined.nodes.data()] == [
        "Ada Lovelace",
        "Charles Babbage",
    ]
    assert [(merge["name"], merge["into"]) for merge in merged] == [
        ("LOVELACE, Ada", 0),
        ("Charles Babage", 1),
    ]
    assert merged[0]["score"] == 100 > merged[1]["score"] >= 90


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Apollo 11", "Apollo 12"),
        ("World War I", "World War II"),
        ("Ann", "Anna"),
        ("!", "?"),
    ],
)
def test_what_only_looks_alike_is_kept_apart(one: str, other: str) -> None:
    joined, merged = join(named(one), named(other))
    assert len(joined) == 2
    assert merged == []


def test_the_threshold_decides() -> None:
    assert len(join(named("Jon Smith"), named("John Smyth"), threshold=95)[0]) == 2
    assert len(join(named("Jon Smith"), named("John Smyth"), threshold=75)[0]) == 1


def test_one_id_for_two_names_becomes_two_nodes() -> None:
    joined, merged = join(named("Ada"), named("Zoë"), named("Kim"))
    assert {data["name"] for _, data in joined.nodes.data()} == {"Ada", "Zoë", "Kim"}
    assert merged == []


def test_an_edge_between_nodes_that_become_one_is_dropped() -> None:
    joined, merged = join(graph(("Ada Lovelace", "Lovelace Ada", 1)))
    assert len(merged) == 1
    assert joined.number_of_edges() == 0


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"nodes": [], "edges": [], "directed": True}, "graph 1 is directed"),
        ({"nodes": [{"id": 1}]}, "graph 1 is no node-link JSON"),
        ({"nodes": 3, "edges": []}, "graph 1 is no node-link JSON"),
    ],
)
def test_a_graph_that_cannot_be_joined_is_an_error_that_names_it(
    bad: dict[str, Any], why: str
) -> None:
    result = Connector().answer(Message(id="1", payload={"graphs": [named("Ada"), bad]}))
    assert result.status == "error"
    assert why in str(result.error)


def test_the_console_script_joins_and_reads_links_of_old() -> None:
    script = Path(sys.executable).with_name("connector-worker")
    old = {
        "nodes": [{"id": "x"}, {"id": "y"}],
        "links": [{"source": "x", "target": "y"}],
    }
    line = json.dumps({"id": "1", "payload": {"graphs": [old, old]}})
    done = subprocess.run([script], input=line + "\n", capture_output=True, text=True, check=True)
    payload = json.loads(done.stdout)["payload"]
    assert [node["id"] for node in payload["graph"]["nodes"]] == ["x", "y"]
    assert payload["graph"]["edges"] == [{"weight": 2, "source": "x", "target": "y"}]
    assert len(payload["merged"]) == 2
