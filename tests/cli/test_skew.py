"""`ws lock --skew`, and `lock/skew` in the checks, as people and programs see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.planning.locks import lock, package

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]


def members(**versions: str) -> dict[str, str]:
    """Members by name, each with alpha at a version of its lock."""
    files = dict.fromkeys(versions, 'alpha = ">=1"\n')
    locks = {
        f"{name}/poetry.lock": lock(package("alpha", version)).decode()
        for name, version in versions.items()
    }
    return files | locks


def test_who_has_which_version_and_who_could_agree(make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(a="1.0", b="2.0", c="1.0"))
    assert ws("lock", "--skew") == (
        0,
        "PACKAGE  VERSION  MEMBERS\n"
        "alpha    2.0      b\n"
        "         1.0      a, c\n"
        "  → all could have 2.0: ws lock --align\n",
        "",
    )


def test_programs_are_told_all_of_it(make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(a="1.0", b="2.0"))
    assert ws("lock", "--skew", "--format", "json").json["data"] == {
        "skew": [
            {
                "name": "alpha",
                "versions": [
                    {"version": "2.0", "members": ["b"]},
                    {"version": "1.0", "members": ["a"]},
                ],
                "target": "2.0",
                "moves": [{"member": "a", "version": "2.0", "as_in": "b"}],
                "cannot": [],
                "left_alone": "",
            }
        ]
    }


def test_only_the_chosen_members_are_compared(make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(a="1.0", b="2.0", c="1.0"))
    ran = ws("lock", "--skew", "--filter", "!b")
    assert ran == (0, "", "lock: 2 locks agree on every package\n")


def test_of_many_members_the_first_are_named(make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(z="2.0", **{f"m{number}": "1.0" for number in range(7)}))
    assert "         1.0      m0, m1, m2, m3 and 3 more\n" in ws("lock", "--skew").out


def test_exceptions_are_left_out(make_workspace: Make, ws: Ws) -> None:
    settings = '[workspace]\nmembers = ["**"]\n\n[lock]\nskew-exceptions = ["al*"]\n'
    make_workspace(members(a="1.0", b="2.0") | {"workspace.toml": settings})
    assert ws("lock", "--skew").out == ""


@pytest.mark.parametrize(
    ("skew", "severity"), [("forbid", "error"), ("warn", "warning"), ("allow", None)]
)
def test_the_check_finds_what_the_workspace_does_not_allow(
    skew: str, severity: str | None, make_workspace: Make, ws: Ws
) -> None:
    settings = f'[workspace]\nmembers = ["**"]\n\n[lock]\nskew = "{skew}"\n'
    make_workspace(members(a="1.0", b="2.0") | {"workspace.toml": settings})
    for command in (("lock", "--check"), ("check",)):
        found = ws(*command, "--format", "json").json["findings"]
        severities = [each["severity"] for each in found if each["rule"] == "lock/skew"]
        assert severities == ([severity] if severity else [])


def test_what_could_be_aligned_is_an_error_of_its_check(make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(a="1.0", b="2.0"))
    ran = ws("lock", "--align", "--check")
    assert (ran.code, ran.out.splitlines()[-3:]) == (
        1,
        [
            "a/poetry.lock:3: error: a: alpha could be 2.0, as in b [lock/skew]",
            "    see b/poetry.lock:3",
            "    → ws lock --align",
        ],
    )


def test_a_lock_with_conflict_markers_is_named_with_what_resolves_it(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace(members(a="1.0") | {"a/poetry.lock": "<<<<<<< HEAD\n=======\n>>>>>>> x\n"})
    for task in ("--skew", "--align"):
        ran = ws("lock", task)
        assert (ran.code, "ws lock --resolve-conflicts --filter a" in ran.err) == (1, True)
    ran = ws("lock", "--resolve-conflicts", "--check")
    assert (ran.code, ran.out) == (
        1,
        "a/poetry.lock:1: error: a: the lock cannot be read: it holds conflict markers of a git"
        " merge [lock/unreadable]\n    → ws lock --resolve-conflicts --filter a\n",
    )


def test_nothing_to_resolve_is_said(make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(a="1.0"))
    assert ws("lock", "--resolve-conflicts") == (0, "", "lock: no lock has conflict markers\n")


@pytest.mark.parametrize("other", ["--all", "--deep", "--no-seed", "--upgrade"])
def test_one_thing_at_a_time(other: str, make_workspace: Make, ws: Ws) -> None:
    make_workspace(members(a="1.0"))
    assert ws("lock", "--align", other).code == 2
