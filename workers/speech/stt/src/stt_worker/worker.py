"""A WAV in, its text out."""

import binascii
from base64 import b64decode
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from shared.worker import Worker

from stt_worker.audio import RATE, read_wav
from stt_worker.recogniser import recogniser


class Audio(BaseModel):
    """A PCM WAV, in base64 or as a path; `words`, if given, are all that is heard."""

    wav: str | None = None
    path: Path | None = None
    words: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z'.-]*$")]] | None = (
        Field(default=None, min_length=1)
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.wav is None) == (self.path is None):
            message = "give either wav or path"
            raise ValueError(message)
        return self

    def read(self) -> bytes:
        """Give the bytes of the WAV."""
        if self.path is not None:
            return self.path.read_bytes()
        try:
            return b64decode(self.wav or "", validate=True)
        except binascii.Error as error:
            message = f"wav is not base64: {error}"
            raise ValueError(message) from error


class Word(BaseModel):
    """One word, when it was said (in seconds), and how sure that is (0 to 1)."""

    word: str
    start: float
    end: float
    confidence: float


class Transcript(BaseModel):
    """What was said; an empty text if nothing was heard."""

    text: str
    words: list[Word]
    seconds: float


class Listener(Worker[Audio, Transcript]):
    """Recognises English speech with PocketSphinx."""

    name = "stt"
    request = Audio

    def handle(self, request: Audio) -> Transcript:
        """A WAV in; its text out, with the time of each word."""
        samples = read_wav(request.read())
        heard = recogniser().recognise(samples, request.words)
        return Transcript(
            text=" ".join(word.word for word in heard),
            words=[Word(**vars(word)) for word in heard],
            seconds=round(len(samples) / 2 / RATE, 3),
        )


main = Listener.main
