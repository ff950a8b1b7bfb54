"""The nearest items come first, for vectors and for texts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shared.messages import Message
from vector_query_worker.worker import Query, VectorQuery

ITEMS = [
    {"id": "east", "vector": [2, 0]},
    {"id": "north", "vector": [0, 1]},
    {"id": "north-east", "vector": [3, 3]},
    {"id": "west", "vector": [-1, 0]},
]
TEXTS = [
    {"id": "a", "text": "The connector joins several graphs into one"},
    {"id": "b", "text": "Speech is recognised offline"},
    {"id": "c", "text": "The chunker cuts long documents"},
]


def find(**query: Any) -> list[tuple[str, float]]:
    matches = VectorQuery().handle(Query.model_validate(query)).matches
    return [(match.id, match.score) for match in matches]


def test_items_come_by_cosine_whatever_their_length() -> None:
    found = find(vector=[5, 0], items=ITEMS)
    assert [name for name, _ in found] == ["east", "north-east", "north", "west"]
    assert [score for _, score in found] == pytest.approx([1, 0.5**0.5, 0, -1], abs=1e-6)


def test_limit_and_lowest_cosine_bound_the_matches() -> None:
    assert [name for name, _ in find(vector=[1, 0], items=ITEMS, limit=2)] == [
        "east",
        "north-east",
    ]
    assert [name for name, _ in find(vector=[1, 0], items=ITEMS, at_least=0.9)] == ["east"]


def test_equal_items_keep_their_order() -> None:
    items = [{"id": str(number), "vector": [1, 1]} for number in range(20)]
    assert [name for name, _ in find(vector=[1, 0], items=items, limit=20)] == [
        item["id"] for item in items
    ]


def test_a_vector_without_length_is_near_to_nothing() -> None:
    assert find(vector=[0, 0], items=ITEMS[:1]) == [("east", 0)]


def test_a_text_finds_the_text_with_words_like_its_own() -> None:
    assert find(text="connecting a graph", items=TEXTS)[0][0] == "a"
    assert find(text="SPEECH recognition", items=TEXTS)[0][0] == "b"
    assert find(text=TEXTS[2]["text"], items=TEXTS, limit=1) == [("c", pytest.approx(1))]


def test_words_in_every_text_weigh_less_than_rare_ones() -> None:
    items = [
        {"id": "1", "text": "report on rain"},
        {"id": "2", "text": "report on snow"},
    ]
    found = dict(find(text="report snow", items=items))
    assert found["2"] > found["1"]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({"items": ITEMS}, "either vector or text"),
        ({"vector": [1, 0], "text": "x", "items": ITEMS}, "either vector or text"),
        ({"vector": [1, 0, 0], "items": ITEMS}, "dimension 3"),
        ({"text": "x", "items": ITEMS}, "no text"),
        ({"vector": [1], "items": []}, "items"),
    ],
)
def test_what_cannot_be_compared_is_an_error(payload: dict[str, Any], why: str) -> None:
    result = VectorQuery().answer(Message(id="1", payload=payload))
    assert result.status == "error"
    assert why in str(result.error)


def test_the_console_script_answers_and_goes_on_after_a_bad_line() -> None:
    script = Path(sys.executable).with_name("vector-query-worker")
    good = json.dumps({"id": "q", "payload": {"vector": [1, 0], "items": ITEMS, "limit": 1}})
    done = subprocess.run(
        [script], input=f"{{\n{good}\n", capture_output=True, text=True, check=True
    )
    bad, result = map(json.loads, done.stdout.splitlines())
    assert bad["status"] == "error"
    assert result == {
        "id": "q",
        "worker": "vector-query",
        "status": "ok",
        "payload": {"matches": [{"id": "east", "score": 1.0, "text": None}]},
        "error": None,
    }
