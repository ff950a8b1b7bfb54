"""Text in, a WAV out."""

import base64
import io
import wave
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from shared.worker import Worker

from tts_worker.espeak import espeak


class Text(BaseModel):
    """What to say, and how; with `path`, the WAV goes to that file."""

    text: Annotated[
        str,
        # No NUL: the C library would end the text there.
        StringConstraints(
            strip_whitespace=True,
            min_length=1,
            max_length=100_000,
            pattern=r"^[^\x00]*$",
        ),
    ]
    voice: str = Field(default="en-us", pattern=r"^[A-Za-z0-9-]+(\+[A-Za-z0-9-]+)?$")
    rate: int = Field(default=175, ge=80, le=450, description="words per minute")
    pitch: int = Field(default=50, ge=0, le=99)
    path: Path | None = None


class Speech(BaseModel):
    """The WAV (16-bit mono) in base64, or the path it was written to."""

    seconds: float
    sample_rate: int
    wav: str | None = None
    path: Path | None = None


class Speaker(Worker[Text, Speech]):
    """Says a text with eSpeak NG."""

    name = "tts"
    request = Text

    def handle(self, request: Text) -> Speech:
        """Text in; speech out, in the reply or in the file the request names."""
        engine = espeak()
        samples = engine.speak(
            request.text, voice=request.voice, rate=request.rate, pitch=request.pitch
        )
        if not samples:
            message = "there is nothing to say in this text"
            raise ValueError(message)
        wav = to_wav(samples, engine.sample_rate)
        speech = Speech(
            seconds=round(len(samples) / 2 / engine.sample_rate, 3),
            sample_rate=engine.sample_rate,
        )
        if request.path is None:
            speech.wav = base64.b64encode(wav).decode()
        else:
            request.path.write_bytes(wav)
            speech.path = request.path
        return speech


def to_wav(samples: bytes, sample_rate: int) -> bytes:
    """16-bit mono samples in; a whole WAV file out."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate)
        writer.writeframes(samples)
    return file.getvalue()


main = Speaker.main
