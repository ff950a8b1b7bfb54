import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from enricher_worker.dates import dates
from enricher_worker.keywords import keywords
from enricher_worker.languages import FOLDER, guess, read
from enricher_worker.worker import Enricher
from shared.messages import Message

SCRIPT = Path(sys.executable).with_name("enricher-worker")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the cat sat on the mat and looked at me", "en"),
        ("die Katze saß auf der Matte und sah mich an", "de"),
        ("le chat est sur la table et il dort dans le soleil", "fr"),
        ("el gato está en la mesa y los perros no", "es"),
        ("il gatto è sul tavolo e i cani sono nella casa", "it"),
        ("de kat zat op het kleed en keek naar mij", "nl"),
        ("42 17", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_by_small_words(text: str, language: str | None) -> None:
    assert guess(text.lower().split()) == language


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A folder such as `words` beside the sources, which an image for tests does not have."""
    (tmp_path / "sv.txt").write_text("och på mig såg satt som är", encoding="utf-8")
    return tmp_path


def test_more_languages_come_from_a_folder(words: Path) -> None:
    assert {"en", "sv"} <= set(read(str(words)))
    assert set(read("")) == {"en", "de", "fr", "es", "it", "nl"}


def test_the_program_knows_the_languages_of_the_folder_that_it_is_told(words: Path) -> None:
    line = '{"id": "1", "payload": {"text": "katten satt på mattan och såg på mig"}}\n'
    environ = {**os.environ, FOLDER: str(words)}
    ran = subprocess.run(
        [SCRIPT], input=line, env=environ, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout)["payload"]["language"] == "sv"


def test_keywords_are_runs_between_stop_words_and_marks() -> None:
    text = "Graph databases store the nodes. Graph databases, and queries."
    stop = frozenset({"the", "and"})
    assert keywords(text, stop, 2) == [
        ("graph databases store", 8.0),
        ("graph databases", 5.0),
    ]
    assert "queries" in dict(keywords(text, stop, 9))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on 2024-02-29.", [date(2024, 2, 29)]),
        ("am 03.04.2024", [date(2024, 4, 3)]),
        ("3 April 2024 and May 1st, 1999", [date(2024, 4, 3), date(1999, 5, 1)]),
        ("31 June 2024, 2023-02-29, 99.99.2024", []),
        ("call 2024-01-011 or 12024-01-01", []),
        ("May I have 2000 of these?", []),
    ],
)
def test_only_real_dates_are_found(text: str, found: list[date]) -> None:
    assert [day for _, day in dates(text)] == found


def test_an_empty_text_has_nothing_to_tell() -> None:
    result = Enricher().answer(Message(id="1", payload={"text": ""}))
    assert result.payload == {
        "language": None,
        "words": 0,
        "reading_seconds": 0,
        "keywords": [],
        "dates": [],
    }


def test_reading_time_is_rounded_up_from_230_words_a_minute() -> None:
    result = Enricher().answer(Message(id="1", payload={"text": "word " * 231}))
    assert result.payload
    assert result.payload["reading_seconds"] == 61


def test_the_console_script_answers_on_stdout() -> None:
    line = json.dumps(
        {"id": "7", "payload": {"text": "The release is on 1 May 2024.", "keywords": 1}}
    )
    done = subprocess.run(
        [SCRIPT], input=line, capture_output=True, text=True, check=True, timeout=30
    )
    assert json.loads(done.stdout)["payload"] == {
        "language": "en",
        "words": 7,
        "reading_seconds": 2,
        "keywords": [{"phrase": "release", "score": 1.0}],
        "dates": [{"text": "1 May 2024", "date": "2024-05-01"}],
    }
