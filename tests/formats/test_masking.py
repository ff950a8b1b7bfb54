"""Local versions are masked, and nothing else is changed."""

from __future__ import annotations

import tomllib

import pytest

from ws.formats.content_hash import content_hash
from ws.formats.masking import masked_lock, masked_manifest

LOCK = b"""\
# Made by Poetry

[[package]]
name = "shared"
version = "%s"
groups = ["main"]
files = []

[package.dependencies]
mine = ">=1.0"

[package.source]
type = "directory"
url = "../shared"

[[package]]
name = "mine"
version = "1.0"
groups = ["main"]
files = []

[metadata]
lock-version = "2.1"
"""


def test_a_lock_loses_the_versions_of_folders_alone() -> None:
    assert masked_lock(LOCK % b"3.1.4") == LOCK % b"0.0.0"


def test_line_ends_of_a_lock_stay() -> None:
    windows = LOCK.replace(b"\n", b"\r\n")
    assert masked_lock(windows % b"3.1.4") == windows % b"0.0.0"


@pytest.mark.parametrize("table", ["project", "tool.poetry"])
def test_a_manifest_loses_its_version_alone(table: str) -> None:
    text = f'[{table}]\nname = "a"\nversion = \'1.2\'  # bumped by hand\n[other]\nversion = "7"\n'
    assert masked_manifest(text) == text.replace("'1.2'", '"0.0.0"')


def test_the_content_hash_stays_right() -> None:
    text = '[project]\nname = "a"\nversion = "1.2"\ndependencies = ["mine>=1.0"]\n'
    before, after = (tomllib.loads(each) for each in (text, masked_manifest(text)))
    assert before != after
    assert content_hash(before) == content_hash(after)


def test_a_manifest_without_a_version_stays() -> None:
    assert masked_manifest('[project]\nname = "a"\n') == '[project]\nname = "a"\n'
