"""`ws docker up --host`: programs in the background, without Docker."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from ws.engines import background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Ran

LONG = "#!/bin/sh\necho begun in $PWD with $LEVEL $WHERE\nexec sleep 60\n"
MODELS = '[tool.ws.docker.volumes.models]\npath = "/models"\nenvironment = "MODELS"\n'
SHORT = "#!/bin/sh\necho there is no way\nexit 3\n"
PARENT = "#!/bin/sh\nsleep 62 &\necho $! > child\nwait\n"
STUBBORN = "#!/bin/sh\ntrap '' TERM\necho begun\nwhile true; do sleep 0.1; done\n"
COMPOSE = """[workspace]
members = ["workers/*"]
[compose]
environment = { LEVEL = "INFO", WHERE = "broker" }
host-environment = { WHERE = "${PLACE:-here}" }
[compose.services.broker]
image = "redis:7"
x-ws-host = "sleep 61"
[compose.services.store]
image = "postgres"
"""


@pytest.fixture
def make(
    make_workspace: Callable[[Mapping[str, str]], Path], ws: Callable[..., Ran]
) -> Iterator[Callable[..., Path]]:
    """A workspace whose workers have these programs; none of them outlives the test."""

    def made(**programs: str) -> Path:
        files = {"workspace.toml": COMPOSE}
        for name in programs:
            script = f'[tool.poetry.scripts]\n{name} = "{name}:main"\n'
            waits = '[tool.ws.compose]\ndepends-on = ["broker"]\n'
            files[f"workers/{name}"] = f"\n{script}{waits}"
        root = make_workspace(files)
        for name, text in programs.items():
            path = root / f"workers/{name}/.venv/bin/{name}"
            path.parent.mkdir(parents=True)
            path.write_text(text)
            path.chmod(0o755)
        return root

    yield made
    ws("docker", "down", "--host")


def outcomes(ran: Ran) -> dict[str, tuple[str, str]]:
    return {each["member"]: (each["status"], each["reason"]) for each in ran.json["outcomes"]}


def pid(root: Path, name: str) -> int:
    found = json.loads((root / f".ws/up/{name}.json").read_text())["pid"]
    assert isinstance(found, int)
    return found


def runs(number: int) -> bool:
    return bool(background.birth(number, os.environ))


def test_programs_start_once_in_a_session_of_their_own_and_down_ends_them(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG, parse=LONG)
    first = ws("docker", "up", "--host", "--format", "json")
    assert {name: each[0] for name, each in outcomes(first).items()} == {
        "broker": "done",
        "store": "skipped",
        "chat": "done",
        "parse": "done",
    }
    assert "x-ws-host" in outcomes(first)["store"][1]
    numbers = [pid(root, name) for name in ("broker", "chat", "parse")]
    assert all(os.getsid(number) == number for number in numbers)
    again = outcomes(ws("docker", "up", "chat", "--host", "--format", "json"))
    assert {name: each[0] for name, each in again.items()} == {
        "broker": "skipped",
        "chat": "skipped",
    }
    said = ws("docker", "logs", "chat", "--host", "--tail", "1")
    assert said.out == f"chat | begun in {root}/workers/chat with INFO here\n"
    down = ws("docker", "down", "--host", "--format", "json")
    assert {each[0] for each in outcomes(down).values()} == {"done"}
    assert not any(map(runs, numbers))
    assert not list((root / ".ws/up").iterdir())
    assert outcomes(ws("docker", "down", "--host", "--format", "json")) == {
        "": ("skipped", "nothing is running")
    }


def test_what_a_service_that_is_no_member_waits_for_is_started_before_it(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG)
    (root / "workspace.toml").write_text(f'{COMPOSE}depends_on = ["broker"]\n')
    started = ws("docker", "up", "store", "--host", "--format", "json")
    assert list(outcomes(started)) == ["broker", "store"]


def test_a_program_that_dies_at_once_has_failed_with_its_last_lines(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=SHORT, parse=LONG)
    ran = ws("docker", "up", "--host", "--format", "json")
    assert ran.code == 1
    assert outcomes(ran)["chat"] == (
        "failed",
        "it ended at once, with code 3: there is no way",
    )
    (failed,) = (each for each in ran.json["outcomes"] if each["status"] == "failed")
    assert (root / failed["log"]).read_text() == "there is no way\n"
    assert outcomes(ran)["parse"][0] == "done"
    assert not (root / ".ws/up/chat.json").exists()


def test_what_cannot_be_started_says_what_to_do(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG)
    (root / "workers/chat/.venv/bin/chat").unlink()
    lacks = outcomes(ws("docker", "up", "chat", "--host", "--format", "json"))["chat"]
    assert lacks == ("failed", "chat is not on PATH: ws install --filter chat")
    unknown = ws("docker", "up", "chet", "--host", "--format", "json")
    assert unknown.code == 2
    assert unknown.json["findings"][0]["hint"] == 'did you mean "chat"?'


def test_one_that_does_not_end_is_killed(
    make: Callable[..., Path], ws: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(chat=STUBBORN)
    ws("docker", "up", "--host")
    number = pid(root, "chat")
    monkeypatch.setattr(background.end, "__defaults__", (0.5,))
    down = outcomes(ws("docker", "down", "--host", "--format", "json"))
    assert down["chat"] == ("done", "it had to be killed")
    until_ended(number)


def until_ended(number: int) -> None:
    end = time.monotonic() + 5
    while runs(number):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells whose a child is")
@pytest.mark.parametrize("command", ["down", "up"])
def test_what_a_program_that_crashed_left_behind_is_ended(
    make: Callable[..., Path], ws: Callable[..., Ran], command: str
) -> None:
    root = make(chat=PARENT)
    ws("docker", "up", "chat", "--host")
    number, child = pid(root, "chat"), int((root / "workers/chat/child").read_text())
    os.kill(number, signal.SIGKILL)
    until_ended(number)
    ran = outcomes(ws("docker", command, "--host", "--format", "json"))
    assert ran["chat"][0] == "done"
    until_ended(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells whose a child is")
def test_a_program_that_dies_at_once_leaves_nothing_behind(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=PARENT.replace("wait", "sleep 0.3; exit 3"))
    assert ws("docker", "up", "chat", "--host").code == 1
    until_ended(int((root / "workers/chat/child").read_text()))


def test_a_process_that_was_given_the_number_of_one_is_never_signalled(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG)
    ws("docker", "up", "--host")
    record = root / ".ws/up/chat.json"
    said = json.loads(record.read_text())
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        try:
            record.write_text(json.dumps({**said, "pid": other.pid}))
            down = outcomes(ws("docker", "down", "--host", "--format", "json"))
            assert down["chat"] == ("skipped", "it was not running any more")
            assert other.poll() is None
        finally:
            other.kill()
    record.write_text(json.dumps(said))  # and the real one is ended after all
    assert outcomes(ws("docker", "down", "--host", "--format", "json"))["chat"][0] == "done"


def test_a_program_is_told_where_its_volumes_are(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat="#!/bin/sh\necho $MODELS > $MODELS/said\nexec sleep 60\n")
    manifest = root / "workers/chat/pyproject.toml"
    manifest.write_text(manifest.read_text() + MODELS)
    assert ws("docker", "up", "chat", "--host").code == 0
    models = root / ".ws/volumes/models"
    assert (models / "said").read_text() == f"{models}\n"


def test_a_variable_that_must_be_set_is_asked_for(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG)
    path = root / "workspace.toml"
    path.write_text(path.read_text().replace("${PLACE:-here}", "${PLACE:?set PLACE}"))
    ran = outcomes(ws("docker", "up", "chat", "--host", "--format", "json"))
    assert ran["chat"][0] == "failed"
    assert ran["chat"][1].startswith("PLACE is not set: set PLACE (")


def test_variables_may_stand_where_compose_looks_for_them(
    make: Callable[..., Path], ws: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(chat=LONG, router=LONG)
    (root / "ops").mkdir()
    (root / "ops/.env").write_text("# where\nHOST='far away'\nPLACE=${HOST}:7\n")
    ws("docker", "up", "chat", "--host")
    assert ws("docker", "logs", "chat", "--host").out.endswith("with INFO far away:7\n")
    monkeypatch.setenv("PLACE", "the shell's")
    ws("docker", "up", "router", "--host")
    assert ws("docker", "logs", "router", "--host").out.endswith("with INFO the shell's\n")


def test_a_line_that_is_none_is_told_without_its_text(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG)
    (root / "ops").mkdir()
    (root / "ops/.env").write_text("PLACE=here\n\nTOKEN s3cr3t\n")
    ran = ws("docker", "up", "chat", "--host")
    assert ran.code == 2
    assert "ops/.env:3: error: this is no NAME=VALUE" in ran.err
    assert "s3cr3t" not in ran.err


@pytest.mark.usefixtures("socket_enabled")
def test_what_answers_at_the_port_of_a_member_is_not_that_member(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG)
    manifest = root / "workers/chat/pyproject.toml"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        manifest.write_text(f"{manifest.read_text()}[tool.ws.docker]\nport = {port}\n")
        ran = outcomes(ws("docker", "up", "chat", "--host", "--format", "json"))
    assert ran["chat"][0] == "failed"
    assert ran["chat"][1].startswith(f"port {port} of this machine is taken")


@pytest.mark.parametrize(
    ("words", "shell", "file", "started"),
    [
        ((), None, "", {"broker", "parse"}),
        ((), "speech", "", {"broker", "parse", "chat"}),
        ((), None, "COMPOSE_PROFILES=more,speech\n", {"broker", "parse", "chat", "store"}),
        ((), "", "COMPOSE_PROFILES=speech\n", {"broker", "parse"}),
        (("chat",), None, "", {"broker", "chat"}),
        (("--infra",), None, "", {"broker"}),
    ],
)
def test_a_service_of_a_profile_is_started_only_when_asked_for(
    make: Callable[..., Path],
    ws: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    shell: str | None,
    file: str,
    started: set[str],
) -> None:
    root = make(chat=LONG, parse=LONG)
    manifest, workspace = root / "workers/chat/pyproject.toml", root / "workspace.toml"
    compose = "[tool.ws.compose]"
    manifest.write_text(manifest.read_text().replace(compose, f'{compose}\nprofiles = ["speech"]'))
    workspace.write_text(f'{workspace.read_text()}profiles = ["more"]\n')
    (root / "ops").mkdir()
    (root / "ops/.env").write_text(file)
    if shell is not None:
        monkeypatch.setenv("COMPOSE_PROFILES", shell)
    ran = ws("docker", "up", "--host", *words, "--format", "json")
    assert set(outcomes(ran)) == started


def say_port(root: Path, name: str, port: int) -> None:
    manifest = root / f"workers/{name}/pyproject.toml"
    manifest.write_text(f"{manifest.read_text()}[tool.ws.docker]\nport = {port}\n")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


@pytest.mark.usefixtures("socket_enabled")
def test_a_port_is_that_of_one_service_alone(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root, port = make(chat=LONG, parse=LONG, router=LONG), free_port()
    for name in ("chat", "parse", "router"):
        say_port(root, name, port)
    words = ("docker", "up", "--host", "--no-wait", "--format", "json")
    together = outcomes(ws(*words, "chat", "parse"))
    taken = f"port {port} is that of chat: say another in [tool.ws.docker]"
    assert together["chat"][0] == "done"
    assert together["parse"] == ("failed", taken)
    assert outcomes(ws(*words, "router", "chat"))["router"] == ("failed", taken)


@pytest.mark.usefixtures("socket_enabled")
def test_what_answers_meanwhile_is_not_the_program_that_dies(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    port = free_port()
    listen = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(9)"
    root = make(chat=f'#!/bin/sh\n{sys.executable} -c "{listen}" &\nsleep 0.8\nexit 3\n')
    say_port(root, "chat", port)
    failed = outcomes(ws("docker", "up", "chat", "--host", "--format", "json"))["chat"]
    assert failed == ("failed", "it ended at once, with code 3")


@pytest.mark.parametrize("more", [(), ("--follow",), ("--tail", "1")])
def test_the_last_words_of_a_program_are_told_though_no_line_ends_them(
    make: Callable[..., Path], ws: Callable[..., Ran], more: tuple[str, ...]
) -> None:
    make(chat="#!/bin/sh\nprintf 'no way'\nexit 3\n")
    ws("docker", "up", "chat", "--host")
    assert ws("docker", "logs", "chat", "--host", *more).out == "chat | no way\n"


def test_all_that_was_said_up_to_the_end_is_told_to_who_follows(
    make: Callable[..., Path], ws: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_seconds: float) -> None:
        os.kill(number, signal.SIGKILL)
        until_ended(number)
        with (root / ".ws/logs/up/chat.log").open("a") as log:
            log.write("half\nno way")

    root = make(chat="#!/bin/sh\nprintf 'one\\nother '\nexec sleep 60\n")
    ws("docker", "up", "chat", "--host")
    number = pid(root, "chat")
    monkeypatch.setattr("ws.commands.host_down.time", SimpleNamespace(sleep=ends))
    followed = ws("docker", "logs", "chat", "--host", "--follow")
    assert followed.out == "chat | one\nchat | other half\nchat | no way\n"


def test_what_has_died_is_not_told_as_running(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(chat=LONG, parse=LONG)
    ws("docker", "up", "chat", "--host")
    number = pid(root, "chat")
    os.kill(number, signal.SIGKILL)
    until_ended(number)
    ran = ws("docker", "up", "parse", "--host", "--format", "json")
    assert ran.json["data"]["running"] == ["broker", "parse"]


def test_ctrl_c_ends_the_waiting_and_not_what_was_started(
    make: Callable[..., Path], ws: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    root = make(chat=LONG)
    with monkeypatch.context() as patched:
        patched.setattr("ws.commands.host_up._Start.look", interrupt)
        ran = ws("docker", "up", "chat", "--host", "--format", "json")
    (found,) = ran.json["findings"]
    assert (ran.code, found["rule"]) == (130, "run/interrupted")
    assert found["hint"] == "ws docker down --host ends it"
    assert runs(pid(root, "chat"))
    monkeypatch.setattr("ws.commands.host_down.time.sleep", interrupt)
    followed = ws("docker", "logs", "--host", "--follow")
    assert (followed.code, followed.err) == (130, "")


def test_where_there_is_no_engine_the_way_without_is_told(
    make: Callable[..., Path], ws: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(chat=LONG)
    monkeypatch.setenv("PATH", "")
    ran = ws("docker", "up", "--format", "json")
    assert ran.code == 2
    assert ran.json["findings"][0]["hint"].endswith("; or do without Docker: --host")


def test_ctrl_c_while_a_program_starts_leaves_none_that_nobody_knows(
    make: Callable[..., Path], ws: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(number: int, environ: Mapping[str, str]) -> str:
        signal.raise_signal(signal.SIGINT)
        return birth(number, environ)

    root, birth = make(chat=LONG), background.birth
    with monkeypatch.context() as patched:
        patched.setattr(background, "birth", interrupted)
        assert ws("docker", "up", "chat", "--host").code == 130
    number = pid(root, "broker")
    assert runs(number)
    assert not (root / ".ws/up/chat.json").exists()
    down = outcomes(ws("docker", "down", "--host", "--format", "json"))
    assert down == {"broker": ("done", "")}
    assert not runs(number)


def test_wrong_words_are_told_with_the_help_of_their_command(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    make(chat=LONG)
    for words, told in (
        (("docker", "up", "--hots"), "ws docker up"),
        (("docker", "pu"), "ws docker"),
        (("generate", "compose", "x"), "ws generate compose"),
        (("lock", "--no"), "ws lock"),
        (("--no",), "ws"),
    ):
        assert f"see `{told} --help`" in ws(*words).err


def test_who_is_no_service_is_told_why(make: Callable[..., Path], ws: Callable[..., Ran]) -> None:
    root = make(chat=LONG, router=LONG)
    manifest = root / "workers/chat/pyproject.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace("[tool.ws.compose]", "[tool.ws.compose]\nservice = false"))
    for words in (("up",), ("logs",)):
        ran = ws("docker", *words, "--host", "chat")
        assert ran.code == 2
        assert "chat is no service" in ran.err
        assert "unless [tool.ws.compose] says service = false" in ran.err
        assert 'did you mean "router"?' in ws("docker", *words, "--host", "ruoter").err
    assert ws("docker", "logs", "--host", "router").code == 0  # it has said nothing


def test_events_know_the_whole_name_of_a_command(
    make: Callable[..., Path], ws: Callable[..., Ran], tmp_path: Path
) -> None:
    make(chat=LONG)
    events = tmp_path / "events"
    ran = ws("docker", "up", "--host", "chat", "--events", str(events), "--format", "json")
    told = {json.loads(line)["command"] for line in events.read_text().splitlines()}
    assert told == {ran.json["command"]} == {"docker up"}


@pytest.mark.parametrize("option", ["--dev", "--build"])
def test_images_are_nothing_for_the_host(
    make: Callable[..., Path], ws: Callable[..., Ran], option: str
) -> None:
    make(chat=LONG)
    assert ws("docker", "up", "--host", option).code == 2
    assert ws("docker", "down", "--host", "--volumes").code == 2
    assert ws("docker", "logs", "--host", "--follow", "--format", "json").code == 2
