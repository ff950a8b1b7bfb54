"""Streams that end before `ws` does."""

from __future__ import annotations

import os
import sys


def forget_stdout() -> None:
    """Let go of a stdout that nobody reads, so that Python does not fail on it at its end.

    Python docs, `signal`, "Note on SIGPIPE".
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
