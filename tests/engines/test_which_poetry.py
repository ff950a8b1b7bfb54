from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from ws.engines.process import Processes
from ws.engines.which_poetry import (
    Identity,
    child_environment,
    identify,
    index_environment,
    locate,
)
from ws.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Write = Callable[[Mapping[str, str]], Path]


def identity(*indexes: tuple[str, str], mirror_plugin: bool = True) -> Identity:
    facts = {"indexes": [list(index) for index in indexes], "mirror_plugin": mirror_plugin}
    return Identity("/bin/poetry", None, "2.1.0", facts)


def fake(root: Path, name: str, version: str = "2.1.0") -> str:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'Poetry (version {version})'\n")
    path.chmod(0o755)
    return str(path)


def test_ws_poetry_goes_before_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", f"{tmp_path}/env/python")
    fake(tmp_path, "env/poetry")
    named = fake(tmp_path, "named")
    assert locate({"WS_POETRY": named, "PATH": os.environ["PATH"]}) == named


def test_a_relative_ws_poetry_is_found_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = fake(tmp_path, "bin/named")
    assert locate({"WS_POETRY": "bin/named", "PATH": os.environ["PATH"]}) == named


def test_the_one_beside_ws_goes_before_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", f"{tmp_path}/env/python")
    on_path = fake(tmp_path, "bin/poetry")
    assert locate({"PATH": f"{tmp_path}/bin"}) == on_path
    beside = fake(tmp_path, "env/poetry")
    assert locate({"PATH": f"{tmp_path}/bin"}) == beside


def test_a_poetry_behind_a_wrapper_is_asked_for_its_version(tmp_path: Path) -> None:
    program = fake(tmp_path, "poetry", "2.4.0")
    found = identify(program, os.environ, Processes(), ask_index=False)
    assert (found.version, found.facts) == ("2.4.0", {})


@pytest.mark.parametrize("version", ["1.8.5", "1.99.0", "0.12"])
def test_a_poetry_before_2_is_too_old(version: str, tmp_path: Path) -> None:
    program = fake(tmp_path, "poetry", version)
    with pytest.raises(ToolError, match=f"Poetry {version} is too old"):
        identify(program, os.environ, Processes(), ask_index=False)


def test_an_environment_of_the_caller_is_taken_out() -> None:
    environ = child_environment({"VIRTUAL_ENV": "/mine", "CONDA_PREFIX": "/conda", "A": "b"})
    assert environ.get("VIRTUAL_ENV") is None
    assert environ.get("CONDA_PREFIX") is None
    assert environ["A"] == "b"
    assert environ["POETRY_VIRTUALENVS_IN_PROJECT"] == "true"


def test_an_index_that_speaks_json_needs_nothing() -> None:
    assert index_environment(identity(("https://index", "json"))) == ({}, "")


def test_an_index_that_speaks_html_is_read_through_the_mirror_plugin() -> None:
    variables, note = index_environment(identity(("https://index/simple", "html")))
    assert variables == {"POETRY_PYPI_MIRROR_URL": "https://index/simple/"}
    assert "speaks only HTML" in note


def test_without_the_plugin_an_html_index_is_a_fault_with_the_remedy() -> None:
    with pytest.raises(ToolError) as fault:
        index_environment(identity(("https://index", "html"), mirror_plugin=False))
    assert "speaks only HTML" in fault.value.reason
    assert "pip install poetry-plugin-pypi-mirror" in fault.value.hint


@pytest.mark.parametrize("reply", ["html", "json"])
def test_pips_index_serves_where_the_default_does_not_answer(reply: str) -> None:
    variables, note = index_environment(
        identity(("https://index", "no answer (ConnectionError)"), ("https://company", reply))
    )
    assert "Poetry uses pip's" in note
    assert variables == {"POETRY_PYPI_MIRROR_URL": "https://company/"}


def test_no_answer_at_all_is_only_noted_since_nothing_may_need_to_be_fetched() -> None:
    variables, note = index_environment(identity(("https://index", "no answer (ConnectionError)")))
    assert variables == {}
    assert "does not answer" in note
