"""Sentences are clean, and names are found as people would name them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from preprocessor_worker import clean, normalise, prepare, split
from preprocessor_worker.worker import Preprocessor
from shared.messages import Message


def names(text: str) -> list[list[str]]:
    return [[entity.name for entity in sentence.entities] for sentence in prepare(text)]


def test_cleaning_mends_encoding_hyphens_marks_and_space() -> None:
    assert (
        clean("The cafÃ©  was recog-\nnised [12] .\n\n\nNext\tone")
        == "The café was recognised .\n\nNext one"
    )


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "Mr. Smith met J. R. Jones. They spoke.",
            ["Mr. Smith met J. R. Jones.", "They spoke."],
        ),
        ("It costs 3.50 now. e.g. this", ["It costs 3.50 now. e.g. this"]),
        (
            "“Stop!” he said. “Why?” Nobody knew.",
            ["“Stop!” he said.", "“Why?”", "Nobody knew."],
        ),
        ("A heading\n\nIts text.", ["A heading", "Its text."]),
        ("", []),
    ],
)
def test_sentences_end_where_they_should(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_names_are_capitalised_spans_without_the_words_around_them() -> None:
    assert names("In Paris the Bank of England bought Acme Ltd. from Ludwig van Beethoven.") == [
        ["Paris", "Bank of England", "Acme Ltd", "Ludwig van Beethoven"]
    ]


def test_a_common_word_at_the_start_of_a_sentence_is_no_name() -> None:
    assert names("The dog ran. Dogs bark at Rome. All dogs do.") == [[], ["Rome"], []]
    assert names("Visit London. You must visit it.") == [["London"], []]


def test_capitals_of_other_alphabets_count_and_their_small_letters_do_not() -> None:
    assert names("We flew to Łódź and Ωμέγα, not to ślepa ulica. Москва called.") == [
        ["Łódź", "Ωμέγα"],
        ["Москва"],
    ]


def test_a_surname_stands_for_the_only_full_name_that_ends_with_it() -> None:
    text = "Ada Lovelace met Babbage. Lovelace’s notes pleased Charles Babbage."
    assert names(text) == [
        ["Ada Lovelace", "Charles Babbage"],
        ["Ada Lovelace", "Charles Babbage"],
    ]
    assert names("Ann Bell met Tom Bell. Bell spoke.")[1] == ["Bell"]


def test_all_ways_to_write_a_name_have_one_key() -> None:
    assert {normalise(name) for name in ("Dr. Émile Zola", "EMILE ZOLA", "Émile  Zola’s"[:-2])} == {
        "emile zola"
    }
    assert normalise("The Acme Co. Ltd.") == normalise("ACME") == "acme"
    assert normalise("U.S.A.") == "usa"
    assert normalise("The Company") != ""


def test_entities_keep_what_was_written() -> None:
    (entity,) = prepare("We saw Dr. Bohr.")[0].entities
    assert (entity.text, entity.name, entity.key) == ("Dr. Bohr", "Dr. Bohr", "bohr")


def test_a_payload_without_text_is_an_error() -> None:
    assert Preprocessor().answer(Message(id="1", payload={"body": "x"})).status == "error"


def test_the_console_script_gives_sentences_and_counts_names() -> None:
    script = Path(sys.executable).with_name("preprocessor-worker")
    line = json.dumps({"id": "1", "payload": {"text": "Ada met Bob. Then Bob left Ada in Århus."}})
    done = subprocess.run([script], input=line + "\n", capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    assert result["status"] == "ok"
    assert result["payload"]["names"] == {"Ada": 2, "Bob": 2, "Århus": 1}
    assert [sentence["text"] for sentence in result["payload"]["sentences"]] == [
        "Ada met Bob.",
        "Then Bob left Ada in Århus.",
    ]
