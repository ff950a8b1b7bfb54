"""`ws why`, as people and programs see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.planning.locks import directory, lock, package

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

MARKER = 'alpha = {version = "^1.0", markers = "python_version < \\"3.12\\""}\n'


pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def workspace(make_workspace: Make) -> Path:
    """Two members that have alpha: one through the other, and through an extra of beta."""
    return make_workspace(
        {
            "packages/shared": 'alpha = "^1.0"\n',
            "packages/shared/poetry.lock": lock(package("alpha", "1.1")).decode(),
            "workers/chat": 'shared = {path = "../../packages/shared", develop = true}\n'
            '\n[tool.poetry.group.dev.dependencies]\nbeta = {version = "^2", extras = ["fast"]}\n',
            "workers/chat/poetry.lock": lock(
                package("alpha", "1.0"),
                package(
                    "beta",
                    "2.0",
                    'alpha = {version = "*", optional = true, markers = "extra == \\"fast\\""}\n',
                    extras='fast = ["alpha"]\n',
                ),
                directory("shared", "../../packages/shared", MARKER),
            ).decode(),
            "workers/new": "",
        }
    )


def test_the_chains_are_a_tree_that_names_path_dependencies(ws: Ws) -> None:
    assert ws("why", "chat", "Alpha") == (
        0,
        "chat (main)\n"
        "└── shared 0.1.0 (path packages/shared)\n"
        '    └── alpha 1.0 (^1.0; python_version < "3.12")\n'
        "chat (dev)\n"
        "└── beta[fast] 2.0 (^2)\n"
        "    └── alpha 1.0 (any version; with extra fast)\n",
        "",
    )


def test_without_a_member_all_that_have_it_are_listed(ws: Ws) -> None:
    assert ws("why", "alpha").out == (
        "MEMBER  VERSION  THROUGH\n"
        "shared  1.1      main: alpha\n"
        "chat    1.0      main: shared → alpha\n"
    )
    assert ws("why", "alpha", "--filter", "chat").out.count("\n") == 2


def test_programs_get_every_step(ws: Ws) -> None:
    data = ws("why", "chat", "alpha", "--format", "json").json["data"]
    (chat,) = data["members"]
    assert (data["package"], chat["member"], chat["versions"], chat["more"]) == (
        "alpha",
        "chat",
        ["1.0"],
        0,
    )
    assert chat["chains"][0] == [
        {
            "name": "shared",
            "version": "0.1.0",
            "constraint": "*",
            "marker": "",
            "extras": [],
            "in_extras": [],
            "group": "main",
            "path": "packages/shared",
        },
        {
            "name": "alpha",
            "version": "1.0",
            "constraint": "^1.0",
            "marker": 'python_version < "3.12"',
            "extras": [],
            "in_extras": [],
            "group": None,
            "path": None,
        },
    ]


def test_a_package_that_is_not_in_the_lock_gets_did_you_mean(ws: Ws) -> None:
    assert ws("why", "chat", "alfa") == (
        1,
        "",
        "workers/chat/poetry.lock: error: chat: alfa is not in the lock [usage/package]\n"
        '    → did you mean "alpha"?\n',
    )
    assert ws("why", "nothing").code == 1


def test_an_unknown_member_gets_did_you_mean(ws: Ws) -> None:
    ran = ws("why", "chatt", "alpha")
    assert (ran.code, 'did you mean "chat"?' in ran.err) == (2, True)


def test_a_member_without_a_lock_is_told(ws: Ws) -> None:
    ran = ws("why", "new", "alpha")
    assert (ran.code, "there is no poetry.lock [lock/missing]" in ran.err) == (1, True)


def test_more_than_ten_chains_are_counted_unless_all_are_asked_for(
    make_workspace: Make, ws: Ws
) -> None:
    middle = [f"m{number:02}" for number in range(12)]
    needs = "".join(f'{name} = "*"\n' for name in middle)
    make_workspace(
        {
            "a": 'top = "*"\n',
            "a/poetry.lock": lock(
                package("end", "1.0"),
                *(package(name, "1.0", 'end = "*"\n') for name in middle),
                package("top", "1.0", needs),
            ).decode(),
        }
    )
    assert ws("why", "a", "end").out.splitlines()[-2] == "… and 2 more: --all shows them"
    assert ws("why", "a", "end", "--all").out.count("end 1.0") == 12
