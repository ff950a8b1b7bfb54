"""`.ws/up/NAME.json`: what runs in the background, until somebody ends it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from ws.model.running import Running

if TYPE_CHECKING:
    from ws.files.store import Store

FOLDER = "up"
LOGS = ("logs", "up")


def remember(store: Store, program: Running) -> None:
    """Write down that a program was started. Raises `WorkError`."""
    store.memory(FOLDER, f"{program.name}.json")
    text = json.dumps(asdict(program), indent=2) + "\n"
    store.replace(f".ws/{FOLDER}/{program.name}.json", text.encode())


def remembered(store: Store) -> dict[str, Running]:
    """All that was started and not ended, by name; what cannot be read is none of it."""
    found: dict[str, Running] = {}
    folder = store.root / ".ws" / FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        data = store.read(f".ws/{FOLDER}/{path.name}")
        try:
            program = Running(**json.loads(data or b""))
        except (ValueError, TypeError):
            continue
        found[program.name] = program
    return found


def forget(store: Store, name: str) -> None:
    """Take away what was written of a program. Raises `WorkError`."""
    store.delete(f".ws/{FOLDER}/{name}.json")
