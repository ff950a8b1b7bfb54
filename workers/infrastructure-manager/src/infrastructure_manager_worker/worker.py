"""JSON lines in and out with the standard library alone.

In:  {"paths": ["/"], "limits": {"disk_percent": 90}, "seconds": 0.1}, all optional.
Out: {"healthy": true, "checks": [...], "disks": [...], "memory": {...}, "cpu": {...}}
"""

import json
import sys
import uuid
from collections.abc import Mapping
from typing import Any

from infrastructure_manager_worker.checks import check, merge
from infrastructure_manager_worker.machine import report

NAME = "infrastructure-manager"
LONGEST = 60.0


def handle(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Measure the machine and check it against the limits of the payload."""
    paths = payload.get("paths", ["/"])
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        message = "paths: must be a list of strings"
        raise TypeError(message)
    seconds = payload.get("seconds", 0.1)
    if type(seconds) not in (int, float) or not 0 < seconds <= LONGEST:
        message = f"seconds: must be a number above 0 and up to {LONGEST:g}"
        raise ValueError(message)
    limits = merge(payload.get("limits", {}))
    measured = report(paths, seconds)
    checks = check(measured, limits)
    return {"healthy": all(one["ok"] for one in checks), "checks": checks, **measured}


def answer(line: str) -> dict[str, Any]:
    """Answer one line; whatever is wrong with it becomes an error result."""
    result: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "worker": NAME,
        "status": "error",
        "payload": None,
        "error": None,
    }
    try:
        message = json.loads(line)
        if not isinstance(message, dict):
            return result | {"error": "a message must be an object"}
        if "id" in message:
            if not isinstance(message["id"], str):
                return result | {"error": "id: must be a string"}
            result["id"] = message["id"]
        if not isinstance(message.get("payload"), dict):
            return result | {"error": "payload: must be an object"}
        return result | {"status": "ok", "payload": handle(message["payload"])}
    except json.JSONDecodeError as error:
        return result | {"error": f"not JSON: {error}"}
    except Exception as error:  # noqa: BLE001 (the next message counts all the same)
        text = f"{type(error).__name__}: {error}"
        return result | {"error": " ".join(text.split())}


def main() -> None:
    """Answer stdin line by line until its end."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(json.dumps(answer(line)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
