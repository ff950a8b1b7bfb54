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
    where = _write(name, text)
    finding = Finding(
        rule="ws/bug",
        severity="error",
        message=f"this is a bug in ws: {type(error).__name__}: {error}",
        hint=f"please report it with the log {where}" if where else f"please report it: {text}",
    )
    return Report(next(iter(args), "ws"), findings=(finding,), fault=Exit.BUG)


def _write(name: str, text: str) -> Path | None:
    """Write the log into the workspace's `.ws/logs`, or else the system's temporary folder."""
    for place in (_in_workspace, _in_temporary_folder):
        try:
            path = place(name)
            path.write_text(text, encoding="utf-8")
        except (OSError, WsError):
            continue
        return path
    return None


def _in_workspace(name: str) -> Path:
    return Store(find_root(None, Path.cwd(), os.environ)).memory("logs", name)


def _in_temporary_folder(name: str) -> Path:
    return Path(tempfile.gettempdir()) / f"ws-{name}"
