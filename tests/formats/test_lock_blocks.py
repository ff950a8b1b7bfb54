from __future__ import annotations

import tomllib

import pytest

from ws.formats import lock_blocks
from ws.formats.lock_blocks import Block, Pieces

HEAD = b"# This file is automatically @generated.\n\n"
ALPHA = b'[[package]]\nname = "Al_pha"\nversion = "1.0"\nfiles = []\n\n'
GIT = (
    b'[[package]]\nname = "beta"\nversion = "1.0"\n\n[package.dependencies]\nname = "*"\n\n'
    b'[package.source]\ntype = "git"\nurl = "u"\nreference = "main"\n\n'
)
REST = b'[extras]\nall = ["beta"]\n\n[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n'
LOCK = HEAD + ALPHA + GIT + REST


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_pieces_of_a_lock_are_its_text(newline: bytes) -> None:
    lock = LOCK.replace(b"\n", newline)
    head, alpha, git, rest = (part.replace(b"\n", newline) for part in (HEAD, ALPHA, GIT, REST))
    pieces = lock_blocks.split(lock)
    blocks = (Block("al-pha", alpha, "", ""), Block("beta", git, "git", "main"))
    assert pieces == Pieces(head, blocks, rest)
    assert pieces.version == (2, 1)
    assert lock_blocks.joined(pieces, []) == lock


def test_packages_of_another_lock_are_added_in_the_lock_s_own_line_endings() -> None:
    pieces = lock_blocks.split((HEAD + ALPHA + REST).replace(b"\n", b"\r\n"))
    more = lock_blocks.split(LOCK).blocks[1:]
    assert lock_blocks.joined(pieces, more) == LOCK.replace(b"\n", b"\r\n")


def test_a_lock_without_packages_gets_some() -> None:
    empty = lock_blocks.split(HEAD + b"package = []\n\n" + REST)
    more = lock_blocks.split(LOCK).blocks
    assert tomllib.loads(lock_blocks.joined(empty, more).decode()) == tomllib.loads(LOCK.decode())
    least = tomllib.loads(lock_blocks.joined(lock_blocks.minimal((2, 1)), more).decode())
    assert [package["name"] for package in least["package"]] == ["Al_pha", "beta"]


@pytest.mark.parametrize("text", [b"", b"no lock", b"\xff\xfe", b"[[package]]"])
def test_what_is_no_lock_has_no_version(text: bytes) -> None:
    pieces = lock_blocks.split(text)
    assert pieces.version == (0, 0)
    assert lock_blocks.joined(pieces, []) == text
