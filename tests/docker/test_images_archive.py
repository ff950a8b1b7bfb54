"""Images that go into a file and come out of it again, in real engines."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tarfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import LONG, long
from tests.integration.living import living, mark

from ws.engines import image_archive
from ws.engines.images import docker
from ws.engines.process import Processes
from ws.files.image_archive import open_archive
from ws.model.image_archive import piles

from .elsewhere.engine import second_engine
from .elsewhere.workspace import ws
from .movable import WORKERS, call, empty, ids, movable, says
from .test_images_run import NAMES, Images, images

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Engine
    from .elsewhere.engine import Elsewhere
    from .elsewhere.workspace import Led

__all__ = ["images"]

ARCHIVE = "dist/images.tar"
LARGE = 2**25
_PATIENCE = 60.0


@pytest.fixture(scope="module")
def place(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Led]:
    with movable(docker_engine, tmp_path_factory.mktemp("archive"), large=LARGE) as made:
        saved = ws(made, "docker", "save", "--tag", made.tag)
        assert saved["ok"], saved
        yield made


@pytest.fixture(scope="module")
def elsewhere(docker_engine: Engine) -> Iterator[Elsewhere]:
    with second_engine(docker_engine) as both:
        yield both


@pytest.fixture
def data(place: Led) -> Iterator[bytes]:
    """The archive; it, and the images, are there again after the test."""
    path = place.root / ARCHIVE
    before = path.read_bytes()
    yield before
    path.write_bytes(before)
    if len(ids(place.engine, place)) < len(WORKERS):
        assert ws(place, "docker", "load")["ok"]


def statuses(said: dict[str, Any]) -> dict[str, str]:
    return {each["member"]: each["status"] for each in said["outcomes"]}


def reason(said: dict[str, Any], member: str) -> str:
    return str(next(each["reason"] for each in said["outcomes"] if each["member"] == member))


def rows(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["member"]: row for row in said["data"]["images"]}


def start(place: Led, *args: str, **variables: str) -> subprocess.Popen[str]:
    """`ws` in a session of its own, as a terminal's foreground group is."""
    return subprocess.Popen(
        [sys.executable, "-m", "ws", *args],
        cwd=place.root,
        env=place.environ(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


def test_what_was_saved_is_loaded_as_the_same_images_and_runs(place: Led, data: bytes) -> None:
    engine, before = place.engine, ids(place.engine, place)
    assert [*before] == [*WORKERS]
    empty(engine, place)
    loaded = ws(place, "docker", "load")
    assert loaded["ok"], loaded
    assert statuses(loaded) == dict.fromkeys(WORKERS, "done")
    assert ids(engine, place) == before
    assert all(says(engine, place, name) for name in WORKERS)
    sent = {name: row["sent"] for name, row in rows(loaded).items()}
    assert sent["ann"] > LARGE  # what all share is sent once
    assert sent["bob"] < LARGE / 100
    assert sent["eve"] < LARGE / 100
    assert len(data) < 1.1 * LARGE + 3 * 10**6

    loaded = ws(place, "docker", "load")
    assert statuses(loaded) == dict.fromkeys(WORKERS, "skipped")


def test_docker_alone_loads_it_too(place: Led, data: bytes) -> None:
    before = ids(place.engine, place)
    empty(place.engine, place)
    loaded = place.engine.call("load", "--input", str(place.root / ARCHIVE))
    assert loaded.code == 0, loaded.output
    assert ids(place.engine, place) == before
    assert data


def test_an_engine_that_has_nothing_loads_it_and_only_what_is_named(
    place: Led, elsewhere: Elsewhere, data: bytes
) -> None:
    there = elsewhere.there_variables()
    assert ids(elsewhere.there, place) == {}
    loaded = ws(place, "docker", "load", ARCHIVE, "eve", **there)
    assert statuses(loaded) == {"eve": "done"}
    assert [*ids(elsewhere.there, place)] == ["eve"]
    loaded = ws(place, "docker", "load", "--filter", "!bob", **there)
    assert statuses(loaded) == {"ann": "done", "eve": "skipped"}
    assert ids(elsewhere.there, place).items() < ids(place.engine, place).items()
    assert says(elsewhere.there, place, "ann")
    assert data


def test_an_engine_that_lacks_more_than_was_thought_is_sent_all(
    place: Led, elsewhere: Elsewhere, data: bytes
) -> None:
    elsewhere.there.call("rmi", "--force", *(f"{name}:{place.tag}" for name in WORKERS))
    environ = {**elsewhere.there.environ, **elsewhere.there_variables()}
    engine = docker(environ, Processes())
    archive = open_archive(place.root / ARCHIVE, ARCHIVE)
    image = archive.held.images[0]
    assert image_archive.load(engine, archive, image, piles(image.chain)) == piles(image.chain)
    assert says(elsewhere.there, place, "ann")
    assert engine.piles() >= piles(image.chain)
    assert data


def test_without_a_workspace_the_file_alone_is_loaded(
    place: Led, data: bytes, tmp_path: Path
) -> None:
    (tmp_path / "images.tar").write_bytes(data)
    empty(place.engine, place)
    command = [sys.executable, "-m", "ws", "docker", "load", "images.tar", "--format=json"]
    ran = subprocess.run(
        command, cwd=tmp_path, env=place.environ(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert os.listdir(tmp_path) == ["images.tar"]
    assert len(ids(place.engine, place)) == len(WORKERS)


def test_the_same_images_make_the_same_file_and_it_is_not_written_again(
    place: Led, data: bytes
) -> None:
    path = place.root / ARCHIVE
    written = path.stat()
    again = ws(place, "docker", "save", "--tag", place.tag)
    assert statuses(again) == dict.fromkeys(WORKERS, "skipped")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (written.st_mtime_ns, written.st_ino)
    path.unlink()
    anew = ws(place, "docker", "save", "--tag", place.tag)
    assert statuses(anew) == dict.fromkeys(WORKERS, "done")
    assert path.read_bytes() == data
    assert anew["data"]["digest"] == again["data"]["digest"]
    assert os.listdir(path.parent) == ["images.tar"]


def test_the_digest_that_save_told_is_asked_for(place: Led, data: bytes) -> None:
    digest = ws(place, "docker", "save", "--tag", place.tag)["data"]["digest"]
    assert ws(place, "docker", "load", "--check", "--digest", digest)["ok"]
    said = ws(place, "docker", "load", "--digest", "sha256:" + "0" * 64)
    assert [finding["rule"] for finding in said["findings"]] == ["archive/digest"]
    said = ws(place, "docker", "load", "--digest", "0000")
    assert [finding["rule"] for finding in said["findings"]] == ["usage/digest"]
    assert data


@pytest.mark.parametrize("part", [0.0001, 0.01, 0.5, 0.9999])
def test_of_a_file_that_is_cut_off_nothing_is_loaded(place: Led, data: bytes, part: float) -> None:
    empty(place.engine, place)
    (place.root / ARCHIVE).write_bytes(data[: int(len(data) * part)])
    said = ws(place, "docker", "load")
    (finding,) = said["findings"]
    assert (finding["rule"], finding["path"]) == ("archive/truncated", ARCHIVE)
    assert "download it again" in finding["hint"]
    assert ids(place.engine, place) == {}


def test_an_image_of_which_something_was_altered_is_not_loaded_and_the_others_are(
    place: Led, data: bytes
) -> None:
    path = place.root / ARCHIVE
    empty(place.engine, place)
    with tarfile.open(path) as tar:
        own = json.loads(tar.extractfile("ws-images.json").read())["images"][2]["layers"][-1]  # type: ignore[union-attr]
        name = f"blobs/{own['digest'].replace(':', '/')}"
        at = tar.getmember(name).offset_data + 20
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert [each["rule"] for each in ws(place, "docker", "load", "--check")["findings"]] == [
        "archive/altered"
    ]
    said = ws(place, "docker", "load")
    assert statuses(said) == {"ann": "done", "bob": "done", "eve": "failed"}
    assert reason(said, "eve").startswith(f"{ARCHIVE}: {name}: ")
    assert [*ids(place.engine, place)] == ["ann", "bob"]


def test_ctrl_c_while_saving_leaves_what_was_there(place: Led, data: bytes) -> None:
    path, marked = place.root / ARCHIVE, mark()
    path.write_bytes(data[:1000])  # an old one, that was cut off
    with start(place, "docker", "save", "--tag", place.tag, "--format=json", **marked) as process:
        _until(lambda: any(path.parent.glob(".images.tar.parts-*/layer")))
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130, out + err
    said = json.loads(out)
    assert statuses(said) == dict.fromkeys(WORKERS, "aborted")
    assert reason(said, "ann") == f"interrupted; {ARCHIVE} is as it was"
    assert os.listdir(path.parent) == ["images.tar"]
    assert path.read_bytes() == data[:1000]
    assert living(marked) == {}


def test_what_is_killed_while_saving_leaves_what_was_there_and_the_next_one_clears_up(
    place: Led, data: bytes
) -> None:
    path, marked = place.root / ARCHIVE, mark()
    path.unlink()
    with start(place, "docker", "save", "--tag", place.tag, **marked) as process:
        _until(lambda: any(path.parent.glob(".images.tar.parts-*/layer")))
        os.kill(process.pid, signal.SIGKILL)
    assert not path.exists()
    _until(lambda: living(marked) == {})
    assert ws(place, "docker", "save", "--tag", place.tag)["ok"]
    assert os.listdir(path.parent) == ["images.tar"]
    assert path.read_bytes() == data


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("when", ["loading", "after ann", *(["checking"] if LONG else [])])
def test_a_load_that_was_ended_goes_on_with_what_is_missing(
    place: Led, data: bytes, tmp_path: Path, how: signal.Signals, when: str
) -> None:
    before, marked, events = ids(place.engine, place), mark(), tmp_path / "events"
    empty(place.engine, place)

    def reached() -> bool:
        text = events.read_text() if events.exists() else ""
        if when == "after ann":
            return '"event": "finished"' in text
        return f"MB {when.replace('loading', 'loaded').replace('checking', 'checked')}" in text

    with start(place, "docker", "load", "--events", str(events), **marked) as process:
        _until(reached)
        os.kill(process.pid, how)
        out, err = process.communicate()
    assert process.returncode == (130 if how == signal.SIGINT else -how), out + err
    _until(lambda: living(marked) == {})
    there = ids(place.engine, place)
    assert there.items() <= before.items()
    assert when != "after ann" or "ann" in there
    loaded = ws(place, "docker", "load")
    assert loaded["ok"], loaded
    assert statuses(loaded) == {n: "skipped" if n in there else "done" for n in WORKERS}
    assert ids(place.engine, place) == before
    assert data


def test_a_full_disk_is_told_and_leaves_what_was_there(place: Led, data: bytes) -> None:
    path = place.root / ARCHIVE
    path.write_bytes(data[:1000])

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGE // 2, LARGE // 2))

    ran = subprocess.run(
        [sys.executable, "-m", "ws", "docker", "save", "--tag", place.tag],
        cwd=place.root,
        env=place.environ(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    told = f"cannot write the archive: File too large; {ARCHIVE} is as it was"
    assert told in ran.stdout + ran.stderr
    assert os.listdir(path.parent) == ["images.tar"]
    assert path.read_bytes() == data[:1000]


def test_without_one_image_there_is_no_archive_and_it_says_how_to_build_it(
    place: Led, data: bytes
) -> None:
    place.engine.call("rmi", f"bob:{place.tag}")
    (place.root / ARCHIVE).unlink()
    said = ws(place, "docker", "save", "--tag", place.tag)
    assert statuses(said) == {"ann": "aborted", "bob": "failed", "eve": "aborted"}
    assert reason(said, "bob").endswith(f": ws docker build bob --tag {place.tag}")
    assert not (place.root / ARCHIVE).exists()
    assert data


def test_images_of_another_state_are_warnings(place: Led, data: bytes, tmp_path: Path) -> None:
    source = place.root / "ann/ann.py"
    text = source.read_text()
    source.write_text(f"{text}\n# an edit\n")
    out = tmp_path / "ann.tar"
    saved = ws(place, "docker", "save", "ann", "--tag", place.tag, "--out", str(out))
    loaded = ws(place, "docker", "load", str(out))
    source.write_text(text)
    for said in (saved, loaded):
        assert said["ok"], said
        assert [(each["rule"], each["member"]) for each in said["findings"]] == [
            ("docker/stale", "ann")
        ]
    assert data


def test_a_file_that_is_something_else_is_not_written_over(place: Led, data: bytes) -> None:
    said = ws(place, "docker", "save", "--tag", place.tag, "--out", "ann/pyproject.toml")
    assert [each["rule"] for each in said["findings"]] == ["usage/out"]
    assert (place.root / "ann/pyproject.toml").read_text().startswith("[")
    assert data


def test_the_usual_archive_loses_no_image_that_is_not_asked_for(place: Led, data: bytes) -> None:
    said = ws(place, "docker", "save", "ann", "--tag", place.tag)
    (finding,) = said["findings"]
    assert finding["message"] == f"{ARCHIVE} would lose the images of bob, eve"
    assert finding["rule"] == "usage/out"
    assert (place.root / ARCHIVE).read_bytes() == data
    assert ws(place, "docker", "save", "ann", "--tag", place.tag, "--out", "ann.tar")["ok"]
    (place.root / "ann.tar").unlink()


def test_an_image_for_other_machines_is_refused_where_nobody_insists(
    place: Led, data: bytes, tmp_path: Path
) -> None:
    engine, out = place.engine, tmp_path / "arm.tar"
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    before = ids(engine, place)["eve"]
    tag = f"eve:{place.tag}"
    built = engine.build(tmp_path, tmp_path / "Dockerfile", tag, "--platform=linux/arm64")
    assert built.code == 0, built.output
    saved = ws(place, "docker", "save", "eve", "--tag", place.tag, "--out", str(out))
    assert rows(saved)["eve"]["platform"] == "linux/arm64"
    engine.call("rmi", "--force", tag)
    said = ws(place, "docker", "load", str(out))
    assert statuses(said) == {"eve": "failed"}
    assert reason(said, "eve").startswith("it is for linux/arm64, and the engine runs linux/")
    assert ws(place, "docker", "load", str(out), "--any-platform")["ok"]
    engine.call("rmi", "--force", tag)
    assert ws(place, "docker", "load")["ok"]
    assert ids(engine, place)["eve"] == before
    assert data


def test_members_that_are_not_in_it_are_named(place: Led, data: bytes) -> None:
    said = call(place, "docker", "load", "anne")
    assert said.returncode == 2
    assert f"anne is not in {ARCHIVE}" in said.stderr
    assert 'did you mean "ann"?' in said.stderr
    said = call(place, "docker", "load", "none.tar")
    assert said.returncode == 1
    assert "none.tar: error: there is no such archive of images [archive/missing]" in said.stderr
    assert data


@long
def test_the_archive_is_hardly_larger_than_base_and_layers_together(
    images: Images, tmp_path: Path
) -> None:
    said = images.ws("save", *NAMES, "--out", str(tmp_path / "images.tar"))
    assert said.code == 0, said.said
    tags = [row["tag"] for row in said.said["data"]["images"]]
    least = _compressed(images.engine, tags)
    size = (tmp_path / "images.tar").stat().st_size
    assert size <= 1.3 * least, (size, least)


def _compressed(engine: Engine, tags: list[str]) -> int:
    """What the layers of images weigh, each once and compressed by itself."""
    with (
        subprocess.Popen(
            ["docker", "save", *tags], env=dict(engine.environ), stdout=subprocess.PIPE
        ) as saving,
        tarfile.open(fileobj=saving.stdout, mode="r|") as tar,
        ThreadPoolExecutor(2) as pool,
    ):
        layers = {}
        for entry in tar:
            if entry.isfile() and entry.name.endswith("layer.tar"):
                text = tar.extractfile(entry).read()  # type: ignore[union-attr]
                layers[hash(text)] = pool.submit(zlib.compress, text, 6)
        return sum(len(each.result()) for each in layers.values())


def _until(is_so: Any) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)
