"""WAVs as they come, to the one form the recogniser wants: 16-bit mono at 16 kHz."""

import io
import warnings
import wave

with warnings.catch_warnings():
    # Deprecated in the standard library; from Python 3.13 on it is audioop-lts.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

try:  # the extra "soxr"
    import numpy as np
    import soxr  # type: ignore[import-untyped]
except ImportError:
    HAS_SOXR = False
else:
    HAS_SOXR = True

RATE = 16_000
_WIDTH = 2
_RATES = range(8_000, 192_001)


def read_wav(data: bytes) -> bytes:
    """Bytes of a PCM WAV, mono or stereo, in; 16-bit mono samples at 16 kHz out."""
    try:
        with wave.open(io.BytesIO(data)) as reader:
            channels, width, rate, count, *_ = reader.getparams()
            samples = reader.readframes(count)
    except (wave.Error, EOFError) as error:
        message = f"not a PCM WAV: {error or 'it ends too early'}"
        raise ValueError(message) from error
    if channels not in (1, 2) or rate not in _RATES:
        message = f"cannot read a WAV of {channels} channels at {rate} Hz"
        raise ValueError(message)
    samples = samples[: len(samples) - len(samples) % (channels * width)]
    if width == 1:  # the only width that WAV stores unsigned
        samples = audioop.bias(samples, 1, -128)
    samples = audioop.lin2lin(samples, width, _WIDTH)
    if channels == 2:
        samples = audioop.tomono(samples, _WIDTH, 0.5, 0.5)
    return samples if rate == RATE else resample(samples, rate)


def resample(samples: bytes, rate: int) -> bytes:
    """Bring 16-bit mono samples to 16 kHz: with soxr if installed, else linearly."""
    if not HAS_SOXR:
        return audioop.ratecv(samples, _WIDTH, 1, rate, RATE, None)[0]
    resampled: bytes = soxr.resample(np.frombuffer(samples, "int16"), rate, RATE).tobytes()
    return resampled
