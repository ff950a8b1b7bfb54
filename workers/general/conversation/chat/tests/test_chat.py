import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chat_worker import terms
from chat_worker.bm25 import BM25
from chat_worker.worker import Chat
from shared.messages import Message

SCRIPT = Path(sys.executable).with_name("chat-worker")
PASSAGES = [
    {"id": "tea", "text": "Tea comes from China. It is made of leaves."},
    {"id": "coffee", "text": "Coffee grows in Ethiopia. It is made of beans."},
    {
        "id": "graph",
        "text": "A graph has nodes and edges. Queries walk along the edges.",
    },
]


def ask(question: str, **more: object) -> dict[str, Any]:
    payload = {"question": question, "passages": PASSAGES, **more}
    result = Chat().answer(Message(id="1", payload=payload))
    assert result.payload, result.error
    return result.payload


@pytest.mark.parametrize(
    ("question", "passage", "answer"),
    [
        ("Where does tea come from?", "tea", "Tea comes from China."),
        ("What is made of beans?", "coffee", "It is made of beans."),
        ("What do queries do?", "graph", "Queries walk along the edges."),
    ],
)
def test_the_answer_is_the_best_sentence_of_the_best_passage(
    question: str, passage: str, answer: str
) -> None:
    reply = ask(question)
    assert (reply["passage"], reply["answer"]) == (passage, answer)
    assert reply["score"] > 0


@pytest.mark.parametrize("question", ["Who painted it?", "", "what is the"])
def test_a_question_that_no_passage_answers_has_no_answer(question: str) -> None:
    assert ask(question) == {"answer": None, "passage": None, "score": 0.0}


def test_without_passages_there_is_no_answer() -> None:
    assert ask("Where does tea come from?", passages=[])["answer"] is None


def test_a_follow_up_leans_on_the_last_question() -> None:
    assert ask("What is it made of?")["passage"] == "tea"
    assert ask("What is it made of?", history=["Where does coffee grow?"])["passage"] == "coffee"


def test_the_question_counts_more_than_the_one_before() -> None:
    assert (
        ask("And where does tea come from?", history=["Where does coffee grow?"])["passage"]
        == "tea"
    )


def test_with_stems_other_forms_of_a_word_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ask("Which one has a node?")["passage"] == "graph"
    monkeypatch.setattr(terms, "stem", str)
    assert ask("Which one has a node?")["passage"] is None


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    common, rare = BM25([["a", "b"], ["a", "c"], ["a", "d"]]).scores({"a": 1, "c": 1})[:2]
    assert rare > common > 0


def test_a_long_text_needs_more_mentions() -> None:
    long, short = BM25([["a"] + ["x"] * 20, ["a"]]).scores({"a": 1})
    assert short > long


def test_the_console_script_answers_on_stdout() -> None:
    line = json.dumps({"id": "7", "payload": {"question": "Who has edges?", "passages": PASSAGES}})
    done = subprocess.run(
        [SCRIPT], input=line, capture_output=True, text=True, check=True, timeout=30
    )
    result = json.loads(done.stdout)
    assert (result["worker"], result["payload"]["passage"]) == ("chat", "graph")
