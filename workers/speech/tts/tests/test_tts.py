"""The worker speaks: real audio, not silence, as asked."""

import array
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
from tts_worker import espeak
from tts_worker.worker import Speaker


def ask(**payload: Any) -> Result:
    return Speaker().answer(Message(id="1", payload=payload))


def say(text: str, **options: Any) -> dict[str, Any]:
    result = ask(text=text, **options)
    assert result.error is None
    assert result.payload is not None
    return result.payload


def samples(wav: bytes) -> list[int]:
    with wave.open(io.BytesIO(wav)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth()) == (1, 2)
        return array.array("h", reader.readframes(reader.getnframes())).tolist()


def test_the_wav_in_the_reply_holds_sound_as_long_as_it_says() -> None:
    speech = say("Good morning.")
    sound = samples(base64.b64decode(speech["wav"]))
    assert max(sound) > 3000
    assert abs(len(sound) / speech["sample_rate"] - speech["seconds"]) < 0.001
    assert speech["path"] is None


def test_a_path_receives_the_file_and_the_reply_names_it(tmp_path: Path) -> None:
    path = tmp_path / "hello.wav"
    speech = say("Hello.", path=str(path))
    assert (speech["path"], speech["wav"]) == (str(path), None)
    assert max(samples(path.read_bytes())) > 3000


def test_many_calls_in_one_process_do_not_disturb_each_other() -> None:
    # The library carries the phase of the voice on, so lengths differ by some samples.
    first = say("one two three")["seconds"]
    for _ in range(5):
        other = say("quatre cinq six", voice="fr", rate=300, pitch=80)["seconds"]
        assert other < 0.8 * first
        assert say("one two three")["seconds"] == pytest.approx(first, rel=0.01)


def test_a_higher_rate_gives_shorter_speech() -> None:
    text = "The quick brown fox jumps over the lazy dog."
    assert say(text, rate=300)["seconds"] < 0.7 * say(text, rate=150)["seconds"]


def test_a_long_text_is_said_whole() -> None:
    short, long = (
        say("A sentence to say.")["seconds"],
        say("A sentence to say. " * 60)["seconds"],
    )
    assert long > 50 * short


def test_an_unknown_voice_is_an_error_and_the_next_message_is_answered() -> None:
    assert ask(text="Hello.", voice="xx-klingon").status == "error"
    assert ask(text="Hello.").status == "ok"


def test_an_empty_text_is_an_error() -> None:
    assert ask(text="  \n ").status == "error"


def test_a_data_path_too_long_for_the_library_is_reached_through_a_short_one(
    tmp_path: Path,
) -> None:
    deep = tmp_path.joinpath(*["directory"] * 20)
    deep.mkdir(parents=True)
    (deep / "voice").write_text("here")
    short = espeak.ShortPath(deep)
    assert len(str(short.path)) <= 120 < len(str(deep))
    assert (short.path / "voice").read_text() == "here"


def test_the_console_script_answers_line_by_line() -> None:
    script = Path(sys.executable).with_name("tts-worker")
    lines = [
        '{"id": "a", "payload": {"text": "Hello."}}',
        "no json",
        '{"id": "b", "payload": {"text": "Bye."}}',
    ]
    done = subprocess.run(
        [script], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["status"] for result in results] == ["ok", "error", "ok"]
    assert results[2]["id"] == "b"
    assert max(samples(base64.b64decode(results[2]["payload"]["wav"]))) > 3000
