"""Work that Ctrl-C must not cut in two."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_ENDS = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C, and polite ends, wait until the block is over; what is ignored stays so.

    Programs that the block starts hear them as ever. Only the main thread is interrupted by a
    signal, so in any other one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    before = {}
    try:
        for each in (getattr(signal, name) for name in _ENDS if hasattr(signal, name)):
            if (handler := signal.getsignal(each)) not in (None, signal.SIG_IGN):
                before[each] = handler
                signal.signal(each, hear)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        if heard:
            signal.raise_signal(heard[0])
