"""The worker hears what tests/data/digits.wav says: one two three four five."""

import base64
import io
import json
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import pytest
from shared.messages import Message, Result
from stt_worker import audio
from stt_worker.audio import audioop
from stt_worker.worker import Listener

DIGITS = Path(__file__).parent / "data" / "digits.wav"
SAID = "one two three four five"
NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
]


def ask(**payload: Any) -> Result:
    return Listener().answer(Message(id="1", payload=payload))


def text(**payload: Any) -> str:
    result = ask(**payload)
    assert result.error is None
    assert result.payload is not None
    return str(result.payload["text"])


def changed(*, rate: int = 16_000, width: int = 2, channels: int = 1) -> str:
    """The digits in another form of WAV, as base64."""
    with wave.open(str(DIGITS)) as reader:
        samples = reader.readframes(reader.getnframes())
    samples = audioop.ratecv(samples, 2, 1, 16_000, rate, None)[0]
    samples = audioop.lin2lin(samples, 2, width)
    if width == 1:
        samples = audioop.bias(samples, 1, 128)
    if channels == 2:
        samples = audioop.tostereo(samples, width, 1, 1)
    return wav(samples, rate, width, channels)


def wav(samples: bytes, rate: int, width: int, channels: int) -> str:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, rate, 0, "NONE", "not compressed"))
        writer.writeframes(samples)
    return base64.b64encode(file.getvalue()).decode()


def test_among_the_words_listened_for_the_right_ones_are_heard() -> None:
    assert text(path=str(DIGITS), words=NUMBERS) == SAID


def test_without_words_the_language_model_hears_most_of_them() -> None:
    assert text(path=str(DIGITS)).endswith("two three four five")


def test_words_for_one_message_do_not_bind_the_next() -> None:
    free = text(path=str(DIGITS))
    assert set(text(path=str(DIGITS), words=["yes", "no"]).split()) <= {"yes", "no"}
    assert text(path=str(DIGITS), words=NUMBERS) == SAID
    assert text(path=str(DIGITS)).split()[1:] == free.split()[1:]


def test_the_words_come_in_order_with_their_times() -> None:
    result = ask(path=str(DIGITS), words=NUMBERS).payload
    assert result is not None
    times = [time for word in result["words"] for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= result["seconds"] + 0.05


@pytest.mark.parametrize(
    "form",
    [
        {"rate": 22_050},
        {"rate": 48_000},
        {"width": 1},
        {"width": 4},
        {"rate": 44_100, "channels": 2},
    ],
)
def test_other_rates_widths_and_stereo_are_heard_alike(form: dict[str, int]) -> None:
    assert text(wav=changed(**form), words=NUMBERS) == SAID


def test_both_ways_to_resample_are_heard_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    assert audio.HAS_SOXR
    assert text(wav=changed(rate=22_050), words=NUMBERS) == SAID
    monkeypatch.setattr(audio, "HAS_SOXR", False)
    assert text(wav=changed(rate=22_050), words=NUMBERS) == SAID


def test_silence_is_an_empty_text() -> None:
    assert text(wav=wav(bytes(32_000), 16_000, 2, 1), words=NUMBERS) == ""


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({}, "either wav or path"),
        ({"wav": "AAAA", "path": "x.wav"}, "either wav or path"),
        ({"wav": base64.b64encode(b"no wav").decode()}, "not a PCM WAV"),
        ({"wav": "!"}, "not base64"),
        ({"path": "no/such.wav"}, "no/such.wav"),
        ({"path": str(DIGITS), "words": ["qwrtz"]}, "does not know: qwrtz"),
    ],
)
def test_what_cannot_be_heard_is_an_error_that_says_why(payload: dict[str, Any], why: str) -> None:
    result = ask(**payload)
    assert result.status == "error"
    assert why in str(result.error)


def test_the_console_script_prints_nothing_but_results() -> None:
    script = Path(sys.executable).with_name("stt-worker")
    line = json.dumps({"id": "a", "payload": {"path": str(DIGITS), "words": NUMBERS}})
    done = subprocess.run([script], input=line + "\n", capture_output=True, text=True, check=True)
    (result,) = map(json.loads, done.stdout.splitlines())
    assert (result["id"], result["worker"], result["payload"]["text"]) == (
        "a",
        "stt",
        SAID,
    )
