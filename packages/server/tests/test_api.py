import pytest
from conftest import TINY, Start, post, result
from starlette.testclient import TestClient


def test_health_tells_which_workers_are_running(client: TestClient) -> None:
    assert client.get("/health").json() == {
        "status": "ok",
        "workers": {"tiny": "not running"},
    }
    result(client, post(client))
    assert client.get("/health").json()["workers"] == {"tiny": "running"}


def test_a_message_is_accepted_and_its_result_can_be_fetched(
    client: TestClient,
) -> None:
    reply = client.post("/workers/tiny/messages", json={"id": "1", "payload": {"text": "ä"}})
    assert (reply.status_code, reply.json()) == (202, {"id": "1"})
    assert reply.headers["Location"] == "/results/1"
    done = result(client, "1")
    assert (done["id"], done["worker"], done["status"]) == ("1", "tiny", "ok")
    assert done["payload"]["text"] == "ä"


def test_a_message_without_an_id_gets_one(client: TestClient) -> None:
    assert post(client) != post(client)


@pytest.mark.parametrize("id_", ["a/b", "../x", "50%?", "ä b#"])
def test_any_id_is_found_at_its_location(client: TestClient, id_: str) -> None:
    reply = client.post("/workers/tiny/messages", json={"id": id_, "payload": {}})
    assert client.get(reply.headers["Location"]).json()["id"] == id_


def test_a_result_that_is_not_there_yet_is_pending(client: TestClient) -> None:
    id_ = post(client, do="sleep")
    assert client.get(f"/results/{id_}").json() == {
        "id": id_,
        "status": "pending",
        "result": None,
    }


def test_an_unknown_worker_is_404_and_the_known_ones_are_named(
    client: TestClient,
) -> None:
    reply = client.post("/workers/tinny/messages", json={"payload": {}})
    assert reply.status_code == 404
    assert reply.json() == {"error": "unknown worker 'tinny'; known workers: tiny"}


def test_an_unknown_result_is_404(client: TestClient) -> None:
    reply = client.get("/results/nothing")
    assert (reply.status_code, reply.json()) == (
        404,
        {"error": "no message with the id 'nothing'"},
    )


def test_an_id_cannot_be_used_twice(client: TestClient) -> None:
    for status in (202, 409):
        reply = client.post("/workers/tiny/messages", json={"id": "1", "payload": {}})
        assert reply.status_code == status


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"payload": 1}', b"\xff", b""])
def test_what_is_no_message_is_422_with_the_reason(client: TestClient, body: bytes) -> None:
    reply = client.post("/workers/tiny/messages", content=body)
    assert reply.status_code == 422
    assert reply.json()["error"]


def test_old_results_are_forgotten_beyond_the_limit(start: Start) -> None:
    client = start(max_results=1)
    first, second = post(client), post(client)
    result(client, second)
    assert client.get(f"/results/{first}").status_code == 404


def test_each_worker_has_a_process_of_its_own(start: Start) -> None:
    client = start(workers={"a": TINY, "b": TINY})
    pids = {result(client, post(client, worker=name))["payload"]["pid"] for name in "aba"}
    assert len(pids) == 2
