import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from infrastructure_manager_worker.worker import answer

SCRIPT = Path(sys.executable).with_name("infrastructure-manager-worker")


def ask(payload: object) -> dict[str, Any]:
    return answer(json.dumps({"id": "1", "payload": payload}))


def test_the_report_holds_what_the_machine_has(tmp_path: Path) -> None:
    payload = ask({"paths": [str(tmp_path)]})["payload"]
    assert payload["memory"]["total_bytes"] == psutil.virtual_memory().total
    assert payload["disks"][0]["total_bytes"] == psutil.disk_usage(str(tmp_path)).total
    assert payload["cpu"]["count"] == psutil.cpu_count()


def test_a_limit_of_zero_is_passed_and_one_of_a_hundred_is_not() -> None:
    assert not ask({"limits": {"memory_percent": 0}})["payload"]["healthy"]
    everything = {"disk_percent": 100, "memory_percent": 100, "cpu_percent": 100}
    assert ask({"limits": everything})["payload"]["healthy"]


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"paths": ["/no/such/folder"]}, "No such file"),
        ({"paths": "/"}, "paths: must be a list"),
        ({"seconds": 3600}, "seconds: must be"),
        ({"seconds": "1"}, "seconds: must be"),
        ("/", "payload: must be an object"),
    ],
)
def test_a_wrong_payload_gives_an_error_with_the_messages_id(payload: object, error: str) -> None:
    result = ask(payload)
    assert (result["id"], result["status"], result["payload"]) == ("1", "error", None)
    assert error in result["error"]


def test_the_console_script_answers_each_line_and_ends_with_0() -> None:
    lines = 'no json\n\n{"payload": {"paths": []}}\n'
    done = subprocess.run(
        [SCRIPT], input=lines, capture_output=True, text=True, check=True, timeout=30
    )
    bad, good = map(json.loads, done.stdout.splitlines())
    assert bad["error"].startswith("not JSON")
    assert good["status"] == "ok"
    assert [one["check"] for one in good["payload"]["checks"]] == ["memory", "cpu"]
