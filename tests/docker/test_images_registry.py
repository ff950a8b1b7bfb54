"""Images that go into registries on loopback and come out of them again."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket
from tests.conftest import long
from tests.integration.living import living, mark

from .elsewhere.engine import second_engine
from .elsewhere.proxy import line
from .elsewhere.registry import registry
from .elsewhere.workspace import identity, ws
from .movable import WORKERS, ids, movable, says
from .test_images_safety import plain_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .conftest import Engine
    from .elsewhere.engine import Elsewhere
    from .elsewhere.workspace import Led

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOWHERE = "127.0.0.1:9"
"""Nobody listens on this port."""
WRONG = "wr0ng/c@nary"
LARGE = 2**20


@pytest.fixture(scope="module")
def made(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Led]:
    with movable(docker_engine, tmp_path_factory.mktemp("registry"), large=LARGE) as place:
        yield place


@pytest.fixture
def place(made: Led) -> Iterator[Led]:
    """The workspace as it was made."""
    toml = (made.root / "workspace.toml").read_text()
    yield made
    (made.root / "workspace.toml").write_text(toml)


@pytest.fixture(scope="module")
def elsewhere(docker_engine: Engine) -> Iterator[Elsewhere]:
    with second_engine(docker_engine) as both:
        yield both


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that all tests use, each in a place of its own."""
    pytest_socket.enable_socket()  # before a test's own fixtures do
    with registry(tmp_path_factory.mktemp("shared")) as found:
        yield found


@pytest.fixture
def host(shared: str) -> str:
    """The beginning of the names of a test's images."""
    return f"{shared}/{uuid.uuid4().hex[:8]}"


@pytest.fixture
def there(elsewhere: Elsewhere, place: Led) -> Iterator[Mapping[str, str]]:
    """The variables of the second engine, which has none of the images."""
    yield elsewhere.there_variables()
    found = elsewhere.there.call("images", "--quiet", "--no-trunc").output.split()
    if found:
        elsewhere.there.call("rmi", "--force", *dict.fromkeys(found))
    assert ids(elsewhere.there, place) == {}


def push(place: Led, *args: str, **variables: str) -> dict[str, Any]:
    return ws(place, "docker", "push", "--local", place.tag, *args, **variables)


def pull(place: Led, *args: str, **variables: str) -> dict[str, Any]:
    return ws(place, "docker", "pull", "--local", place.tag, *args, **variables)


def settings(place: Led, text: str) -> None:
    """What `[docker]` of the workspace says."""
    toml = f'[workspace]\nmembers = ["*"]\n[docker]\n{text}\n'
    (place.root / "workspace.toml").write_text(toml)


def statuses(said: dict[str, Any]) -> dict[str, str]:
    return {each["member"]: each["status"] for each in said["outcomes"]}


def row(said: dict[str, Any], member: str = "ann") -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in said["data"]["images"] if e["member"] == member)
    return found


def rules(said: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in said["findings"]]


def git(root: Path, *args: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main")
    ran = subprocess.run(["git", *who, *args], cwd=root, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_what_is_pushed_is_pulled_elsewhere_and_neither_is_done_twice(
    place: Led, elsewhere: Elsewhere, host: str, there: Mapping[str, str]
) -> None:
    to, by = ("--to", f"{host}/acme"), ("--from", f"{host}/acme")
    said = push(place, *to)
    assert statuses(said) == dict.fromkeys(WORKERS, "done"), said
    assert [each["reference"] for each in row(said)["references"]] == [f"{host}/acme/ann:0.1.0"]
    assert identity(place.engine, f"{host}/acme/ann:0.1.0") == ""  # its name there is not kept
    said = push(place, *to)
    assert statuses(said) == dict.fromkeys(WORKERS, "skipped")

    said = pull(place, *by, **there)
    assert statuses(said) == dict.fromkeys(WORKERS, "done"), said
    assert rules(said) == []
    assert ids(elsewhere.there, place) == ids(place.engine, place)
    assert identity(elsewhere.there, f"{host}/acme/ann:0.1.0") == ""
    assert says(elsewhere.there, place, "eve")
    assert row(said)["fetched"] > LARGE
    assert row(said)["reference"] == f"{host}/acme/ann:0.1.0"
    assert row(said)["digest"].startswith("sha256:")
    said = pull(place, *by, **there)
    assert {(e["status"], e["reason"]) for e in said["outcomes"]} == {("skipped", "up to date")}
    said = pull(place, *by, "--force", **there)
    assert {(e["status"], e["reason"]) for e in said["outcomes"]} == {
        ("skipped", "the registry has no other")
    }


def test_names_come_from_version_commit_and_branch(place: Led, host: str) -> None:
    settings(place, f'registry = "{host}/acme"\ntags = ["{{version}}", "{{branch}}-{{sha}}"]')
    said = push(place, "ann")
    assert rules(said) == ["usage/tag"]
    assert said["findings"][0]["message"] == "there is no commit for the tag {sha}"
    git(place.root, "init")
    git(place.root, "add", ".")
    git(place.root, "commit", "--quiet", "-m", "one")
    git(place.root, "checkout", "--quiet", "-b", "feature/x")
    commit = git(place.root, "rev-parse", "HEAD")[:12]
    # Its own name tells the registry now: that is another one than was built.
    said = push(place, "ann")
    assert statuses(said) == {"ann": "failed"}
    place.engine.call("tag", f"ann:{place.tag}", f"{host}/acme/ann:{place.tag}")
    said = push(place, "ann")
    names = [f"{host}/acme/ann:0.1.0", f"{host}/acme/ann:feature-x-{commit}"]
    assert [each["reference"] for each in row(said)["references"]] == names
    assert rules(said) == []
    with (place.root / "ann/pyproject.toml").open("a") as file:
        file.write("# an edit\n")
    said = push(place, "ann", "--tag", "{sha}")
    git(place.root, "checkout", "--quiet", "ann/pyproject.toml")
    assert [each["reference"] for each in row(said)["references"]] == [
        f"{host}/acme/ann:{commit}-dirty"
    ]
    assert rules(said)[-1] == "registry/dirty"
    place.engine.call("rmi", f"{host}/acme/ann:{place.tag}")


def test_all_mirrors_get_it_and_one_that_is_away_is_a_failure(
    place: Led, host: str, tmp_path: Path
) -> None:
    (tmp_path / "two").mkdir()
    with registry(tmp_path / "two") as other:
        to = ("--to", f"{host}/acme", "--to", f"{NOWHERE}/acme", "--to", f"{other}/acme")
        said = push(place, "ann", *to, "--retries", "0")
        assert statuses(said) == {"ann": "failed"}
        found = {each["reference"]: each["status"] for each in row(said)["references"]}
        assert found == {
            f"{host}/acme/ann:0.1.0": "done",
            f"{NOWHERE}/acme/ann:0.1.0": "failed",
            f"{other}/acme/ann:0.1.0": "done",
        }
        (outcome,) = said["outcomes"]
        assert outcome["reason"].startswith(f"the engine cannot reach the registry {NOWHERE}")
        assert outcome["reason"].endswith(f"{host}/acme/ann:0.1.0, {other}/acme/ann:0.1.0")


def test_a_mirror_serves_what_the_registry_does_not(
    place: Led, elsewhere: Elsewhere, host: str, there: Mapping[str, str]
) -> None:
    assert push(place, "ann", "--to", f"{host}/acme")["ok"]
    settings(place, f'registry = "{NOWHERE}/acme"\nmirrors = ["{host}/none", "{host}/acme"]')
    said = pull(place, "ann", **there)
    assert said["ok"], said
    assert row(said)["reference"] == f"{host}/acme/ann:0.1.0"
    assert row(said)["tag"] == f"{NOWHERE}/acme/ann:{place.tag}"
    assert identity(elsewhere.there, row(said)["tag"]) == ids(place.engine, place)["ann"]
    assert row(said)["fetched"] > LARGE
    assert [each["reference"] for each in row(said)["failed"]] == [
        f"{NOWHERE}/acme/ann:0.1.0",
        f"{host}/none/ann:0.1.0",
    ]
    assert rules(said) == ["registry/failed", "registry/failed"]


def test_a_registry_that_says_nothing_is_asked_last(
    place: Led, host: str, there: Mapping[str, str]
) -> None:
    assert push(place, "ann", "bob", "--to", host)["ok"]
    with socket.create_server(("127.0.0.1", 0)) as server:  # it takes connections, and no more
        silent = f"127.0.0.1:{server.getsockname()[1]}"
        begin = time.monotonic()
        said = pull(place, "ann", "bob", "--from", silent, "--from", host, "--jobs=1", **there)
    assert statuses(said) == {"ann": "done", "bob": "done"}, said
    assert time.monotonic() - begin < 30  # it is waited for once
    assert row(said, "bob")["failed"] == [
        {"reference": f"{silent}/bob:0.1.0", "reason": f"the registry {silent} does not answer"}
    ]
    assert rules(said) == ["registry/failed", "registry/failed"]


def test_a_registry_that_fails_half_way_leaves_nothing_and_the_mirror_serves(
    place: Led, elsewhere: Elsewhere, host: str, there: Mapping[str, str]
) -> None:
    assert push(place, "ann", "--to", f"{host}/acme")["ok"]
    address, _, mine = host.partition("/")
    with line(address, lambda _number: LARGE // 2) as broken:
        at = f"{broken.host}/{mine}/acme"
        alone = pull(place, "ann", "--from", at, "--retries", "0", **there)
        assert statuses(alone) == {"ann": "failed"}
        assert row(alone)["tries"] == 1
        assert "the connection to the registry" in alone["outcomes"][0]["reason"]
        assert "broke off" in alone["outcomes"][0]["reason"]
        assert ids(elsewhere.there, place) == {}
        assert max(broken.connections) == LARGE // 2  # it was cut in the middle of a layer
        both = ("--from", at, "--from", f"{host}/acme")
        said = pull(place, "ann", *both, **there)
    assert said["ok"], said
    assert row(said)["reference"] == f"{host}/acme/ann:0.1.0"
    assert row(said)["tries"] == 1
    assert rules(said) == ["registry/failed"]
    assert says(elsewhere.there, place, "ann")


@long  # the engine itself tries for a minute
def test_a_mirror_that_breaks_off_half_way_is_a_failure_and_gets_the_rest_later(
    place: Led, host: str, there: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "two").mkdir()
    with registry(tmp_path / "two") as other:
        with line(other, lambda _number: LARGE // 2, sent=True) as broken:
            to = ("--to", f"{broken.host}/acme", "--to", f"{host}/acme")
            said = push(place, "ann", *to, "--retries", "0")
        assert max(broken.connections) == LARGE // 2  # it was cut in the middle of a layer
        assert {each["reference"]: each["status"] for each in row(said)["references"]} == {
            f"{broken.host}/acme/ann:0.1.0": "failed",
            f"{host}/acme/ann:0.1.0": "done",
        }
        assert "broke off" in said["outcomes"][0]["reason"]
        said = pull(place, "ann", "--from", f"{other}/acme", **there)
        assert f"does not have {other}/acme/ann:0.1.0" in said["outcomes"][0]["reason"]
        said = push(place, "ann", "--to", f"{other}/acme", "--to", f"{host}/acme")
        assert [each["status"] for each in row(said)["references"]] == ["done", "skipped"]
        assert pull(place, "ann", "--from", f"{other}/acme", **there)["ok"]


def test_a_line_that_gets_well_again_is_waited_for(
    place: Led, elsewhere: Elsewhere, host: str, there: Mapping[str, str], tmp_path: Path
) -> None:
    assert push(place, "ann", "--to", f"{host}/acme")["ok"]
    begin = time.monotonic()
    events = tmp_path / "events"
    address, _, mine = host.partition("/")
    with line(address, lambda _number: 2**30 if time.monotonic() > begin + 2 else 1000) as ill:
        at = f"{ill.host}/{mine}/acme"
        said = pull(place, "ann", "--from", at, "--events", str(events), **there)
    assert said["ok"], said
    assert row(said)["tries"] in (2, 3)
    assert ids(elsewhere.there, place)["ann"] == ids(place.engine, place)["ann"]
    waits = [
        event["text"].partition(":")[0]
        for event in map(json.loads, events.read_text().splitlines())
        if event["event"] == "step" and "again" in event["text"]
    ]
    assert waits == ["pulling again in 1 s", "pulling again in 2 s"][: row(said)["tries"] - 1]


@pytest.mark.parametrize("way", [push, pull])
def test_what_may_pass_is_tried_again_as_often_as_is_asked(place: Led, way: Any) -> None:
    where = ("--to" if way is push else "--from", f"{NOWHERE}/acme")
    begin = time.monotonic()
    said = way(place, "ann", *where, "--retries", "1", *(["--force"] if way is pull else []))
    assert time.monotonic() - begin > 1
    assert statuses(said) == {"ann": "failed"}
    assert (row(said)["references"][0] if way is push else row(said))["tries"] == 2


def test_what_is_not_there_is_asked_for_once(
    place: Led, host: str, there: Mapping[str, str]
) -> None:
    said = pull(place, "ann", "--from", f"{host}/acme", "--tag", "none", **there)
    assert statuses(said) == {"ann": "failed"}
    assert row(said)["tries"] == 1
    assert said["outcomes"][0]["reason"] == (
        f"the registry {host.split('/', maxsplit=1)[0]} does not have {host}/acme/ann:none;"
        " put it there: ws docker push"
    )


@pytest.mark.parametrize("way", [push, pull])
def test_a_wrong_password_is_tried_once_and_shown_nowhere(
    place: Led, tmp_path: Path, way: Any, elsewhere: Elsewhere
) -> None:
    known = base64.b64encode(f"bob:{WRONG}".encode()).decode()
    config = tmp_path / "config"
    config.mkdir()
    (config / "cli-plugins").symlink_to(elsewhere.config / "cli-plugins")
    events = tmp_path / "events"
    with registry(tmp_path, guarded=True) as host:
        (config / "config.json").write_text(json.dumps({"auths": {host: {"auth": known}}}))
        where = ("--to" if way is push else "--from", f"{host}/acme")
        more = ["--force"] if way is pull else []
        client = {"DOCKER_CONFIG": str(config), "REGISTRY_PASSWORD": WRONG}
        said = way(place, "ann", *where, *more, "-v", "--events", str(events), **client)
        assert statuses(said) == {"ann": "failed"}
        assert said["outcomes"][0]["reason"] == (
            f"the registry {host} wants a login, or another; docker login {host}, and run it again"
        )
        assert (row(said)["references"][0] if way is push else row(said))["tries"] == 1
    logs = "".join(path.read_text() for path in place.root.glob(".ws/logs/**/*.log"))
    for secret in (WRONG, known):
        assert secret not in json.dumps(said) + events.read_text() + logs


def test_an_image_of_another_state_is_a_warning(
    place: Led, host: str, there: Mapping[str, str]
) -> None:
    assert push(place, "ann", "--to", f"{host}/acme")["ok"]
    source = place.root / "ann/ann.py"
    text = source.read_text()
    source.write_text(f"{text}\n# an edit\n")
    said = pull(place, "ann", "--from", f"{host}/acme", **there)
    source.write_text(text)
    assert said["ok"], said
    assert rules(said) == ["docker/stale"]
    assert said["findings"][0]["hint"] == f"ws docker build ann --tag {place.tag}"
    assert row(said)["fingerprint"]


def test_machines_of_several_platforms_push_under_one_name(
    place: Led, host: str, tmp_path: Path
) -> None:
    here = place.engine.call("version", "--format", "{{.Server.Arch}}").output.strip()
    other = "arm64" if here == "amd64" else "amd64"
    to = ("ann", "--to", f"{host}/acme", "--platform", f"linux/{here}", f"--platform=linux/{other}")
    name, tag = f"{host}/acme/ann:0.1.0", f"ann:{place.tag}"
    said = push(place, *to)
    assert said["ok"], said
    assert {each["reference"]: each["status"] for each in row(said)["references"]} == {
        f"{name}-{here}": "done",
        name: "done",
    }
    assert rules(said) == ["registry/platform"]
    assert said["findings"][0]["message"] == (
        f"{name} is without linux/{other}: {name}-{other} is not there"
    )

    # The other machine: the same state of the workspace, for its platform.
    mine = identity(place.engine, tag)
    label = "io.github.poetry-ws.fingerprint"
    form = f'--format={{{{index .Config.Labels "{label}"}}}}'
    digest = place.engine.call("image", "inspect", form, tag).output.strip()
    (tmp_path / "Dockerfile").write_text(
        f"FROM scratch\nCOPY Dockerfile /\nLABEL {label}={digest}\n"
    )
    built = place.engine.build(tmp_path, tmp_path / "Dockerfile", tag, f"--platform=linux/{other}")
    assert built.code == 0, built.output
    theirs = identity(place.engine, tag)
    said = push(place, *to)
    again = push(place, *to)
    place.engine.call("tag", mine, tag)
    assert said["ok"], said
    assert rules(said) == []
    assert statuses(again) == {"ann": "skipped"}
    for arch, image in ((here, mine), (other, theirs)):
        pulled = place.engine.call("pull", "--quiet", f"--platform=linux/{arch}", name)
        assert pulled.code == 0, pulled.output
        assert identity(place.engine, name) == image
        place.engine.call("rmi", name)

    # Another state is not put under the same name as this one.
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    place.engine.build(tmp_path, tmp_path / "Dockerfile", tag, f"--platform=linux/{other}")
    said = push(place, *to)
    place.engine.call("tag", mine, tag)
    assert "registry/platform" in rules(said)
    assert any("is of another state" in each["message"] for each in said["findings"])


def test_without_buildx_it_is_the_same(
    place: Led, host: str, tmp_path: Path, docker_engine: Engine
) -> None:
    client = plain_client(docker_engine, tmp_path / "plain")
    to = ("ann", "--to", f"{host}/acme")
    assert statuses(push(place, *to, **client)) == {"ann": "done"}
    assert statuses(push(place, *to, **client)) == {"ann": "skipped"}
    said = pull(place, "ann", "--from", f"{host}/acme", "--force", **client)
    assert statuses(said) == {"ann": "skipped"}
    platforms = ("--platform", "linux/amd64", "--platform", "linux/arm64")
    said = push(place, *to, *platforms, **client)
    assert "needs Buildx, and docker has none here" in said["outcomes"][0]["reason"]


@pytest.mark.parametrize(
    "endings",
    [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]],  # `timeout` sends it twice
    ids=["ctrl-c", "timeout"],
)
def test_ctrl_c_while_it_waits_ends_it_at_once_and_no_name_is_left(
    endings: list[signal.Signals], place: Led
) -> None:
    marked, events = mark(), place.root / "events"
    command = ["docker", "push", "--local", place.tag, "--to", f"{NOWHERE}/acme", "--retries=9"]
    with subprocess.Popen(
        [sys.executable, "-m", "ws", *command, "--format=json", f"--events={events}"],
        cwd=place.root,
        env=place.environ(**marked),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        while not events.exists() or "again in 2 s" not in events.read_text():
            time.sleep(0.01)
        begin = time.monotonic()
        for ending in endings:
            os.kill(process.pid, ending)
            time.sleep(0.01)
        out, _ = process.communicate()
    events.unlink()
    assert process.returncode == 130, out
    assert time.monotonic() - begin < 1.5
    assert statuses(json.loads(out)) == dict.fromkeys(WORKERS, "aborted")
    assert living(marked) == {}
    assert identity(place.engine, f"{NOWHERE}/acme/ann:0.1.0") == ""


@pytest.mark.parametrize("way", ["push", "pull"])
def test_two_at_once_take_no_name_from_each_other(way: str, place: Led, host: str) -> None:
    if way == "pull":
        assert push(place, "--to", host)["ok"]
    where = {"push": ["--to", host], "pull": ["--from", host, "--force"]}[way]
    local = f"{place.tag}-two" if way == "pull" else place.tag
    command = ["docker", way, "--local", local, *where, "--jobs=1", "--format=json"]
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "ws", *command],
            cwd=place.root,
            env=place.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [process.communicate() for process in both]
    for name in WORKERS:
        place.engine.call("rmi", f"{name}:{place.tag}-two")
        assert identity(place.engine, f"{host}/{name}:0.1.0") == ""
    assert [json.loads(out)["ok"] for out, _ in ended] == [True, True], ended
    assert "waiting for it to end" in "".join(said for _, said in ended)


def test_without_a_registry_there_is_none_to_push_to_or_pull_from(place: Led) -> None:
    for said in (push(place), pull(place)):
        assert rules(said) == ["usage/registry"]
    assert rules(push(place, "--to", "https://r.example")) == ["usage/registry"]
    assert rules(push(place, "--to", "r.example", "--tag", "{nonsense}")) == ["usage/tag"]


def test_what_is_missing_here_says_how_to_build_it(place: Led, host: str) -> None:
    said = ws(place, "docker", "push", "ann", "--local", "none", "--to", host)
    assert statuses(said) == {"ann": "failed"}
    assert said["outcomes"][0]["reason"] == "ann:none is missing: ws docker build ann --tag none"
