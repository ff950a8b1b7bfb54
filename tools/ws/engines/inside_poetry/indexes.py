"""Asks all package indexes that this Poetry may use at once, and prints each answer as it comes.

One JSON object a line, `{"role", "url", "reply"}`: first every index without a reply, so that who
reads along knows them all even where one never answers. `WS_SOURCES` has more to ask: a JSON list
of `[name, address]`. They come in a variable since anybody may read a command line.
"""

from __future__ import annotations

import json
import os
import sys
import threading

import facts

WITHIN = 6.0
"""Seconds for an index to answer in."""


def candidates() -> list[tuple[str, str]]:
    """The role and the address of each index; sources have their own name as the role."""
    found = [
        ("mirror", os.environ.get("POETRY_PYPI_MIRROR_URL", "")),
        ("default", facts.default_index()),
        ("pip", facts.pip_index()),
        *json.loads(os.environ.get("WS_SOURCES") or "[]"),
    ]
    return [(role, url.rstrip("/")) for role, url in found if url]


def credentials_of(role: str) -> tuple[str, str] | None:
    """User and password that the environment has for a source (Poetry's `http-basic`)."""
    prefix = f"POETRY_HTTP_BASIC_{role.upper().replace('-', '_')}"
    user = os.environ.get(f"{prefix}_USERNAME")
    return (user, os.environ.get(f"{prefix}_PASSWORD", "")) if user is not None else None


def ask(role: str, url: str, guard: threading.Lock) -> None:
    """Ask one index, and print how it answers."""
    reply = facts.reply_of(url, within=WITHIN, credentials=credentials_of(role))
    with guard:
        tell(role, url, reply)


def tell(role: str, url: str, reply: str) -> None:
    """Print one line for whoever reads along."""
    sys.stdout.write(json.dumps({"role": role, "url": url, "reply": reply}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    known = candidates()
    for candidate in known:
        tell(*candidate, "")
    lock = threading.Lock()
    threads = [threading.Thread(target=ask, args=(*each, lock), daemon=True) for each in known]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
