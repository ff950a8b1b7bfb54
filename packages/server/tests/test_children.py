import sys
import time
from pathlib import Path

from conftest import TINY, Start, gone, post, result
from starlette.testclient import TestClient


def pid(client: TestClient) -> int:
    return int(result(client, post(client))["payload"]["pid"])


def ended(pid: int) -> bool:
    """Wait a little: whoever inherits an orphan needs a moment to notice its end."""
    end = time.monotonic() + 5
    while not gone(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return gone(pid)


def test_one_process_serves_many_messages(client: TestClient) -> None:
    ids = [post(client, text=str(number)) for number in range(20)]
    done = [result(client, id_)["payload"] for id_ in ids]
    assert [one["text"] for one in done] == [str(number) for number in range(20)]
    assert len({one["pid"] for one in done}) == 1


def test_a_message_of_several_megabytes_goes_through(client: TestClient) -> None:
    text = "ä" * 3_000_000
    assert result(client, post(client, text=text))["payload"]["text"] == text


def test_an_error_of_the_worker_is_the_result_and_the_worker_lives(
    client: TestClient,
) -> None:
    before = pid(client)
    assert result(client, post(client, do="fail"))["error"] == "ValueError: as ordered"
    assert result(client, post(client, do="dance"))["error"].startswith("do: Input should be")
    assert pid(client) == before


def test_a_worker_that_dies_gives_an_error_and_the_next_message_a_new_worker(
    client: TestClient,
) -> None:
    before = pid(client)
    dead, after = post(client, do="exit"), post(client)
    done = result(client, dead)
    assert (done["status"], done["error"]) == (
        "error",
        "worker tiny ended (3) without an answer",
    )
    assert result(client, after)["payload"]["pid"] != before


def test_a_worker_that_takes_too_long_is_ended(start: Start) -> None:
    client = start(timeout=5)  # a busy machine needs some of it to start a worker
    before = pid(client)
    assert result(client, post(client, do="sleep"))["error"] == "worker tiny took longer than 5 s"
    assert gone(before)
    assert pid(client) != before


def test_what_a_worker_started_itself_ends_with_it(start: Start, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    shell = f"sleep 60 & echo $! > {pid_file}; wait"
    client = start(workers={"tiny": ["sh", "-c", shell]}, timeout=1)
    assert "took longer" in result(client, post(client))["error"]
    assert ended(int(pid_file.read_text()))


def test_a_command_that_is_not_there_gives_an_error(start: Start) -> None:
    client = start(workers={"tiny": ["no-such-worker"]})
    assert "cannot start worker tiny: FileNotFoundError" in result(client, post(client))["error"]


def test_what_is_no_result_gives_an_error(start: Start) -> None:
    chatter = [sys.executable, "-c", "input(); print('hello'); input()"]
    client = start(workers={"tiny": chatter})
    assert "answered with no result" in result(client, post(client))["error"]


def test_a_result_for_another_message_gives_an_error(start: Start) -> None:
    line = '{"id": "x", "worker": "tiny", "status": "ok", "payload": {}, "error": null}'
    client = start(workers={"tiny": [sys.executable, "-c", f"input(); print('{line}'); input()"]})
    assert "answered another message: 'x'" in result(client, post(client))["error"]


def test_at_shutdown_idle_children_end(start: Start) -> None:
    client = start(workers={"a": TINY, "b": TINY})
    pids = [result(client, post(client, worker=name))["payload"]["pid"] for name in "ab"]
    client.__exit__(None, None, None)
    client.__enter__()
    assert all(map(gone, pids))


def test_at_shutdown_a_child_that_will_not_end_is_made_to(start: Start, tmp_path: Path) -> None:
    deaf = tmp_path / "deaf.py"
    pid_file = tmp_path / "pid"
    deaf.write_text(
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    client = start(workers={"tiny": [sys.executable, str(deaf)]}, grace=0.3)
    post(client)
    while not pid_file.exists() or not pid_file.read_text():
        client.get("/health")
    client.__exit__(None, None, None)
    client.__enter__()
    assert gone(int(pid_file.read_text()))
