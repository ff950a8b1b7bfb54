from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import Where
from ws.files.loader import load
from ws.model.budgets import Limit, Measured
from ws.model.report import Finding
from ws.planning.budgets import findings, limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ws.model.budgets import Quantity

WORKSPACE = '[workspace]\nmembers = ["**"]\n[docker.budget]\nsize = "400 MB"\nstart = "2 s"\n'
CHAT = '[tool.poetry]\nname = "chat"\nversion = "1"\n[tool.ws.docker]\nbudget.size = "1 GB"\n'


def test_a_member_says_what_its_own_image_may_cost_and_the_workspace_the_rest(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    workspace = load(make_workspace({"workspace.toml": WORKSPACE, "chat": CHAT}))
    assert limits(workspace, workspace.by_name["chat"]) == {
        "size": Limit(10**9, "chat/pyproject.toml", 5, "1 GB"),
        "start": Limit(2.0, "workspace.toml", 5, "2 s"),
    }


def test_a_broken_budget_is_an_error_where_it_is_set() -> None:
    broken: dict[Quantity, Limit] = {"size": Limit(400 * 10**6, "workspace.toml", 4)}
    assert list(findings("chat", Measured(size=412_300_000), broken)) == [
        Finding(
            "docker/budget",
            "error",
            "it weighs 412.3 MB, and may 400.0 MB",
            Where("workspace.toml", 4),
            "chat",
            "`ws docker layers chat` shows what is in it",
        )
    ]


def test_a_budget_is_told_as_it_is_written() -> None:
    broken: dict[Quantity, Limit] = {"start": Limit(0.001, "workspace.toml", 4, "1 ms")}
    (found,) = findings("chat", Measured(start=0.52), broken)
    assert found.message == "it starts in 0.52 s, and may 1 ms"


def test_a_budget_holds_that_is_just_reached_and_one_of_what_nobody_measured() -> None:
    reached: dict[Quantity, Limit] = {
        "start": Limit(2.0, "workspace.toml", 4),
        "build": Limit(1.0, "workspace.toml", 5),
    }
    assert list(findings("chat", Measured(start=2.0), reached)) == []
