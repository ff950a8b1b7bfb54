"""A bug in `ws` itself: keep all that a report needs, and say where it lies."""

from __future__ import annotations

import os
import platform
import tempfile
import time
import traceback
from pathlib import Path

from ws import __version__
from ws.errors import WsError
from ws.files.loader import find_root
from ws.files.store import Store
from ws.model.report import Exit, Finding, Report


def bug_report(error: Exception, args: list[str]) -> Report:
    """Write a log that can be pasted into an issue, and report where it is."""
    name = f"bug-{time.strftime('%Y%m%d-%H%M%S')}.log"
    text = "\n".join(
        (
            f"ws {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"arguments: {args}",
            "",
            "".join(traceback.format_exception(error)),
        )
    )
    path = _place(name)
    path.write_text(text, encoding="utf-8")
    finding = Finding(
        rule="ws/bug",
        severity="error",
        message=f"this is a bug in ws: {type(error).__name__}: {error}",
        hint=f"please report it with the log {path}",
    )
    return Report(next(iter(args), "ws"), findings=(finding,), fault=Exit.BUG)


def _place(name: str) -> Path:
    """In the workspace's `.ws/logs`, or where there is none, in the system's temporary folder."""
    try:
        root = find_root(None, Path.cwd(), os.environ)
        return Store(root).memory("logs", name)
    except WsError:
        return Path(tempfile.gettempdir()) / f"ws-{name}"
