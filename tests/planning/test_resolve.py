from __future__ import annotations

import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import member
from tests.planning.locks import METADATA, directory, lock, package

from ws.errors import Where
from ws.formats import pyproject_reader
from ws.formats.conflicts import ConflictError
from ws.model.workspace import Member
from ws.planning.resolve import findings, start

if TYPE_CHECKING:
    from pathlib import Path


def conflict(ours: str, theirs: str) -> str:
    return f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n"


def versions(text: bytes) -> list[str]:
    """The packages of a lock in its order; it must be TOML."""
    document = tomllib.loads(text.decode())
    return [f"{package['name']} {package['version']}" for package in document["package"]]


def test_our_versions_come_first_and_theirs_stand_in_for_what_ours_lacks() -> None:
    text = lock(
        conflict(package("alpha", "1.0"), package("alpha", "2.0") + package("beta", "2.0")),
        package("gamma", "1.0"),
    )
    assert start(text) == lock(
        package("alpha", "1.0"), package("gamma", "1.0"), package("beta", "2.0")
    )


def test_a_conflict_may_begin_and_end_inside_a_package() -> None:
    text = lock(package("alpha", "1.0")).decode()
    text = text.replace('version = "1.0"\n', conflict('version = "1.1"\n', 'version = "1.2"\n'))
    assert start(text.encode()) == lock(package("alpha", "1.1"))


def test_metadata_may_be_in_conflict_too() -> None:
    text = lock(package("alpha", "1.0")).decode()
    ours = 'content-hash = "ours"\n'
    whole = text.replace(
        'content-hash = "0000000000000000000000000000000000000000000000000000000000000000"\n',
        conflict(ours, 'content-hash = "theirs"\n'),
    )
    assert tomllib.loads(start(whole.encode()).decode())["metadata"]["content-hash"] == "ours"


def test_a_side_that_is_no_lock_leaves_the_other() -> None:
    theirs = lock(package("alpha", "1.0")).decode()
    assert versions(start(conflict("foo\n", theirs).encode())) == ["alpha 1.0"]


def test_of_two_sides_that_are_no_locks_an_empty_one_is_left() -> None:
    assert versions(start(conflict("foo\n", "bar\n").encode())) == []


def test_path_dependencies_of_their_side_are_kept() -> None:
    text = lock(conflict("", directory("shared", "../shared")))
    assert versions(start(text)) == ["shared 0.1.0"]


def test_what_is_no_toml_is_left_out_and_the_rest_is_used() -> None:
    broken = package("beta", "1.0").replace("optional = false", "optional = ")
    text = lock(conflict(package("alpha", "1.0") + broken, package("beta", "2.0")))
    assert versions(start(text)) == ["alpha 1.0", "beta 2.0"]


def test_a_package_that_both_sides_added_elsewhere_is_taken_once() -> None:
    text = lock(package("alpha", "1.0"), package("alpha", "1.0"), conflict("", "\n"))
    assert versions(start(text)) == ["alpha 1.0"]


def test_without_readable_metadata_there_is_a_lock_all_the_same() -> None:
    text = lock(package("alpha", "1.0")).decode().replace(METADATA, conflict("[metadata\n", "x\n"))
    document = tomllib.loads(start(text.encode()).decode())
    assert document["metadata"]["lock-version"] == "2.0"
    assert [package["name"] for package in document["package"]] == ["alpha"]


def test_old_locks_keep_only_what_has_its_hashes() -> None:
    old = METADATA.replace("2.1", "1.1") + "\n[metadata.files]\nalpha = []\n"
    blocks = [package(name, "1.0").replace("files = []\n", "") for name in ("alpha", "beta")]
    text = "".join(("# head\n\n", conflict(*blocks), old))
    assert versions(start(text.encode())) == ["alpha 1.0"]


def test_sides_that_cannot_be_told_are_an_error() -> None:
    with pytest.raises(ConflictError, match="has no end"):
        start(b"<<<<<<< HEAD\n")


def test_each_lock_with_markers_is_found_at_the_first_one() -> None:
    manifest = pyproject_reader.read(member("a").encode(), "a/pyproject.toml", "a")
    assert manifest is not None
    one = Member("a", manifest)
    (found,) = findings([one], {"a": lock(conflict("", "x\n"))})
    assert (found.rule, found.where) == ("lock/unreadable", Where("a/poetry.lock", 3))
    assert findings([one], {"a": lock()}) == findings([one], {"a": None}) == ()


LOCKS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1.0", "2.0"]))
STYLES = st.sampled_from([(), ("--diff3",), ("--zdiff3",)])


@given(LOCKS, LOCKS, LOCKS, STYLES)
def test_whatever_git_makes_of_two_locks_is_a_lock_with_the_names_of_both(
    tmp_path: Path,
    base: dict[str, str],
    ours: dict[str, str],
    theirs: dict[str, str],
    style: tuple[str, ...],
) -> None:
    for name, chosen in (("base", base), ("ours", ours), ("theirs", theirs)):
        blocks = (package(each, chosen[each], f'dep = "{name}"\n') for each in sorted(chosen))
        (tmp_path / name).write_bytes(lock(*blocks))
    command = ["git", "merge-file", "-p", *style, "ours", "base", "theirs"]
    merged = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    found = tomllib.loads(start(merged).decode()).get("package", [])
    names = {each["name"] for each in found}
    assert len({(each["name"], each["version"]) for each in found}) == len(found)
    assert names <= {*ours, *theirs}
    assert {*ours} & {*theirs} <= names
