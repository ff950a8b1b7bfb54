from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ws.formats.build_log import BuildLog, Event

LOG = """\
#0 building with "default" instance using docker driver
#1 [internal] load local bake definitions
#1 DONE 0.0s
#2 [chat internal] load build definition from Dockerfile
#2 transferring dockerfile: 20.96kB done
#3 [chat tools 2/2] RUN pip install uv
#3 0.301 Collecting uv
#4 [query common 1/1] RUN uv pip install
#4 CACHED
#3 [chat tools 2/2] RUN pip install uv
#3 1.250 ERROR: no such package
#3 ERROR: executor failed running [/bin/sh -c pip install uv]: exit code: 1
#5 exporting to image
#5 naming to docker.io/library/chat:latest done
ERROR: failed to solve
"""


def told(text: str) -> list[tuple[str, int, str, str, str]]:
    log = BuildLog()
    events = [event for line in text.splitlines() if (event := log.read(line))]
    return [
        (each.how, each.vertex.number, each.vertex.target, each.vertex.stage, each.text)
        for each in events
        if each.vertex.number
    ]


def test_a_log_is_read_as_steps_that_begin_say_something_and_end() -> None:
    assert told(LOG) == [
        ("begun", 1, "", "", ""),
        ("done", 1, "", "", "0.0s"),
        ("begun", 2, "chat", "", ""),
        ("said", 2, "chat", "", "transferring dockerfile: 20.96kB done"),
        ("begun", 3, "chat", "tools", ""),
        ("said", 3, "chat", "tools", "Collecting uv"),
        ("begun", 4, "query", "common", ""),
        ("cached", 4, "query", "common", ""),
        ("said", 3, "chat", "tools", "ERROR: no such package"),
        (
            "failed",
            3,
            "chat",
            "tools",
            "executor failed running [/bin/sh -c pip install uv]: exit code: 1",
        ),
        ("said", 5, "", "", "exporting to image"),
        ("named", 5, "", "", "chat:latest"),
    ]


def test_a_plain_build_names_no_target() -> None:
    event = BuildLog().read("#7 [common 2/3] RUN uv")
    assert event is not None
    assert (event.vertex.target, event.vertex.stage) == ("", "common")
    assert (event.vertex.at, event.vertex.total) == (2, 3)


def test_a_builder_that_pushes_by_itself_tells_when_it_has() -> None:
    log = BuildLog()
    tag = "127.0.0.1:5000/acme/chat:1"
    begun = f"#9 pushing manifest for {tag}@sha256:{'0' * 64}"
    assert [event and event.how for event in map(log.read, (begun, f"{begun} 1.3s done"))] == [
        "said",
        "pushed",
    ]
    event = log.read(f"{begun} done")
    assert event is not None
    assert (event.how, event.text) == ("pushed", tag)


@given(st.text())
def test_no_line_is_too_odd(text: str) -> None:
    assert isinstance(BuildLog().read(text), Event | None)
