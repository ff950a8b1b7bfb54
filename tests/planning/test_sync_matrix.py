"""Every form of a dependency on a member, in every place: whole files, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.plan import WriteFile
from ws.model.workspace import Workspace
from ws.planning import sync

Read = Callable[[Mapping[str, str]], Workspace]

SHARED = '[tool.poetry]\nname = "shared"\nversion = "0.2.0"\n'

PLACES = {
    "dependencies": "[tool.poetry.dependencies]\n",
    "dev-dependencies": "[tool.poetry.dev-dependencies]\n",
    "group": "[tool.poetry.group.dev.dependencies]\n",
}
FORMS = {
    "version string": ('shared = "^0.1"', 'shared = {path = "../shared", develop = true}'),
    "literal string": ("shared = '^0.1'", "shared = {path = '../shared', develop = true}"),
    "version table": (
        'shared = {version = "^0.1"}',
        'shared = {path = "../shared", develop = true}',
    ),
    "version with more": (
        'shared = { version = "^0.1", extras = ["x"], python = "<3.13" } # why',
        'shared = { path = "../shared", develop = true, extras = ["x"], python = "<3.13" } # why',
    ),
    "version in the middle": (
        'shared = {extras = ["x"], version = "^0.1", optional = true}',
        'shared = {extras = ["x"], path = "../shared", develop = true, optional = true}',
    ),
    "version with source": (
        'shared = {version = "^0.1", source = "company", allow-prereleases = true}',
        'shared = {path = "../shared", develop = true}',
    ),
    "wheel file": (
        'shared = {file = "../dist/shared-0.1.0-py3-none-any.whl"}',
        'shared = {path = "../shared", develop = true}',
    ),
    "sdist file with markers": (
        "shared = {file = 'shared-0.1.tar.gz', markers = 'sys_platform == \"linux\"'}",
        "shared = {path = '../shared', develop = true, markers = 'sys_platform == \"linux\"'}",
    ),
    "url": (
        'shared = {url = "https://example.org/shared-0.1.0-py3-none-any.whl"}',
        'shared = {path = "../shared", develop = true}',
    ),
    "git": (
        'shared = {git = "https://example.org/shared.git", branch = "main", subdirectory = "py"}',
        'shared = {path = "../shared", develop = true}',
    ),
    "git, tag first": (
        'shared = { tag = "v1", git = "git@example.org:shared.git", extras = ["x"] }',
        'shared = { path = "../shared", develop = true, extras = ["x"] }',
    ),
    "wrong path": (
        'shared = {path = "../../old/shared", develop = true}',
        'shared = {path = "../shared", develop = true}',
    ),
    "windows path": (
        'shared = {path = "..\\\\shared", develop = true}',
        'shared = {path = "../shared", develop = true}',
    ),
    "absolute path": (
        'shared = {path = "/srv/shared", develop = true}',
        'shared = {path = "../shared", develop = true}',
    ),
    "not editable": (
        'shared = {path = "../shared"}',
        'shared = {path = "../shared", develop = true}',
    ),
    "switched off": (
        'shared = {develop = false, path = "../shared"}',
        'shared = {develop = true, path = "../shared"}',
    ),
    "other spelling": ('Shared = "^0.1"', 'Shared = {path = "../shared", develop = true}'),
    "quoted key": ('"shared" = "^0.1"', '"shared" = {path = "../shared", develop = true}'),
    "dotted key": (
        'shared.version = "^0.1" # why\nshared.extras = ["x"]',
        'shared.path = "../shared" # why\nshared.develop = true\nshared.extras = ["x"]',
    ),
    "list of constraints": (
        'shared = [\n  {version = "^0.1", python = "<3.12"},\n'
        '  {version = "^0.2", python = ">=3.12"},\n]',
        'shared = [\n  {path = "../shared", develop = true, python = "<3.12"},\n'
        '  {path = "../shared", develop = true, python = ">=3.12"},\n]',
    ),
    "list that becomes one": (
        'shared = [{version = "^0.1"}, {path = "../x"}]',
        'shared = {path = "../shared", develop = true}',
    ),
}
FRAME = '[tool.poetry]\nname = "chat"\nversion = "0.1.0"\n\n{header}# before\n{body}\nother = "*"\n'


def synced(read: Read, text: str, **others: str) -> str:
    """What the manifest of `chat` says after `ws sync`, which must then find nothing more."""
    files = {"shared": SHARED, "chat": text, **others}
    workspace = read(files)
    plan = sync.plan(sync.changes(workspace, workspace.members))
    after = {action.path: action.after for action in plan.actions if isinstance(action, WriteFile)}
    new = after.get("chat/pyproject.toml", text)
    again = read({**files, "chat": new})
    assert sync.changes(again, [again.by_name["chat"]]) == ()
    return new


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_every_table_becomes_a_path(
    form: str, place: str, newline: str, read_workspace: Read
) -> None:
    before, after = (
        FRAME.format(header=PLACES[place], body=body).replace("\n", newline) for body in FORMS[form]
    )
    assert synced(read_workspace, before) == after


def test_a_table_with_a_header_of_its_own_becomes_a_path(read_workspace: Read) -> None:
    before = (
        '[tool.poetry]\nname = "chat"\nversion = "1"\n\n[tool.poetry.dependencies.shared] # why\n'
        '  git = "https://example.org/shared.git" # here\n  rev = "abc"\n  extras = ["x"]\n\n[x]\n'
    )
    after = (
        '[tool.poetry]\nname = "chat"\nversion = "1"\n\n[tool.poetry.dependencies.shared] # why\n'
        '  path = "../shared" # here\n  develop = true\n  extras = ["x"]\n\n[x]\n'
    )
    assert synced(read_workspace, before) == after


PROJECT = """\
[project]
name = "chat"
version = "0.1.0"
dependencies = [
  "requests (>=2,<3)", # first
{requirement}]

[tool.ruff]
"""


@pytest.mark.parametrize(
    ("requirement", "after"),
    [
        ("shared (>=0.1,<0.3)", "shared (>=0.1,<0.3)"),
        ("shared", "shared"),
        ("shared (>=0.1,<0.2)", "shared (>=0.1,<0.3.0)"),
        (
            "shared[x]>=0.1,<0.2 ; python_version < '3.13'",
            "shared[x]>=0.1,<0.3.0 ; python_version < '3.13'",
        ),
        ("shared ~= 0.1.0", "shared>=0.1.0,<0.3.0"),
        ("shared (>=0.3)", "shared (>=0.2.0)"),
        ("shared @ file:///srv/shared", "shared (>=0.2.0,<0.3.0)"),
        (
            "shared[x] @ git+https://example.org/shared.git ; extra == 'a'",
            "shared[x] (>=0.2.0,<0.3.0) ; extra == 'a'",
        ),
    ],
)
def test_a_published_requirement_keeps_a_range_and_gets_a_path(
    requirement: str, after: str, read_workspace: Read
) -> None:
    before = PROJECT.format(requirement=f'  "{requirement}", # why\n')
    expected = PROJECT.format(requirement=f'  "{after}", # why\n').replace(
        "]\n\n[tool.ruff]",
        "]\n\n[tool.poetry.dependencies]\n"
        'shared = {path = "../shared", develop = true}\n\n[tool.ruff]',
    )
    assert synced(read_workspace, before) == expected


def test_an_extra_that_names_a_member_gets_a_path(read_workspace: Read) -> None:
    before = PROJECT.format(requirement="") + (
        '[project.optional-dependencies]\nall = ["shared>=0.1"]\n'
    )
    added = '\n[tool.poetry.dependencies]\nshared = {path = "../shared", develop = true}\n'
    assert synced(read_workspace, before) == before + added


def test_a_standard_group_gets_a_path_in_the_group_of_poetry(read_workspace: Read) -> None:
    before = (
        '[project]\nname = "chat"\nversion = "1"\n\n[dependency-groups]\n'
        'dev = ["pytest", "shared @ file:///x"]\nall = [{include-group = "dev"}]\n'
    )
    assert synced(read_workspace, before) == (
        '[project]\nname = "chat"\nversion = "1"\n\n[dependency-groups]\n'
        'dev = ["pytest", "shared (>=0.2.0,<0.3.0)"]\nall = [{include-group = "dev"}]\n'
        "\n[tool.poetry.group.dev.dependencies]\n"
        'shared = {path = "../shared", develop = true}\n'
    )


def test_a_path_that_poetry_would_lose_is_published_too(read_workspace: Read) -> None:
    path = '[tool.poetry.dependencies]\nshared = {path = "../shared", develop = true}\n'
    before = PROJECT.format(requirement="") + path
    expected = PROJECT.format(requirement='  "shared (>=0.2.0,<0.3.0)",\n') + path
    assert synced(read_workspace, before) == expected


def test_a_project_that_lists_no_dependencies_loses_none(read_workspace: Read) -> None:
    text = (
        '[project]\nname = "chat"\nversion = "1"\ndynamic = ["dependencies"]\n\n'
        '[tool.poetry.dependencies]\nshared = {path = "../shared", develop = true}\n'
    )
    assert synced(read_workspace, text) == text


def test_develop_false_on_purpose_is_kept(read_workspace: Read) -> None:
    settings = "\n[tool.ws.dependencies.shared]\ndevelop = false\n"
    frame = '[tool.poetry]\nname = "chat"\nversion = "1"\n[tool.poetry.dependencies]\n'
    before = frame + 'shared = {path = "../wrong", develop = false}\n' + settings
    assert synced(read_workspace, before) == before.replace("../wrong", "../shared")
    version = frame + 'shared = "^0.1"\n' + settings
    assert synced(read_workspace, version) == version.replace('"^0.1"', '{path = "../shared"}')


def test_a_published_version_on_purpose_is_kept(read_workspace: Read) -> None:
    text = (
        '[tool.poetry]\nname = "chat"\nversion = "1"\n[tool.poetry.dependencies]\nshared = "^0.1"\n'
        '[tool.ws.dependencies.Shared]\nsource = "published"\n'
    )
    assert synced(read_workspace, text) == text


def test_a_member_that_keeps_out_is_left_alone(read_workspace: Read) -> None:
    text = (
        '[tool.poetry]\nname = "chat"\nversion = "1"\n[tool.poetry.dependencies]\nshared = "^0.1"\n'
        "[tool.ws]\nsync = false\n"
    )
    assert synced(read_workspace, text) == text
