"""`ws docker save` and `load` before any engine is asked: which files they take, and which not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests import archives

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of the images of ann, bob and eve."""
    archives.write(tmp_path / "images.tar", archives.images())
    return tmp_path / "images.tar"


def test_what_is_no_plain_file_is_neither_written_over_nor_read(
    make_workspace: Make, ws: Ws, tmp_path: Path
) -> None:
    make_workspace({"ann": ""})
    os.mkfifo(tmp_path / "pipe.tar")  # like a device: opening it would hang, replacing it harm
    (tmp_path / "folder.tar").mkdir()
    for name in ("pipe.tar", "folder.tar"):
        ran = ws("docker", "save", "--out", name)
        assert (ran.code, f"{name} is no plain file" in ran.err) == (2, True), ran.err
        ran = ws("docker", "load", name)
        assert (ran.code, "archive/unreadable" in ran.err) == (1, True), ran.err
        assert f"{name}: error: it is no plain file" in ran.err


def test_what_a_shell_hands_over_as_a_pipe_is_told_to_be_none(ws: Ws, archive: Path) -> None:
    near, far = os.pipe()  # `ws docker load <(zcat images.tar.gz)`
    try:
        ran = ws("docker", "load", f"/dev/fd/{near}", "--root", str(archive.parent))
    finally:
        os.close(near)
        os.close(far)
    assert f"/dev/fd/{near}: error: it is no plain file" in ran.err


def test_a_filter_that_chooses_nothing_of_an_archive_is_a_fault(
    make_workspace: Make, ws: Ws, archive: Path
) -> None:
    make_workspace({"ann": "", "joe": ""})
    ran = ws("docker", "load", str(archive), "--check", "--filter", "joe")
    assert (ran.code, "[usage/member]" in ran.err) == (2, True)
    assert "→ there are: ann, bob, eve" in ran.err
    ran = ws("docker", "load", str(archive), "--check", "--filter", "*")
    assert (ran.code, "ann:latest" in ran.out, "bob:latest" in ran.out) == (0, True, False)
