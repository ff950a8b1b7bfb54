"""PocketSphinx, loaded once, with its English model or a list of words to hear."""

import functools
from dataclasses import dataclass

from pocketsphinx import Decoder  # type: ignore[import-untyped]

_FREE = "_default"  # PocketSphinx's name for the search with its language model
_WORDS = "words"


@dataclass(frozen=True)
class Heard:
    """One word: when it was said, in seconds, and how sure that is (0 to 1)."""

    word: str
    start: float
    end: float
    confidence: float


class Recogniser:
    """Recognises 16-bit mono samples at 16 kHz; slow to make, see `recogniser()`."""

    def __init__(self) -> None:
        self._decoder = Decoder(loglevel="FATAL")
        self._frames_per_second: int = self._decoder.config["frate"]

    def recognise(self, samples: bytes, words: list[str] | None = None) -> list[Heard]:
        """Samples in; the words heard out: with `words`, only such."""
        self._listen_for(words)
        decoder = self._decoder
        decoder.start_utt()
        try:
            decoder.process_raw(samples, full_utt=True)
        finally:
            decoder.end_utt()
        if decoder.hyp() is None:
            return []
        return [
            Heard(
                word=segment.word.partition("(")[0],  # "where(2)" is another way to say "where"
                start=segment.start_frame / self._frames_per_second,
                end=(segment.end_frame + 1) / self._frames_per_second,
                confidence=round(min(segment.prob, 1.0), 3),
            )
            for segment in decoder.seg()
            if segment.word[0] not in "<["  # silence and noise
        ]

    def _listen_for(self, words: list[str] | None) -> None:
        if not words:
            self._decoder.activate_search(_FREE)
            return
        words = [word.lower() for word in words]
        unknown = [word for word in words if self._decoder.lookup_word(word) is None]
        if unknown:
            message = f"words the recogniser does not know: {', '.join(unknown)}"
            raise ValueError(message)
        grammar = f"#JSGF V1.0; grammar words; public <words> = ( {' | '.join(words)} )+;"
        self._decoder.add_jsgf_string(_WORDS, grammar)  # takes the place of the one before
        self._decoder.activate_search(_WORDS)


@functools.cache
def recogniser() -> Recogniser:
    """Give the one recogniser of this process, loaded at the first call."""
    return Recogniser()
