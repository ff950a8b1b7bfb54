"""The archive of a bundle: what goes in comes out, and nothing of the machine that made it."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import UsageError
from ws.files import bundle_archive
from ws.files.pruned_folder import BUNDLE
from ws.model.pruned import PrunedFile

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.text(
    st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=40
).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
CONTENTS = st.tuples(st.binary(max_size=200), st.booleans())
MARK = PrunedFile(BUNDLE.path, b"{}")


@given(st.dictionaries(PATHS, CONTENTS, max_size=8), st.sampled_from(bundle_archive.KINDS))
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, found: dict[str, tuple[bytes, bool]], kind: str
) -> None:
    files = [MARK, *(PrunedFile(path, *content) for path, content in found.items())]
    path = tmp_path_factory.mktemp("archive") / f"b{kind}"
    assert bundle_archive.write(path, bundle_archive.pack(files, kind))
    there = bundle_archive.read(path)
    assert there == {file.path: file for file in files}
    assert bundle_archive.pack(list(there.values()), kind) == path.read_bytes()
    assert not bundle_archive.write(path, path.read_bytes())


def test_names_that_are_no_unicode_and_links_stay_as_they_are(tmp_path: Path) -> None:
    odd = PrunedFile("a/\udcff\udcfe", b"x")
    link = PrunedFile("a/l", b"\xff/../b", link=True)
    path = tmp_path / "b.tar.xz"
    bundle_archive.write(path, bundle_archive.pack([MARK, odd, link], ".tar.xz"))
    assert bundle_archive.read(path) == {each.path: each for each in (MARK, odd, link)}


@pytest.mark.parametrize("kind", bundle_archive.KINDS)
def test_folders_come_before_what_is_in_them_and_may_be_entered(kind: str) -> None:
    packed = bundle_archive.pack([MARK, PrunedFile("b/a/c", b"", executable=True)], kind)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        told = [(each.name, oct(each.mode), each.isdir()) for each in tar]
    assert told == [
        ("b", "0o755", True),
        ("b/a", "0o755", True),
        (BUNDLE.path, "0o644", False),
        ("b/a/c", "0o755", False),
    ]


@pytest.mark.parametrize("cut", [0, 1, 10, 40])
def test_what_is_no_whole_archive_is_somebody_elses(tmp_path: Path, cut: int) -> None:
    for kind in bundle_archive.KINDS:
        path = tmp_path / f"b{kind}"
        path.write_bytes(bundle_archive.pack([MARK], kind)[:cut])
        with pytest.raises(UsageError, match="is no archive of a bundle"):
            bundle_archive.write(path, b"new")
        assert path.stat().st_size == cut


def test_what_is_no_plain_file_is_no_archive(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tar.gz")  # like a device: opening it would hang, replacing it harm
    for path in (tmp_path, tmp_path / "pipe.tar.gz"):
        with pytest.raises(UsageError, match="is no plain file"):
            bundle_archive.write(path, b"new")
        with pytest.raises(UsageError, match="is no plain file"):
            bundle_archive.read(path)
