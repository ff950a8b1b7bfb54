from __future__ import annotations

import gzip
import json
import os
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import archives

from ws.engines.archive_check import check_whole
from ws.errors import WorkError
from ws.files.image_archive import open_archive
from ws.formats import image_layout, tar_blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MADE = archives.images()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of an archive with three images."""
    path = tmp_path_factory.mktemp("archive") / "images.tar"
    archives.write(path, MADE)
    return path.read_bytes()


def trouble(path: Path, data: bytes, digest: str = "") -> tuple[str, str, str]:
    """The rule, the reason and the hint by which an archive is refused; nothing where it is not."""
    path.write_bytes(data)
    try:
        check_whole(open_archive(path, "images.tar", digest))
    except WorkError as error:
        fault = error
    else:
        return "", "", ""
    assert str(fault.where) == "images.tar"
    return fault.rule, fault.reason, fault.hint


@pytest.mark.parametrize(
    "stream",
    [archives.legacy, archives.layout, lambda made: archives.layout(made, compressed=True)],
    ids=["legacy", "layout", "compressed-layout"],
)
def test_the_same_images_make_the_same_bytes_whatever_engine_saves_them(
    stream: Callable[[archives.Made], bytes], whole: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "images.tar"
    held, digest = archives.write(path, MADE, stream(MADE))
    assert path.read_bytes() == whole
    assert [image.member for image in held.images] == ["ann", "bob", "eve"]
    assert [image.id for image in held.images] == [*map(archives.digest, MADE.configs.values())]
    assert open_archive(path, "x", digest).held == held
    assert os.listdir(tmp_path) == ["images.tar"]


def test_shared_layers_stand_once_and_become_what_they_were(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "images.tar"
    path.write_bytes(whole)
    archive = open_archive(path, "x")
    ann, bob, eve = archive.held.images
    assert ann.layers[:2] == bob.layers[:2]
    assert eve.layers == ann.layers[:1]
    assert len(archive.held.blobs) == 4 + 2 * 3
    for image in archive.held.images:
        for layer, data in zip(image.layers, MADE.layers[image.member], strict=True):
            assert gzip.decompress(b"".join(archive.blob(layer.digest))) == data
    has = {bob.chain[:1], bob.chain[:2]}
    assert archive.held.lacking(ann, has) == ann.layers[2:]
    assert archive.held.lacking(eve, has) == ()
    assert archive.held.weight([*ann.layers, *bob.layers]) == sum(
        blob.size for blob in archive.held.blobs.values() if blob.unpacked
    )


def test_docker_and_readers_of_oci_layouts_find_all_images(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "images.tar").write_bytes(whole)
    with tarfile.open(tmp_path / "images.tar") as tar:
        files = {e.name: tar.extractfile(e).read() for e in tar.getmembers()}  # type: ignore[union-attr]
    docker = json.loads(files["manifest.json"])
    index = json.loads(files["index.json"])
    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    assert [each["RepoTags"] for each in docker] == [["ann:latest"], ["bob:latest"], ["eve:latest"]]
    for each, descriptor in zip(docker, index["manifests"], strict=True):
        (name,) = each["RepoTags"]
        assert descriptor["platform"] == {"architecture": "amd64", "os": "linux"}
        assert descriptor["annotations"] == {
            "io.containerd.image.name": f"docker.io/library/{name}",
            "org.opencontainers.image.ref.name": name,
        }
        text = files[image_layout.blob_name(descriptor["digest"])]
        assert archives.digest(text) == descriptor["digest"]
        assert len(text) == descriptor["size"]
        manifest = json.loads(text)
        named = [image_layout.blob_name(layer["digest"]) for layer in manifest["layers"]]
        assert named == each["Layers"]
        assert image_layout.blob_name(manifest["config"]["digest"]) == each["Config"]
        for blob in (manifest["config"], *manifest["layers"]):
            assert len(files[image_layout.blob_name(blob["digest"])]) == blob["size"]


@given(data=st.data())
def test_what_is_cut_off_is_refused(
    data: st.DataObject, whole: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    end = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.mktemp("cut") / "images.tar"
    rule, reason, hint = trouble(path, whole[:end])
    assert rule == "archive/truncated", reason
    assert "download it again" in hint


@given(data=st.data())
def test_whatever_is_altered_is_refused_or_is_read_by_nobody(
    data: st.DataObject, whole: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    other = bytearray(whole)
    other[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("altered") / "images.tar"
    path.write_bytes(whole)
    digest, before = open_archive(path, "x").digest, _read(path)
    rule, reason, _ = trouble(path, bytes(other), digest)
    assert rule or _read(path) == before, reason


def _read(path: Path) -> dict[str, bytes]:
    archive = open_archive(path, "x")
    return {name: b"".join(archive.file(name)) for name in archive.places}


def parts(whole: bytes) -> list[tuple[str, bytes]]:
    """The files of an archive, by name, in order."""
    found, at = [], 0
    while entry := tar_blocks.read(whole[at : at + tar_blocks.BLOCK]):
        at += tar_blocks.BLOCK
        found.append((entry.name, whole[at : at + entry.size]))
        at += entry.size + tar_blocks.padding(entry.size)
    return found


def join(files: list[tuple[str, bytes]]) -> bytes:
    whole = b""
    for name, data in files:
        whole += tar_blocks.header(name, len(data)) + data + bytes(tar_blocks.padding(len(data)))
    return whole + tar_blocks.END


def changed(whole: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The archive with something done to its list."""
    (name, data), *rest = parts(whole)
    document = json.loads(data)
    change(document)
    return join([(name, json.dumps(document).encode()), *rest])


def first_blob(whole: bytes) -> str:
    return next(name for name, _ in parts(whole) if name.startswith("blobs/"))


def test_a_list_that_is_another_is_not_the_one_of_the_digest(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "images.tar"
    path.write_bytes(whole)
    right = open_archive(path, "x").digest
    assert trouble(path, whole, right)[0] == ""
    rule, reason, _ = trouble(path, whole, "sha256:" + "0" * 64)
    assert (rule, reason) == ("archive/digest", f"its list is another one: {right}")


LISTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "an image twice": lambda it: it["images"].append(it["images"][0]),
    "a name twice": lambda it: it["images"][1].update(tags=it["images"][0]["tags"]),
    "no name": lambda it: it["images"][0].update(tags=[]),
    "another name than a name": lambda it: it["images"][0].update(tags=["../../x"]),
    "an option for a name": lambda it: it["images"][0].update(tags=["--all:1"]),
    "another size": lambda it: it["images"][0].update(size=7),
    "an absurd size": lambda it: it["blobs"][it["images"][0]["id"]].update(size=2**70),
    "a negative size": lambda it: it["blobs"][it["images"][0]["id"]].update(size=-1),
    "true for a size": lambda it: it["blobs"][it["images"][0]["id"]].update(size=True),
    "a blob that is not there": lambda it: it["blobs"].pop(it["images"][0]["id"]),
    "no digest": lambda it: it["images"][0].update(id="sha256:xyz"),
    "another image's layers": lambda it: it["images"][0].update(
        layers=it["images"][1]["layers"], size=it["images"][1]["size"]
    ),
    "a layer of no size": lambda it: [
        it["blobs"][it["images"][2]["layers"][0]["digest"]].update(unpacked=0),
        *(
            image.update(
                size=sum(it["blobs"][layer["digest"]]["unpacked"] for layer in image["layers"])
            )
            for image in it["images"]
        ),
    ],
    "a large configuration": lambda it: it["blobs"][it["images"][0]["id"]].update(size=2**30),
    "a packed configuration": lambda it: it["blobs"][it["images"][0]["id"]].update(unpacked=9),
    "a large file": lambda it: it["files"]["index.json"].update(size=2**30),
    "another platform": lambda it: it["images"][0].update(platform="linux/arm64"),
    "another fingerprint": lambda it: it["images"][0].update(fingerprint="feed"),
    "another manifest": lambda it: it["images"][0].update(manifest=it["images"][1]["manifest"]),
    "another configuration": lambda it: it["images"][0].update(id=it["images"][1]["id"]),
    "another file": lambda it: it["files"].update({"etc/passwd": it["files"]["index.json"]}),
    "no list of images": lambda it: it.pop("images"),
    "no images": lambda it: it.update(images=[]),
    "images that are none": lambda it: it.update(images=[1]),
}


@pytest.mark.parametrize("what", LISTS)
def test_a_list_that_does_not_fit_is_refused(what: str, whole: bytes, tmp_path: Path) -> None:
    rule, reason, hint = trouble(tmp_path / "images.tar", changed(whole, LISTS[what]))
    assert rule == "archive/altered", reason
    assert reason.startswith(("its list does not hold together: ", "its list does not fit ann: "))
    assert "ws docker save" in hint


def test_a_list_of_a_later_ws_says_so(whole: bytes, tmp_path: Path) -> None:
    later = changed(whole, lambda it: it.update(schema="ws-images/2"))
    rule, reason, hint = trouble(tmp_path / "images.tar", later)
    assert (rule, reason) == (
        "archive/schema",
        "its list is ws-images/2, and this ws reads ws-images/1",
    )
    assert "another version of ws" in hint


@pytest.mark.parametrize("evil", ["\x1b[31m", "\ud800", "\n"])
def test_what_somebody_put_in_does_not_get_to_the_terminal_as_it_is(
    evil: str, whole: bytes, tmp_path: Path
) -> None:
    later = changed(whole, lambda it: it.update(schema=f"ws-images/2{evil}"))
    rule, reason, _ = trouble(tmp_path / "images.tar", later)
    assert (rule, reason.isprintable()) == ("archive/altered", True), reason
    made = archives.images(platform=f"linux/amd64{evil}")
    with pytest.raises(ValueError, match="cannot be read"):
        image_layout.Config(made.configs["ann"])


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "blobs/sha256/../../x", "x", "./x"])
def test_a_file_that_is_no_part_of_it_is_refused(name: str, whole: bytes, tmp_path: Path) -> None:
    files = [*parts(whole), (name, b"evil")]
    rule, reason, _ = trouble(tmp_path / "images.tar", join(files))
    assert (rule, reason) == ("archive/altered", f"{name!r} is no part of it")


def test_a_file_that_is_there_twice_or_not_at_all_is_refused(whole: bytes, tmp_path: Path) -> None:
    path, name, files = tmp_path / "images.tar", first_blob(whole), parts(whole)
    blob = dict(files)[name]
    assert trouble(path, join([*files, (name, blob)]))[:2] == (
        "archive/altered",
        f"{name} is in it twice",
    )
    without = [each for each in files if each[0] != name]
    assert trouble(path, join(without) + bytes(len(blob) + 1024))[:2] == (
        "archive/altered",
        f"{name} is not in it",
    )
    longer = [(each, data + b"x" * (each == name)) for each, data in files]
    assert trouble(path, join(longer))[:2] == (
        "archive/altered",
        f"{name} has {len(blob) + 1} bytes, and not {len(blob)}",
    )


def test_a_link_in_it_is_refused(whole: bytes, tmp_path: Path) -> None:
    entry = tarfile.TarInfo("blobs/sha256/x")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    data = whole[: -len(tar_blocks.END)] + entry.tobuf(tarfile.USTAR_FORMAT) + tar_blocks.END
    rule, reason, _ = trouble(tmp_path / "images.tar", data)
    assert rule == "archive/altered"
    assert "'blobs/sha256/x' is no plain file" in reason


def test_a_layer_that_unpacks_to_more_than_the_list_says_is_refused(
    whole: bytes, tmp_path: Path
) -> None:
    bomb = gzip.compress(bytes(2**26), 9)
    name, right = first_blob(whole), archives.digest(bomb)
    wrong = name.replace("blobs/", "").replace("/", ":")

    def change(document: dict[str, Any]) -> None:
        document["blobs"][right] = document["blobs"].pop(wrong) | {"size": len(bomb)}
        for image in document["images"]:
            for layer in image["layers"]:
                layer["digest"] = right if layer["digest"] == wrong else layer["digest"]

    files = parts(changed(whole, change))
    files = [(image_layout.blob_name(right), bomb) if n == name else (n, d) for n, d in files]
    rule, reason, _ = trouble(tmp_path / "images.tar", join(files))
    assert rule == "archive/altered"
    assert reason == f"{image_layout.blob_name(right)}: it holds more than it should"


def test_a_layer_that_is_another_one_than_the_list_says_is_refused(
    whole: bytes, tmp_path: Path
) -> None:
    def change(document: dict[str, Any]) -> None:
        ann, bob = document["images"][:2]
        ann["layers"][2]["digest"], bob["layers"][2]["digest"] = (
            bob["layers"][2]["digest"],
            ann["layers"][2]["digest"],
        )

    rule, reason, _ = trouble(tmp_path / "images.tar", changed(whole, change))
    assert rule == "archive/altered"
    assert reason.endswith(": it is another layer than the list says")


@pytest.mark.parametrize(
    ("data", "rule", "reason", "hint"),
    [
        (b"", "archive/truncated", "it is empty", "copy or download it again"),
        (b"\x1f\x8b" + bytes(600), "archive/foreign", "it is compressed as a whole", "gunzip"),
        (b"version https://git-lfs.github.com/spec/v1\n", "archive/foreign", "Git LFS", "lfs pull"),
        (b"<!DOCTYPE html>", "archive/foreign", "it is no archive of images", "another file"),
        (b"hello" * 500, "archive/foreign", "it is no archive of images", "another file"),
        (
            archives.legacy(MADE),
            "archive/foreign",
            "ws did not make it",
            "docker load --input images.tar",
        ),
        (
            archives.layout(MADE),
            "archive/foreign",
            "ws did not make it",
            "docker load --input images.tar",
        ),
        (archives.tar({"x": b"y"}), "archive/foreign", "it is no archive of images", "another"),
    ],
)
def test_what_is_no_archive_of_ws_is_refused_with_what_to_do(
    data: bytes, rule: str, reason: str, hint: str, tmp_path: Path
) -> None:
    found = trouble(tmp_path / "images.tar", data)
    assert found[0] == rule
    assert reason in found[1]
    assert hint in found[2]


def test_what_is_not_there_or_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="there is no such archive") as missing:
        open_archive(tmp_path / "none.tar", "none.tar")
    assert missing.value.rule == "archive/missing"
    assert "ws docker save" in missing.value.hint
    with pytest.raises(WorkError, match="no plain file") as folder:
        open_archive(tmp_path, "x")
    assert folder.value.rule == "archive/unreadable"


@pytest.mark.parametrize("length", [0, 10**3, 10**4])
def test_a_stream_that_ends_too_soon_leaves_what_was_there(length: int, tmp_path: Path) -> None:
    path = tmp_path / "images.tar"
    path.write_bytes(b"old")
    with pytest.raises(WorkError, match="docker save wrote something that cannot be read"):
        archives.write(path, MADE, archives.legacy(MADE)[:length] or b" ")
    assert os.listdir(tmp_path) == ["images.tar"]
    assert path.read_bytes() == b"old"


def test_what_a_run_that_was_killed_left_is_swept_by_the_next(whole: bytes, tmp_path: Path) -> None:
    left = tmp_path / ".images.tar.parts-1-2"
    left.mkdir()
    (left / "layer").write_bytes(b"half")
    archives.write(tmp_path / "images.tar", MADE)
    assert os.listdir(tmp_path) == ["images.tar"]
    assert (tmp_path / "images.tar").read_bytes() == whole
