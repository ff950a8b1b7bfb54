from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.errors import ManifestError
from ws.model.workspace import Workspace
from ws.planning.requirements import Direct, direct

Read = Callable[[Mapping[str, str]], Workspace]


def of(read: Read, text: str) -> tuple[Direct, ...]:
    return direct(read({"chat": text}).members[0])


def test_every_group_is_read_with_extras_and_markers(read_workspace: Read) -> None:
    assert of(
        read_workspace,
        'Rich = {version = "^13", extras = ["jupyter"], markers = "sys_platform == \'linux\'"}\n'
        'tomli = {version = "*", python = "<3.12"}\n'
        'shared = {path = "../shared", develop = true, extras = ["json"]}\n'
        'tool = {git = "https://example.org/tool.git", tag = "v1"}\n'
        '\n[tool.poetry.group.dev.dependencies]\npytest = ">=8"\n',
    ) == (
        Direct("rich", "^13", "main", ("jupyter",), 'sys_platform == "linux"'),
        Direct("tomli", "*", "main", marker='python_version < "3.12"'),
        Direct("shared", "*", "main", ("json",), path="../shared", origin="path"),
        Direct("tool", "*", "main", origin="git"),
        Direct("pytest", ">=8", "dev"),
    )


def test_the_project_form_is_read_with_what_poetrys_own_table_adds(read_workspace: Read) -> None:
    assert of(
        read_workspace,
        '[project]\nname = "chat"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["rich>=13", "shared (>=0.1,<0.2)"]\n'
        '[project.optional-dependencies]\nfast = ["orjson>=3"]\n'
        '[tool.poetry.dependencies]\nshared = {path = "../shared", develop = true}\n'
        '[dependency-groups]\ndev = [{include-group = "test"}, "mypy"]\ntest = ["pytest"]\n',
    ) == (
        Direct("rich", ">=13", "main"),
        Direct("shared", ">=0.1,<0.2", "main", path="../shared", origin="path"),
        Direct("orjson", ">=3", "main", in_extras=("fast",), optional=True),
        Direct("mypy", "*", "dev"),
        Direct("pytest", "*", "dev"),
        Direct("pytest", "*", "test"),
    )


def test_what_is_for_other_pythons_is_left_out(read_workspace: Read) -> None:
    assert of(read_workspace, 'tomli = {version = "*", python = "<3.11"}\n') == ()


def test_a_path_need_not_be_there_and_nobody_complains(
    read_workspace: Read, capfd: pytest.CaptureFixture[str]
) -> None:
    found = of(
        read_workspace,
        '[project]\nname = "chat"\nversion = "1"\ndependencies = ["shared @ file:../nowhere"]\n'
        '[tool.poetry.group.dev.dependencies]\nwheel = {path = "nothing.whl"}\n',
    )
    assert found == (
        Direct("shared", "*", "main", path="file:../nowhere", origin="path"),
        Direct("wheel", "*", "dev", path="nothing.whl", origin="path"),
    )
    assert capfd.readouterr() == ("", "")


def test_an_extra_names_what_it_brings(read_workspace: Read) -> None:
    (orjson,) = of(
        read_workspace,
        'orjson = {version = "^3", optional = true}\n\n[tool.poetry.extras]\nfast = ["orjson"]\n',
    )
    assert orjson.in_extras == ("fast",)


def test_what_poetry_cannot_read_is_a_fault_of_the_manifest(read_workspace: Read) -> None:
    with pytest.raises(ManifestError) as caught:
        of(read_workspace, 'rich = "thirteen"\n')
    assert caught.value.rule == "manifest/dependencies"
    assert str(caught.value.where) == "chat/pyproject.toml"
    assert "thirteen" in caught.value.reason


def test_requirements_that_contradict_each_other_are_a_fault(read_workspace: Read) -> None:
    text = """[project]
name = "chat"
version = "1"
dependencies = ["rich ~= 13.0"]
[tool.poetry.dependencies]
rich = "^14.0"
"""
    with pytest.raises(ManifestError, match="incompatible constraints"):
        direct(read_workspace({"chat": text}).by_name["chat"])
