"""Who asks `ws docker ensure` what is remembered, gets the same answer sooner."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from ws import api
from ws.cli import quick
from ws.commands import ensure_remembered
from ws.commands.context import Context
from ws.commands.ensure import Asked
from ws.engines import engine_socket
from ws.files import ensured as memory
from ws.files.store import Store
from ws.formats import bundle, ensured
from ws.model.docker_engine import EngineState
from ws.model.ensured import Answer, ServiceState, Tried
from ws.model.product import Product

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT = {"WS_DOCKER": "0"}
CODE = (
    "import sys, atexit; sys.argv = ['ws', *{args}]\n"
    "from ws.__main__ import main\n"
    "atexit.register(lambda: print('click' in sys.modules, file=sys.stderr))\n"
    "main()"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A bundle whose only service runs without Docker, as an earlier run has found."""
    (tmp_path / "bundle.json").write_text("{}")
    environ = {**os.environ, **WITHOUT}
    context = Context(tmp_path, environ, None, (), lambda: pytest.fail("asked"), print)
    done = (Tried("host", "done"),)
    one = ServiceState("one", True, "ready", "host", done, "one:latest", "", "/x/one")
    answer = Answer("p", EngineState("disabled", "off"), (one,))
    seen = memory.see(tmp_path, ["bundle.json"])
    assert seen is not None
    key = ensure_remembered.question(context, Asked(), engine_socket.endpoint(environ), tmp_path)
    memory.remember(Store(tmp_path), key, memory.Remembered(seen, {}, {}, ensured.write(answer)))
    return tmp_path


def ran(root: Path, *args: str) -> tuple[int, str, str]:
    code = CODE.format(args=["docker", "ensure", *args])
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, **WITHOUT},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("form", ["human", "json"])
def test_the_answer_is_the_same_with_click_and_without(root: Path, form: str) -> None:
    soon = ran(root, "--format", form)
    slow = ran(root, "--format", form, "--color", "never")
    assert (soon[0], soon[2].splitlines()[-1]) == (0, "False"), soon
    assert (slow[0], slow[2].splitlines()[-1]) == (0, "True"), slow
    assert soon[1] == slow[1]
    assert soon[2].splitlines()[:-1] == slow[2].splitlines()[:-1]


def on_terminal(root: Path, *args: str) -> bytes:
    """All that it says where stdout and stderr are one terminal."""
    near, far = os.openpty()
    with os.fdopen(near, "rb", buffering=0) as screen:
        subprocess.run(
            [sys.executable, "-m", "ws", "docker", "ensure", *args],
            cwd=root,
            env={**os.environ, **WITHOUT},
            stdout=far,
            stderr=far,
            check=True,
        )
        os.close(far)
        return screen.read(4096)


@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_it_is_as_colourful(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = on_terminal(root)
    assert b"\033[3" in said
    assert said == on_terminal(root, "--color", "auto")
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\033" not in on_terminal(root)


@pytest.mark.parametrize(("colour", "bold"), [(None, False), ("red", True), ("green", False)])
def test_colours_are_those_of_click(colour: str | None, *, bold: bool) -> None:
    assert quick.coloured("a", colour, bold=bold) == click.style("a", fg=colour, bold=bold or None)


@pytest.mark.parametrize(
    "args", [("--help",), ("--format", "github"), ("--format", "xml"), ("--format",), ("-q",)]
)
def test_the_rest_is_left_to_the_command(root: Path, args: tuple[str, ...]) -> None:
    assert ran(root, *args)[2].splitlines()[-1] == "True"


def test_what_is_not_remembered_is_looked_into(root: Path) -> None:
    (root / "bundle.json").write_text("[]")
    code, out, err = ran(root, "--format", "json")
    assert (code, err.splitlines()[-1]) == (2, "True")
    assert "bundle/unreadable" in out


@pytest.mark.skipif(os.name == "nt", reason="closes streams as a shell of Unix does")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_product_without_a_console_is_answered(root: Path, closed: str) -> None:
    environ = {**os.environ, **WITHOUT}
    words = f'"{sys.executable}" -m ws docker ensure --format json {closed}'
    ended = subprocess.run(
        ["sh", "-c", words], cwd=root, env=environ, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert bool(ended.stdout) == (">&-" not in closed.split())


def test_an_application_hears_of_the_end_where_there_was_nothing_to_do(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_DOCKER", "0")
    events: list[str] = []
    answer = api.ensure(root, on_event=lambda event: events.append(event.kind))
    assert (answer.ok, answer.remembered, events) == (True, True, ["planned", "ended"])


def test_one_name_is_no_list_of_letters(root: Path) -> None:
    (root / "bundle.json").write_text(bundle.write(Product("p", (), ("host",), "")))
    with pytest.raises(api.WsError, match="one is no service"):
        api.ensure(root, "one")
    with pytest.raises(api.WsError, match="one is no service"):
        api.status(root, "one")


@pytest.mark.parametrize("engine", ["tcp://ann:geheim@127.0.0.1:1", "ssh://ann:geheim@nowhere"])
def test_what_is_noted_holds_no_password(tmp_path: Path, engine: str) -> None:
    context = Context(
        tmp_path, {"DOCKER_HOST": engine}, None, (), lambda: pytest.fail("asked"), print
    )
    assert "geheim" not in ensure_remembered.question(context, Asked(), engine, tmp_path)


def test_two_sockets_are_two_engines(tmp_path: Path) -> None:
    def question(engine: str) -> str:
        context = Context(
            tmp_path, {"DOCKER_HOST": engine}, None, (), lambda: pytest.fail("asked"), print
        )
        return ensure_remembered.question(context, Asked(), engine, tmp_path)

    assert question("unix:///a/b@c") != question("unix:///other/b@c")


def test_a_product_that_was_moved_is_looked_into_since_its_answer_names_programs(
    tmp_path: Path,
) -> None:
    context = Context(tmp_path, {}, None, (), lambda: pytest.fail("asked"), print)
    one, other = (
        ensure_remembered.question(context, Asked(), "", tmp_path / name) for name in ("a", "b")
    )
    assert one != other
