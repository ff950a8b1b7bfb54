"""What people and programs see of `ws doctor`, on a machine that has nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No program is on PATH, and the Poetry beside `ws` is not the one that is named."""
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))
    monkeypatch.setenv("WS_POETRY", "/nowhere/poetry")


@pytest.mark.usefixtures("bare")
def test_outside_of_a_workspace_all_is_told_once_with_its_remedy(ws: Ws) -> None:
    ran = ws("doctor")
    lines = ran.out.splitlines()
    assert ran.code == 1
    assert "error    Poetry         WS_POETRY names /nowhere/poetry, which is no program" in lines
    assert f"{'':24}→ set it to the path of a Poetry 2, or unset it" in lines
    assert "missing  Docker engine  not asked: there is no docker program" in lines
    assert any(line.startswith("missing  Workspace      there is no") for line in lines)
    assert ran.out.count("which is no program") == 1
    assert ran.err.startswith("doctor: 1 error")


@pytest.mark.usefixtures("bare")
def test_json_has_each_check_and_finds_what_is_wrong(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": "", "b": ""})
    ran = ws("doctor", "--format", "json")
    checks = {check["title"]: check for check in ran.json["data"]["checks"]}
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert checks["Environments"] == {
        "title": "Environments",
        "status": "missing",
        "detail": "0 of 2 members have theirs",
        "fix": "ws install",
    }
    rules = [finding["rule"] for finding in ran.json["findings"]]
    assert "doctor/poetry" in rules
    assert "doctor/docker" not in rules


@pytest.mark.usefixtures("bare")
def test_a_broken_workspace_is_a_check_like_others(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": '[workspace]\nmembers = ["a"\n', "a": ""})
    ran = ws("doctor", "--format", "json")
    (found,) = [c for c in ran.json["data"]["checks"] if c["title"] == "Workspace"]
    assert found["status"] == "error"
    assert found["detail"].startswith("workspace.toml:3: this is not valid TOML")
