import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chunker_worker.sentences import TOKEN, sentences
from chunker_worker.worker import Chunker
from hypothesis import given
from hypothesis import strategies as st
from shared.messages import Message, Result

SCRIPT = Path(sys.executable).with_name("chunker-worker")


def answer(text: str, **numbers: int) -> Result:
    return Chunker().answer(Message(id="1", payload={"text": text, **numbers}))


def chunks(text: str, **numbers: int) -> list[dict[str, Any]]:
    result = answer(text, **numbers)
    assert result.payload, result.error
    return list(result.payload["chunks"])


def texts(text: str, **numbers: int) -> list[str]:
    return [chunk["text"] for chunk in chunks(text, **numbers)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("Dr. A. Smith paid 3.50 e.g. twice.", ["Dr. A. Smith paid 3.50 e.g. twice."]),
        ("A heading\n\nA paragraph", ["A heading", "A paragraph"]),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert [text[one.start : one.end] for one in sentences(text)] == expected


def test_a_chunk_holds_as_many_whole_sentences_as_fit() -> None:
    assert texts("A b. C d. E f.", max_tokens=6, overlap=0) == ["A b. C d.", "E f."]


def test_the_next_chunk_repeats_the_last_sentences_that_fit_the_overlap() -> None:
    assert texts("A b. C d. E f.", max_tokens=6, overlap=3) == [
        "A b. C d.",
        "C d. E f.",
    ]


def test_a_sentence_above_the_budget_is_cut_between_tokens() -> None:
    assert texts("one two three four five", max_tokens=2, overlap=0) == [
        "one two",
        "three four",
        "five",
    ]


def test_an_overlap_as_large_as_the_chunk_is_refused() -> None:
    assert "overlap must be smaller" in (answer("a", max_tokens=5, overlap=5).error or "")


def test_a_small_budget_alone_lowers_the_default_overlap() -> None:
    assert answer("a b c", max_tokens=2).status == "ok"


@given(st.text(alphabet="aB .!?\n,ä"), st.integers(1, 12), st.data())
def test_every_chunk_is_in_the_budget_and_no_token_is_lost(
    text: str, most: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, most - 1))
    found = chunks(text, max_tokens=most, overlap=overlap)
    for chunk in found:
        assert chunk["text"] == text[chunk["start"] : chunk["end"]]
        assert 1 <= chunk["tokens"] == len(TOKEN.findall(chunk["text"])) <= most
    for one, other in pairwise(found):
        assert one["start"] < other["start"]
        assert one["end"] < other["end"]
        assert len(TOKEN.findall(text, other["start"], max(one["end"], other["start"]))) <= overlap
    for token in TOKEN.finditer(text):
        assert any(one["start"] <= token.start() and token.end() <= one["end"] for one in found)


def test_the_console_script_answers_on_stdout() -> None:
    line = json.dumps({"id": "7", "payload": {"text": "One. Two."}})
    done = subprocess.run(
        [SCRIPT], input=line, capture_output=True, text=True, check=True, timeout=30
    )
    assert json.loads(done.stdout) == {
        "id": "7",
        "worker": "chunker",
        "status": "ok",
        "payload": {"chunks": [{"text": "One. Two.", "start": 0, "end": 9, "tokens": 4}]},
        "error": None,
    }
