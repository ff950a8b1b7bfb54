"""Every image of the reference workspace: built, started as its own user, and asked something.

CI takes the few that it builds for other tests, too; WS_TEST_LONG=1 takes each Dockerfile, and
`docker/app.Dockerfile` for each member.
"""

from __future__ import annotations

import base64
import json
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.conftest import LONG
from tests.integration.test_reference_workspace import MESSAGES

from ws.commands.docker_check import check
from ws.files.docker import image_files
from ws.files.loader import load
from ws.planning.docker_recipe import deployable, scripts

from .conftest import REPOSITORY
from .test_generated import CHAT, CHUNKER, mirrored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ws.model.workspace import Member

    from .conftest import Engine, Result

WORKSPACE = load(REPOSITORY)
SHARED = "docker/app.Dockerfile"
SERVER = "insight-server"
ROOT_USERS = ("", "0", "root")
RECORDING = REPOSITORY / "workers/speech/stt/tests/data/digits.wav"
GRAPH = {
    "nodes": [{"id": "ada", "name": "Ada"}, {"id": "b", "name": "Babbage"}],
    "edges": [{"source": "ada", "target": "b", "weight": 1}],
}
ASKED: dict[str, tuple[dict[str, Any], str, object]] = {
    **MESSAGES,
    "stt-worker": (
        {
            "wav": base64.b64encode(RECORDING.read_bytes()).decode(),
            "words": ["one", "two", "three", "four", "five"],
        },
        "text",
        "one two three four five",
    ),
    "construction-worker": (
        {"text": "Ada Lovelace met Babbage.", "window": 1},
        "graph",
        {
            "directed": False,
            "multigraph": False,
            "graph": {},
            "nodes": [
                {"name": "Ada Lovelace", "mentions": 1, "id": "ada lovelace"},
                {"name": "Babbage", "mentions": 1, "id": "babbage"},
            ],
            "edges": [{"weight": 1, "source": "ada lovelace", "target": "babbage"}],
        },
    ),
    "graph-query-worker": (
        {"graph": GRAPH, "question": {"ask": "path", "start": "ADA", "end": "b"}},
        "nodes",
        [{"id": "ada", "name": "Ada", "score": 0.0}, {"id": "b", "name": "Babbage", "score": 1.0}],
    ),
    "vector-query-worker": (
        {
            "text": "merging graphs",
            "limit": 1,
            "items": [{"id": "a", "text": "how to merge a graph"}, {"id": "b", "text": "speech"}],
        },
        "matches",
        [{"id": "a", "score": 0.353577, "text": "how to merge a graph"}],
    ),
}
"""What each worker is sent, and a key and a value of the payload that comes back."""


class Image(NamedTuple):
    """One way to build a member's image."""

    dockerfile: str
    """Relative to the workspace root, as all paths here."""
    member: str

    def __str__(self) -> str:
        return f"{self.dockerfile}-{self.member}" if self.dockerfile == SHARED else self.dockerfile


def images() -> tuple[Image, ...]:
    """Every Dockerfile of a member, and the shared one for each that can be started."""
    members = WORKSPACE.members
    own = [
        Image(path, member.name)
        for path in image_files(REPOSITORY).dockerfiles
        for member in members
        if path.startswith(f"{member.path}/")
    ]
    return (*own, *(Image(SHARED, member.name) for member in deployable(WORKSPACE)))


ALL = images()
SAMPLE = {
    Image(f"{CHUNKER}/Dockerfile", "chunker-worker"),
    Image(f"{CHAT}/Dockerfile", "chat-worker"),
    Image(SHARED, "tts-worker"),
}


@contextmanager
def built(engine: Engine, image: Image) -> Iterator[str]:
    """The tag of an image, which is gone afterwards."""
    member = WORKSPACE.by_name[image.member]
    tag = f"ws-test/reference-{re.sub('[^a-z]+', '-', str(image).lower())}"
    options = arguments(member) if image.dockerfile == SHARED else ()
    ended = engine.build(REPOSITORY, REPOSITORY / image.dockerfile, tag, *mirrored(), *options)
    assert ended.code == 0, ended.output
    try:
        yield tag
    finally:
        engine.call("rmi", "--force", tag)


def arguments(member: Member) -> tuple[str, ...]:
    """What the shared Dockerfile must be told."""
    (script,) = scripts(member)
    apt = " ".join(member.manifest.settings.docker.apt)
    said = {"MEMBER": member.path, "SCRIPT": script, "APT": apt}
    return tuple(f"--build-arg={name}={value}" for name, value in said.items())


def test_every_dockerfile_and_every_member_is_among_these_images() -> None:
    workers = {each.name for each in WORKSPACE.members if each.path.startswith("workers/")}
    assert workers == set(ASKED)
    written = {each.dockerfile.path for each in check(WORKSPACE).builds}
    baked = {path for path in written if path.startswith("ops/images/")}  # see test_images.py
    assert {each.dockerfile for each in ALL} == written - baked
    assert {each.member for each in ALL if each.dockerfile == SHARED} == {*workers, SERVER}
    assert set(ALL) >= SAMPLE


@pytest.mark.parametrize("image", [each for each in ALL if LONG or each in SAMPLE], ids=str)
def test_an_image_answers_a_message_as_its_own_user(image: Image, docker_engine: Engine) -> None:
    with built(docker_engine, image) as tag:
        user = docker_engine.call("image", "inspect", "--format={{.Config.User}}", tag).output
        assert user.strip() not in ROOT_USERS
        if image.member == SERVER:
            assert served(docker_engine, tag) == {"heard": "tea"}
        else:
            payload, key, value = ASKED[image.member]
            assert answered(docker_engine, tag, payload)[key] == value


def answered(engine: Engine, tag: str, payload: object) -> dict[str, Any]:
    """The payload that a worker gives for one line on its stdin, started as its image says."""
    line = json.dumps({"id": "1", "payload": payload}) + "\n"
    ended = engine.run(tag, options=("--interactive",), said=line)
    result = result_in(ended.output)
    assert (ended.code, result["status"], result["error"]) == (0, "ok", None), ended.output
    found = result["payload"]
    assert isinstance(found, dict)
    return found


def result_in(output: str) -> dict[str, Any]:
    """The one line of an output that is a result; the others are of a log."""
    lines = [line for line in output.splitlines() if line.startswith('{"id"')]
    assert len(lines) == 1, output
    found: dict[str, Any] = json.loads(lines[0])
    return found


ECHO = """\
import json, sys
for line in sys.stdin:
    got = json.loads(line)
    heard = {"heard": got["payload"]["say"]}
    print(json.dumps({"id": got["id"], "worker": "echo", "status": "ok", "payload": heard}))
    sys.stdout.flush()
"""
ASK = """\
import json, sys
from urllib.request import urlopen
at = "http://127.0.0.1:%s"
data = json.dumps({"id": "1", "payload": {"say": "tea"}}).encode()
if json.load(urlopen(at + "/health"))["workers"]["echo"] == "not running":
    urlopen(at + "/workers/echo/messages", data)
print(json.dumps(json.load(urlopen(at + "/results/1"))["result"]))
"""


def served(engine: Engine, tag: str) -> object:
    """The payload that the server gives for a message to a worker that repeats what it hears."""
    port = "18437"  # the containers of these tests share the network of the machine
    workers = json.dumps({"echo": ["python", "-c", ECHO]})
    name = tag.rpartition("/")[2].replace(":", "-")
    options = (f"--env=INSIGHT_WORKERS={workers}", f"--env=INSIGHT_PORT={port}")
    engine.run(tag, options=(*options, "--detach", f"--name={name}"))
    try:
        ask = ("exec", name, "python", "-c", ASK % port)
        said = until(lambda: engine.call(*ask), lambda it: it.code == 0 and it.output != "null\n")
        result = json.loads(said.output)
        assert result["status"] == "ok"
        return result["payload"]
    finally:
        engine.call("rm", "--force", name)


def until(ask: Callable[[], Result], good: Callable[[Result], bool], seconds: float = 60) -> Result:
    """What is answered at last: the first that is good, or whatever it is after these seconds."""
    end = time.monotonic() + seconds
    while not good(found := ask()) and time.monotonic() < end:
        time.sleep(0.5)
    return found
