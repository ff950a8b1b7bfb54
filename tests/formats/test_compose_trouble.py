from __future__ import annotations

import pytest

from ws.formats.compose_trouble import Trouble, step, trouble, unset

TAKEN = "Error starting userland proxy: listen tcp4 127.0.0.1:8123: bind: address already in use"
ENDPOINT = (
    "Error response from daemon: driver failed programming external connectivity on endpoint "
    "my-app-insight-server-1 (3ddc16891ba5): "
)


@pytest.mark.parametrize(
    "said",
    [
        TAKEN,
        "Bind for 0.0.0.0:8123 failed: port is already allocated",
        "Bind for :::8123 failed: port is already allocated",
        "failed to bind host port for 0.0.0.0:8123:172.18.0.2:8000/tcp: address already in use",
        "failed to bind host port 127.0.0.1:8123/tcp: address already in use",
    ],
)
def test_a_port_that_is_taken_is_told_of_the_service_that_wants_it(said: str) -> None:
    lines = (" Container my-app-chat-worker-1  Started", ENDPOINT + said)
    found = trouble(lines, "my-app")
    assert list(found.by_service) == ["insight-server"]
    assert found.by_service["insight-server"].startswith("port 8123 of this machine is taken")
    assert found.reason == ENDPOINT + said


def test_an_image_that_cannot_be_had_is_told_of_its_service() -> None:
    lines = (
        " broker Pulling ",
        ' broker Error Get "https://nowhere.invalid/v2/": no such host',
        'Error response from daemon: Get "https://nowhere.invalid/v2/": no such host',
    )
    found = trouble(lines, "insight")
    assert found.by_service == {
        "broker": 'its image cannot be pulled: Get "https://nowhere.invalid/v2/": no such host'
    }


def test_lines_tell_what_is_done_with_a_service() -> None:
    assert step(" broker Pulling ", "my-app") == ("broker", "pulling")
    assert step(" Container my-app-chat-worker-1  Starting", "my-app") == (
        "chat-worker",
        "starting",
    )
    assert step(" Container mine  Started", "my-app") == ("mine", "started")
    assert step(" Network my-app_default  Created", "my-app") is None
    assert step("#15 [tools 2/2] RUN python", "my-app") is None


def test_variables_that_nobody_has_set_are_told_once() -> None:
    line = 'level=warning msg="The \\"{}\\" variable is not set. Defaulting to a blank string."'
    lines = [line.format(name) for name in ("TOKEN", "A_1", "TOKEN")]
    assert unset(['time="2026" x', *lines]) == ("A_1", "TOKEN")


def test_what_is_nobodys_own_is_the_reason_of_all() -> None:
    assert trouble(("a", " something failed here ", "b"), "x") == Trouble("something failed here")
    assert trouble((), "x") == Trouble("Compose gave no reason")
    assert not Trouble()
