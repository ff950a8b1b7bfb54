"""The vectors: of length 1, the same everywhere, near for texts that are alike."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from processor_worker.hashing import embed
from processor_worker.worker import Processor, Texts
from shared.messages import Message


def alike(one: str, other: str, dimension: int = 1024) -> float:
    first, second = embed([one, other], dimension)
    return float(first @ second)


@pytest.mark.parametrize("dimension", [8, 256, 1000])
def test_a_vector_has_the_dimension_asked_for_and_length_one(dimension: int) -> None:
    reply = Processor().handle(Texts(texts=["A first text.", "Another"], dimension=dimension))
    assert [len(vector) for vector in reply.vectors] == [dimension, dimension]
    assert np.linalg.norm(reply.vectors, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_a_text_without_words_has_the_zero_vector() -> None:
    assert not embed(["", " ... "], 16).any()


def test_case_order_and_unicode_form_of_the_words_do_not_matter() -> None:
    assert alike("Café du Monde", "MONDE DU CAFE\u0301") == pytest.approx(1)


def test_texts_that_share_words_or_stems_are_nearer_than_others() -> None:
    text = "The worker connects graphs."
    assert alike(text, "A connected graph worker") > 0.3
    assert abs(alike(text, "Rain is expected by evening")) < 0.15
    assert alike(text, text) == pytest.approx(1)


def test_the_vector_of_a_text_does_not_depend_on_the_texts_beside_it() -> None:
    assert (embed(["one", "two"], 64)[1] == embed(["two"], 64)[0]).all()


def test_no_texts_or_a_senseless_dimension_is_an_error() -> None:
    for payload in ({"texts": []}, {"texts": ["a"], "dimension": 0}, {}):
        assert Processor().answer(Message(id="1", payload=payload)).status == "error"


def test_two_processes_of_the_console_script_give_the_same_vectors() -> None:
    script = Path(sys.executable).with_name("processor-worker")
    line = '{"id": "7", "payload": {"texts": ["one and the same"], "dimension": 32}}\n'
    outputs = [
        subprocess.run([script], input=line, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert outputs[0] == outputs[1]
    result = json.loads(outputs[0])
    assert (result["id"], result["status"], len(result["payload"]["vectors"][0])) == (
        "7",
        "ok",
        32,
    )
