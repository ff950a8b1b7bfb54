import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError
from shared import heartbeat
from shared.broker import GROUP, RESULTS, messages, taken
from shared.messages import Result
from shared.streams import MOST_DELIVERIES, RedisStreams
from shared.testing import RedisServer, missing, redis_server
from shout import Shout

SHOUT = [sys.executable, str(Path(__file__).with_name("shout.py"))]
STREAM = messages("shout")
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def client(server: RedisServer) -> Iterator["Redis"]:
    with Redis(port=server.port, decode_responses=True, protocol=2) as one:
        yield one


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start workers as programs; those that are still there end with the test."""
    started: list[subprocess.Popen[str]] = []

    def _start(url: str, **settings: str) -> "subprocess.Popen[str]":
        env = {**os.environ, "INSIGHT_BROKER": url, "TMPDIR": str(tmp_path), **settings}
        started.append(subprocess.Popen(SHOUT, env=env, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield _start
    for one in started:
        one.kill()
        one.wait()
        assert one.stderr
        one.stderr.close()


def soon(ask: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
    return answer


def consumers(client: "Redis") -> list[dict[str, Any]]:
    """The workers of the group, if there is one."""
    try:
        return list(client.xinfo_consumers(STREAM, GROUP))
    except ResponseError:
        return []


def pending(client: "Redis") -> int:
    """How many messages are worked on."""
    return sum(one["pending"] for one in consumers(client))


def post(client: "Redis", text: str, **more: str) -> str:
    message = json.dumps({"payload": {"text": text}, **more})
    return str(client.xadd(STREAM, {"message": message}))


def results(client: "Redis", number: int) -> list[dict[str, Any]]:
    """Wait for so many results, and see that no more come with them."""
    soon(lambda: client.xlen(RESULTS) >= number)
    found: Any = client.xrange(RESULTS)
    assert len(found) == number
    return [json.loads(fields["result"]) for _, fields in found]


def run_here(url: str, number: int, *, claim_after: float = 30.0) -> None:
    """Answer so many messages in this process."""
    with RedisStreams("shout", url, claim_after=claim_after) as transport:
        worker, received = Shout(), transport.receive()
        for _ in range(number):
            transport.send(worker.answer(next(received)))
        received.close()


def test_a_message_that_was_there_before_the_worker_is_answered(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    post(client, "ä", id="1")
    start(server.url)
    assert results(client, 1) == [
        {"id": "1", "worker": "shout", "status": "ok", "payload": {"text": "Ä"}, "error": None}
    ]


def test_what_is_answered_is_gone_from_the_stream_and_from_the_group(
    server: RedisServer, client: "Redis"
) -> None:
    client.set(taken("1"), "shout")
    post(client, "a", id="1")
    run_here(server.url, 1)
    assert client.xlen(STREAM) == 0
    assert pending(client) == 0
    assert consumers(client) == []
    assert 0 < client.ttl(taken("1")) <= 60


def test_a_message_without_an_id_gets_that_of_its_entry(
    server: RedisServer, client: "Redis"
) -> None:
    entry = post(client, "a")
    run_here(server.url, 1)
    assert results(client, 1)[0]["id"] == entry


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"massage": "{}"}, "the entry has no field 'message'"),
        ({"message": "no json"}, "not JSON"),
        ({"message": b"\xff"}, "not JSON"),
        ({"message": b""}, "not JSON"),
        ({"message": '{"id": "x"}'}, "payload: Field required"),
        ({"message": '{"id": 3, "payload": {}}'}, "id: Input should be a valid string"),
        ({"message": '{"payload": {"text": "fail"}}'}, "ValueError: cannot shout that"),
    ],
)
def test_a_bad_entry_gives_an_error_and_the_next_is_answered(
    server: RedisServer, client: "Redis", fields: dict[str, Any], error: str
) -> None:
    entry = client.xadd(STREAM, fields)
    post(client, "on")
    run_here(server.url, 2)
    bad, good = results(client, 2)
    assert (bad["status"], bad["id"]) == ("error", "x" if '"x"' in str(fields) else entry)
    assert error in bad["error"]
    assert good["payload"] == {"text": "ON"}


def test_several_copies_of_a_worker_share_the_work(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    workers = [start(server.url) for _ in range(2)]
    soon(lambda: len(consumers(client)) == 2)
    for number in range(40):
        post(client, "slow", id=str(number))
    assert sorted(int(one["id"]) for one in results(client, 40)) == list(range(40))
    for worker in workers:
        worker.terminate()
        # A stray print for each message that it had.
        errors = worker.communicate(timeout=20)[1]
        assert errors.count("a stray print") > 1
        assert worker.returncode == 0


def test_what_a_dead_worker_left_is_taken_over(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    dying = start(server.url)
    post(client, "die", id="1")
    assert dying.wait(20) == 3
    post(client, "b", id="2")
    time.sleep(0.4)
    with RedisStreams("shout", server.url, claim_after=0.3) as transport:
        received = transport.receive()
        first = next(received)
        transport.send(Result(id=first.id, worker="shout", status="ok"))
        second = next(received)
        transport.send(Result(id=second.id, worker="shout", status="ok"))
        received.close()
    assert [first.id, second.id] == ["1", "2"]
    assert client.xlen(STREAM) == 0


def test_a_message_that_ends_every_worker_is_given_up(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    post(client, "die", id="1")
    for _ in range(MOST_DELIVERIES):
        assert start(server.url, INSIGHT_CLAIM_AFTER="1").wait(20) == 3
    last = start(server.url, INSIGHT_CLAIM_AFTER="1")
    assert results(client, 1)[0]["error"] == "given up: 3 workers ended while they worked on it"
    assert last.poll() is None


def test_a_slow_message_is_not_taken_from_a_worker_that_is_alive(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    first, second = (start(server.url, INSIGHT_CLAIM_AFTER="1") for _ in range(2))
    post(client, "long", id="1")
    assert [one["id"] for one in results(client, 1)] == ["1"]
    for worker in (first, second):
        worker.terminate()
        assert "left behind" not in worker.communicate(timeout=20)[1]
    assert client.xlen(RESULTS) == 1


def test_results_are_bounded(server: RedisServer, client: "Redis") -> None:
    with RedisStreams("shout", server.url, max_results=10) as transport:
        for number in range(300):
            transport.send(Result(id=str(number), worker="shout", status="ok"))
    # The broker drops whole blocks of entries.
    assert 10 <= client.xlen(RESULTS) <= 120
    newest: Any = client.xrevrange(RESULTS, count=1)
    assert json.loads(newest[0][1]["result"])["id"] == "299"


def test_a_result_that_is_too_large_becomes_an_error(
    server: RedisServer, client: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.broker.LARGEST", 1000)
    post(client, "a" * 1000, id="1")
    run_here(server.url, 1)
    assert "the result is too large" in results(client, 1)[0]["error"]


def test_a_broker_that_comes_late_is_waited_for(tmp_path: Path, start: Start) -> None:
    if reason := missing():
        pytest.skip(reason)
    server = RedisServer(tmp_path)
    worker = start(server.url)
    assert worker.stderr
    errors = [next(line for line in worker.stderr if "trying again" in line)]
    assert worker.poll() is None
    server.start()
    try:
        with Redis(port=server.port, decode_responses=True, protocol=2) as client:
            post(client, "a")
            assert results(client, 1)[0]["status"] == "ok"
        worker.terminate()
        errors += worker.stderr
        assert "trying again" not in "".join(errors[1:])
        assert "is back" in "".join(errors)
    finally:
        server.stop()


def test_a_broker_that_goes_and_forgets_is_joined_again(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    worker = start(server.url)
    post(client, "a")
    results(client, 1)
    server.stop()
    time.sleep(0.5)
    server.start()
    post(client, "b")
    assert results(client, 1)[0]["payload"] == {"text": "B"}
    client.flushall()
    soon(lambda: consumers(client))
    post(client, "c")
    assert results(client, 1)[0]["payload"] == {"text": "C"}
    assert worker.poll() is None


def test_a_result_outlives_a_broker_that_goes_meanwhile(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    start(server.url)
    post(client, "sleep", id="1")
    soon(lambda: pending(client))
    server.stop()
    time.sleep(1.5)
    server.start()
    assert results(client, 1)[0]["id"] == "1"


def test_a_message_whose_delivery_was_lost_on_the_way_is_read_again(
    server: RedisServer, client: "Redis"
) -> None:
    post(client, "a", id="1")
    with RedisStreams("shout", server.url) as transport:
        client.xgroup_create(STREAM, GROUP, id="0")
        client.xreadgroup(GROUP, transport.consumer, {STREAM: ">"})
        message = next(transport.receive())
        transport.send(Shout().answer(message))
    assert [one["id"] for one in results(client, 1)] == ["1"]


def test_an_idle_worker_is_seen_by_the_broker(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    start(server.url)
    soon(lambda: consumers(client))
    time.sleep(2.5)
    assert consumers(client)[0]["idle"] < 2000


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_an_idle_worker_soon(
    server: RedisServer, client: "Redis", start: Start, number: signal.Signals, status: int
) -> None:
    worker = start(server.url)
    soon(lambda: consumers(client))
    began = time.monotonic()
    worker.send_signal(number)
    assert worker.wait(20) == status
    assert time.monotonic() - began < 5
    assert consumers(client) == []
    assert "Traceback" not in worker.communicate()[1]


def test_a_signal_lets_the_message_at_hand_be_finished(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    worker = start(server.url)
    post(client, "sleep", id="1")
    post(client, "never", id="2")
    soon(lambda: pending(client))
    worker.terminate()
    assert worker.wait(20) == 0
    assert [one["id"] for one in results(client, 1)] == ["1"]
    assert client.xlen(STREAM) == 1


def test_a_second_signal_ends_at_once_and_the_message_stays(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    worker = start(server.url)
    post(client, "sleep", id="1")
    soon(lambda: pending(client))
    worker.send_signal(signal.SIGINT)
    time.sleep(0.3)
    worker.send_signal(signal.SIGINT)
    assert worker.wait(20) == 130
    assert pending(client) == 1
    assert client.xlen(RESULTS) == 0


@pytest.mark.parametrize("busy", [False, True])
def test_a_signal_ends_a_worker_whose_broker_is_away(
    server: RedisServer, client: "Redis", start: Start, *, busy: bool
) -> None:
    worker = start(server.url)
    soon(lambda: consumers(client))
    if busy:
        post(client, "sleep", id="1")
        soon(lambda: pending(client))
    server.stop()
    time.sleep(0.5)
    worker.terminate()
    assert worker.wait(20) == 0
    assert "Traceback" not in worker.communicate()[1]


def test_a_wrong_password_is_told_in_one_line_without_it(tmp_path: Path, start: Start) -> None:
    if reason := missing():
        pytest.skip(reason)
    with redis_server(tmp_path, password="right") as server:
        worker = start(server.url.replace("right", "s3cr3t"))
        errors = worker.communicate(timeout=20)[1]
        assert worker.returncode == 1
        assert errors.startswith(f"shout: the broker at {server.place}: AuthenticationError")
        assert errors.count("\n") == 1
        assert "s3cr3t" not in errors
        good = start(server.url, INSIGHT_LOG_LEVEL="DEBUG")
        with Redis(port=server.port, password="right", decode_responses=True) as client:
            post(client, "a")
            results(client, 1)
        good.terminate()
        assert "right" not in good.communicate(timeout=20)[1]


def test_a_stream_that_is_something_else_is_told_in_one_line(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    client.set(STREAM, "mine")
    worker = start(server.url)
    errors = worker.communicate(timeout=20)[1]
    assert worker.returncode == 1
    assert "WRONGTYPE" in errors
    assert errors.count("\n") == 1


def health(folder: Path, *names: str, broker: str = "redis://host") -> tuple[int, str]:
    env = {**os.environ, "TMPDIR": str(folder), "INSIGHT_BROKER": broker}
    command = [sys.executable, "-m", "shared.health", *names]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert not ended.stderr
    return ended.returncode, ended.stdout


def test_health_is_that_of_the_worker_that_is_there(
    server: RedisServer, start: Start, tmp_path: Path
) -> None:
    assert health(tmp_path) == (1, "any worker: not alive, not seen\n")
    worker = start(server.url)
    soon(lambda: health(tmp_path)[0] == 0)
    assert health(tmp_path, "shout")[0] == 0
    assert health(tmp_path, "shout", "other")[0] == 1
    worker.terminate()
    worker.wait(20)
    assert health(tmp_path)[0] == 1


def test_a_worker_without_its_broker_is_not_alive_after_a_while(tmp_path: Path) -> None:
    file = tmp_path / "insight-shout.alive"
    file.touch()
    assert health(tmp_path)[0] == 0
    old = time.time() - heartbeat.STALE - 1
    os.utime(file, (old, old))
    status, said = health(tmp_path)
    assert (status, said.startswith("shout: not alive, seen 21.")) == (1, True)


def test_a_worker_of_json_lines_has_nothing_to_be_asked(tmp_path: Path) -> None:
    status, said = health(tmp_path, broker="")
    assert (status, "INSIGHT_BROKER is not set" in said) == (0, True)


def test_health_loads_nothing_but_the_standard_library() -> None:
    code = "import sys, shared.health; print(*{'redis', 'pydantic', 'logging'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert said.stdout.strip() == b""


def test_a_worker_that_cannot_give_a_sign_of_life_works_all_the_same(
    server: RedisServer, client: "Redis", start: Start
) -> None:
    worker = start(server.url, TMPDIR="/no/such/folder")
    post(client, "a")
    results(client, 1)
    worker.terminate()
    assert "no sign of life can be given" in worker.communicate(timeout=20)[1]
