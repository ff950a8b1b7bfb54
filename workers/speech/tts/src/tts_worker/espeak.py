"""The few calls of the eSpeak NG library that the worker needs, through ctypes."""

import ctypes
import functools
import os
import tempfile
import threading
from pathlib import Path

import espeakng_loader  # type: ignore[import-untyped]

# Values from eSpeak NG's public header, speak_lib.h.
_SYNCHRONOUS = 2  # the samples go to the callback, and Synth returns when all are made
_DONT_EXIT = 0x8000  # on failure give an error code, do not end the process
_POSITION_CHARACTER = 1
_CHARS_UTF8 = 1
_RATE = 1
_PITCH = 3
_OK = 0

# eSpeak NG keeps its data path in 160 bytes and cuts what is longer.
_LONGEST_DATA_PATH = 120

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class ESpeak:
    """The library, which has one global state: use `espeak()`, which makes only one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples = bytearray()
        # The library holds these two for good, so they must live as long as it does.
        self._callback = _Callback(self._collect)
        self._data = ShortPath(Path(espeakng_loader.get_data_path()))
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lib.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        path = os.fsencode(self._data.path)
        self.sample_rate: int = self._lib.espeak_Initialize(_SYNCHRONOUS, 0, path, _DONT_EXIT)
        if self.sample_rate <= 0:
            message = f"eSpeak NG cannot use its data at {self._data.path}"
            raise RuntimeError(message)
        self._lib.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, *, voice: str, rate: int, pitch: int) -> bytes:
        """Text in; 16-bit mono samples at `sample_rate` out."""
        data = text.encode()
        with self._lock:
            if self._lib.espeak_SetVoiceByName(voice.encode()) != _OK:
                message = f"there is no voice {voice!r}"
                raise ValueError(message)
            self._lib.espeak_SetParameter(_RATE, rate, 0)
            self._lib.espeak_SetParameter(_PITCH, pitch, 0)
            self._samples.clear()
            code = self._lib.espeak_Synth(
                data, len(data) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
            )
            if code != _OK:
                message = f"eSpeak NG gave error code {code}"
                raise RuntimeError(message)
            return bytes(self._samples)

    def _collect(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, count * 2)
        return 0  # go on


class ShortPath:
    """A directory under a path short enough for eSpeak NG: itself, or a link to it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory
        if len(os.fsencode(directory)) > _LONGEST_DATA_PATH:
            self._temporary = tempfile.TemporaryDirectory(prefix="tts-")  # gone with this object
            self.path = Path(self._temporary.name, "espeak-ng-data")
            self.path.symlink_to(directory, target_is_directory=True)


@functools.cache
def espeak() -> ESpeak:
    """Give the one eSpeak NG of this process, loaded at the first call."""
    return ESpeak()
