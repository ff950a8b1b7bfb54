import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import TINY, Start, post, result
from insight_server.settings import ServerSettings
from pydantic import SecretStr, ValidationError
from redis import Redis
from shared.broker import MESSAGE, RESULT, RESULTS, messages, taken
from shared.testing import RedisServer
from starlette.testclient import TestClient

FAR = messages("far")


@pytest.fixture
def broker(redis: RedisServer) -> Iterator["Redis"]:
    with Redis(port=redis.port, decode_responses=True, protocol=2) as one:
        yield one


@pytest.fixture
def remote(start: Start, redis: RedisServer) -> TestClient:
    """A server with a child, and two workers that are reached over the broker."""
    return start(broker=SecretStr(redis.url), remote=["far", "tiny-too"])


@pytest.fixture
def worker(redis: RedisServer) -> Iterator[None]:
    """The tiny worker, named far, as a program that knows only the broker."""
    code = "import tiny_worker as t; t.Tiny.name = 'far'; t.Tiny.main()"
    folder = os.path.dirname(TINY[-1])
    env = {**os.environ, "INSIGHT_BROKER": redis.url}
    process = subprocess.Popen([sys.executable, "-c", code], env=env, cwd=folder)
    yield
    process.terminate()
    assert process.wait(20) == 0


def until(ask: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not ask():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def say(broker: "Redis", id_: str, **more: Any) -> None:
    """Write a result as a worker does."""
    text = json.dumps({"id": id_, "worker": "far", "status": "ok", "payload": {}, **more})
    broker.xadd(RESULTS, {RESULT: text})


@pytest.mark.usefixtures("worker")
def test_a_message_is_answered_by_a_worker_that_is_no_child(remote: TestClient) -> None:
    ids = [post(remote, worker="far", text=str(number)) for number in range(20)]
    done = [result(remote, id_) for id_ in ids]
    assert [one["payload"]["text"] for one in done] == [str(number) for number in range(20)]
    assert {one["worker"] for one in done} == {"far"}
    assert result(remote, post(remote, worker="far", do="fail"))["error"] == (
        "ValueError: as ordered"
    )


def test_a_child_works_as_ever_and_knows_nothing_of_the_broker(remote: TestClient) -> None:
    assert result(remote, post(remote, text="near"))["payload"]["text"] == "near"


def test_a_message_waits_for_its_worker_in_its_stream(remote: TestClient, broker: "Redis") -> None:
    reply = remote.post("/workers/far/messages", json={"id": "1", "payload": {"text": "ä"}})
    assert (reply.status_code, reply.headers["Location"]) == (202, "/results/1")
    entries: Any = broker.xrange(FAR)
    assert [json.loads(fields[MESSAGE]) for _, fields in entries] == [
        {"id": "1", "payload": {"text": "ä"}}
    ]
    assert remote.get("/results/1").json()["status"] == "pending"


def test_several_servers_know_the_same_messages_and_results(
    start: Start, redis: RedisServer, broker: "Redis"
) -> None:
    first, second = (start(broker=SecretStr(redis.url), remote=["far"]) for _ in range(2))
    body = {"id": "1", "payload": {}}
    assert first.post("/workers/far/messages", json=body).status_code == 202
    reply = second.post("/workers/far/messages", json=body)
    assert (reply.status_code, reply.json()["error"]) == (
        409,
        "there already is a message with the id '1'",
    )
    assert second.get("/results/1").json()["status"] == "pending"
    say(broker, "1", payload={"n": 1})
    assert [result(server, "1")["payload"] for server in (first, second)] == [{"n": 1}] * 2
    assert first.post("/workers/far/messages", json=body).status_code == 409


def test_results_that_came_before_the_server_are_there(
    start: Start, redis: RedisServer, broker: "Redis"
) -> None:
    for number in range(250):
        say(broker, str(number))
    server = start(broker=SecretStr(redis.url), remote=["far"])
    until(lambda: server.get("/results/249").status_code == 200)
    assert server.get("/results/0").json()["status"] == "done"


def test_the_first_of_two_results_counts_and_what_is_none_is_passed_over(
    remote: TestClient, broker: "Redis"
) -> None:
    say(broker, "1", payload={"n": 1})
    say(broker, "1", payload={"n": 2})
    broker.xadd(RESULTS, {"x": "y"})
    broker.xadd(RESULTS, {RESULT: b"\xff"})
    say(broker, "2")
    until(lambda: remote.get("/results/2").status_code == 200)
    assert result(remote, "1")["payload"] == {"n": 1}


def test_more_messages_than_may_wait_are_refused(start: Start, redis: RedisServer) -> None:
    server = start(broker=SecretStr(redis.url), remote=["far"], max_waiting=1)
    statuses = [
        server.post("/workers/far/messages", json={"id": id_, "payload": {}}).status_code
        for id_ in "abc"
    ]
    assert statuses == [202, 503, 503]
    assert server.get("/results/b").status_code == 404


def test_a_message_that_is_too_large_is_refused(
    remote: TestClient, broker: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.broker.LARGEST", 1000)
    reply = remote.post("/workers/far/messages", json={"payload": {"text": "a" * 1000}})
    assert reply.status_code == 413
    assert broker.xlen(FAR) == 0


def test_a_message_that_the_broker_does_not_take_leaves_its_id_free(
    remote: TestClient, broker: "Redis"
) -> None:
    broker.config_set("maxmemory", "1")
    reply = remote.post("/workers/far/messages", json={"id": "1", "payload": {}})
    assert reply.status_code == 503
    broker.config_set("maxmemory", "0")
    assert not broker.exists(taken("1"))
    assert remote.post("/workers/far/messages", json={"id": "1", "payload": {}}).status_code == 202


@pytest.mark.usefixtures("worker")
def test_health_tells_which_remote_workers_are_running(remote: TestClient) -> None:
    def workers() -> dict[str, str]:
        said = remote.get("/health").json()
        assert (said["status"], said["broker"]) == ("ok", "reachable")
        return dict(said["workers"])

    until(lambda: workers()["far"] == "running")
    assert workers() == {"tiny": "not running", "far": "running", "tiny-too": "not running"}


def test_an_unknown_worker_is_404_and_all_the_known_ones_are_named(remote: TestClient) -> None:
    reply = remote.post("/workers/fur/messages", json={"payload": {}})
    assert reply.status_code == 404
    assert reply.json()["error"] == "unknown worker 'fur'; known workers: far, tiny, tiny-too"


def test_a_broker_that_goes_away_is_told_and_one_that_comes_back_is_used(
    remote: TestClient, redis: RedisServer, broker: "Redis"
) -> None:
    say(broker, "old")
    until(lambda: remote.get("/results/old").status_code == 200)
    redis.stop()
    said = remote.get("/health")
    assert (said.status_code, said.json()["status"]) == (200, "degraded")
    assert said.json()["broker"] == "not reachable"
    assert remote.post("/workers/far/messages", json={"payload": {}}).status_code == 503
    assert remote.get("/results/1").status_code == 503
    assert remote.get("/results/old").json()["status"] == "done"
    assert result(remote, post(remote))["status"] == "ok", "a child needs no broker"
    redis.start()
    reply = remote.post("/workers/far/messages", json={"id": "1", "payload": {}})
    assert reply.status_code == 202
    say(broker, "1")
    assert result(remote, "1")["status"] == "ok"


def test_a_server_that_starts_before_its_broker_waits_for_it(
    start: Start, redis: RedisServer, broker: "Redis"
) -> None:
    redis.stop()
    server = start(broker=SecretStr(redis.url), remote=["far"])
    assert server.get("/health").json()["broker"] == "not reachable"
    redis.start()
    post(server, worker="far")
    say(broker, "1")
    until(lambda: server.get("/results/1").status_code == 200)


@pytest.mark.parametrize("text", ["far,tiny-too", " far , tiny-too,", '["far", "tiny-too"]'])
def test_remote_names_may_be_words_or_a_list(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("INSIGHT_BROKER", "redis://host")
    monkeypatch.setenv("INSIGHT_REMOTE", text)
    assert ServerSettings().remote == ["far", "tiny-too"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"remote": ["a"]}, "INSIGHT_REMOTE needs INSIGHT_BROKER"),
        (
            {"remote": ["a"], "workers": {"a": ["run"]}, "broker": SecretStr("redis://host")},
            "in INSIGHT_REMOTE and in INSIGHT_WORKERS: a",
        ),
        ({"remote": '["a'}, "names are written like chat,router"),
    ],
)
def test_remote_workers_that_cannot_be_are_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ServerSettings(**settings)
