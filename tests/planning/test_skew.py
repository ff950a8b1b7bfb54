from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import member
from tests.planning.locks import directory, lock, package

from ws.errors import Where
from ws.formats import pyproject_reader
from ws.formats.lock import packages_named, read_lock
from ws.model.report import Finding
from ws.model.workspace import LockSettings, Member
from ws.planning.skew import findings, is_minded, newest_first, skews, suspects

if TYPE_CHECKING:
    from ws.model.lock import LockedPackage


def locked(**locks: bytes) -> dict[str, tuple[LockedPackage, ...]]:
    return {name: read_lock(text).packages for name, text in locks.items()}


def members(*names: str) -> list[Member]:
    found = []
    for name in names:
        manifest = pyproject_reader.read(member(name).encode(), f"{name}/pyproject.toml", name)
        assert manifest is not None
        found.append(Member(name, manifest))
    return found


def test_versions_come_newest_first_with_all_who_have_them() -> None:
    (skew,) = skews(
        locked(
            a=lock(package("alpha", "1.9"), package("beta", "1.0")),
            b=lock(package("alpha", "1.10"), package("beta", "1.0")),
            c=lock(package("alpha", "1.9")),
        )
    )
    assert (skew.name, skew.versions) == ("alpha", {"1.10": ("b",), "1.9": ("a", "c")})


def test_several_versions_in_one_lock_are_compared_as_a_set() -> None:
    both = lock(package("alpha", "1.0"), package("alpha", "2.0"))
    (skew,) = skews(locked(a=both, b=both, c=lock(package("alpha", "2.0"))))
    assert skew.versions == {"2.0": ("c",), "1.0, 2.0": ("a", "b")}
    assert skews(locked(a=both, b=both)) == ()


def test_only_packages_of_an_index_are_compared() -> None:
    git = 'type = "git"\nurl = "https://example.org/x.git"\n'
    found = skews(
        locked(
            a=lock(directory("shared", "../shared"), package("x", "1.0", source=git)),
            b=lock(package("shared", "0.2.0"), package("x", "2.0")),
        )
    )
    assert found == ()


def test_exceptions_are_names_or_globs() -> None:
    held = locked(
        a=lock(package("alpha", "1.0"), package("types-x", "1.0")),
        b=lock(package("alpha", "2.0"), package("types-x", "2.0")),
    )
    assert [skew.name for skew in skews(held, ("types-*",))] == ["alpha"]


def test_a_finding_stands_at_the_older_version_and_points_to_the_newer() -> None:
    held = locked(a=lock(package("alpha", "2.0")), b=lock(package("alpha", "1.0")))
    expected = Finding(
        rule="lock/skew",
        severity="warning",
        message="alpha is locked at different versions: 2.0 in a; 1.0 in b",
        where=Where("b/poetry.lock", 3),
        hint="ws lock --align, or name it in [lock] skew-exceptions of workspace.toml",
        also=Where("a/poetry.lock", 3),
    )
    assert findings(held, members("a", "b"), LockSettings(skew="warn")) == (expected,)
    (finding,) = findings(held, members("a", "b"), LockSettings(skew="forbid"))
    assert finding.severity == "error"


def test_nobody_minds_what_is_allowed_or_ignored() -> None:
    assert not is_minded(LockSettings())
    assert not is_minded(LockSettings(skew="forbid", ignore=("lock/*",)))
    assert is_minded(LockSettings(skew="warn"))


def test_suspects_are_found_in_the_text_and_parsed_alone() -> None:
    broken = "\n[package.extras]\nno toml\n"
    one = lock(package("Alpha", "1.0"), package("beta", "1.0") + broken)
    other = lock(package("alpha", "2.0"), package("beta", "1.0"))
    assert suspects({"a": one, "b": other}) == {"alpha"}
    assert [p.version for p in packages_named(one, {"alpha"})] == ["1.0"]


def test_what_is_no_version_comes_last() -> None:
    assert newest_first(["1.0", "odd", "1.0.dev1", "0.9, 2.0"]) == [
        "0.9, 2.0",
        "1.0",
        "1.0.dev1",
        "odd",
    ]
