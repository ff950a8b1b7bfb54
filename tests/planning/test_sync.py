from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ws.files.loader import load
from ws.files.store import Store
from ws.model.plan import Plan, WriteFile
from ws.model.workspace import Workspace
from ws.planning import sync

if TYPE_CHECKING:
    from ws.model.report import Finding

Read = Callable[[Mapping[str, str]], Workspace]


def planned(workspace: Workspace) -> dict[str, str]:
    """What the plan writes, by path."""
    actions = sync.plan(sync.changes(workspace, workspace.members)).actions
    return {action.path: action.after for action in actions if isinstance(action, WriteFile)}


def found(workspace: Workspace) -> list[Finding]:
    return [change.finding() for change in sync.changes(workspace, workspace.members)]


def test_a_wrong_path_is_replaced_by_the_right_one(read_workspace: Read) -> None:
    chat = "workers/deep/er/chat"
    workspace = read_workspace(
        {"packages/shared": "", chat: 'shared = {path = "../shared", develop = true} # why\n'}
    )
    before = workspace.by_name["chat"].manifest.text
    assert sync.plan(sync.changes(workspace, workspace.members)) == Plan(
        "sync",
        (
            WriteFile(
                member="chat",
                path=f"{chat}/pyproject.toml",
                before=before,
                after=before.replace('"../shared"', '"../../../../packages/shared"'),
                reason='shared in [tool.poetry.dependencies] points to "../shared",'
                ' not to "../../../../packages/shared"',
            ),
        ),
    )


def test_what_is_not_editable_becomes_so(read_workspace: Read) -> None:
    workspace = read_workspace({"shared": "", "chat": 'shared = {path = "../shared"}\n'})
    text = planned(workspace)["chat/pyproject.toml"]
    assert text.endswith('\nshared = {path = "../shared", develop = true}\n')


def test_what_is_right_is_left_alone(read_workspace: Read) -> None:
    text = 'shared = {path = "./../shared/", develop = true}\n'
    assert planned(read_workspace({"shared": "", "chat": text})) == {}


def test_a_path_dependency_on_no_member_is_left_alone(read_workspace: Read) -> None:
    text = 'vendored = {path = "vendor/vendored"}\nrich = "^13"\n'
    assert planned(read_workspace({"shared": "", "chat": text})) == {}


def test_a_member_inside_another_and_the_root_itself_are_reached(read_workspace: Read) -> None:
    workspace = read_workspace(
        {
            ".": 'inner = {path = "x", develop = true}\n',
            "outer/inner": 'root = {path = "x", develop = true}\n'
            'outer = {path = "x", develop = true}\n',
            "outer": "",
        }
    )
    texts = planned(workspace)
    assert texts["pyproject.toml"].endswith('inner = {path = "outer/inner", develop = true}\n')
    assert texts["outer/inner/pyproject.toml"].endswith(
        'root = {path = "../..", develop = true}\nouter = {path = "..", develop = true}\n'
    )


def test_only_the_chosen_members_are_changed(read_workspace: Read) -> None:
    text = 'shared = {path = "x"}\n'
    workspace = read_workspace({"shared": "", "a": text, "b": text})
    plan = sync.plan(sync.changes(workspace, [workspace.by_name["b"]]))
    assert [action.member for action in plan.actions] == ["b"]


def test_a_finding_says_what_is_wrong_and_where(read_workspace: Read) -> None:
    workspace = read_workspace(
        {
            "packages/shared": "",
            "chat": "[tool.poetry]\nname = 'chat'\n[tool.poetry.dependencies]\n"
            "Shared = [\n  {version = '1', python = '<3'},\n  {path = '../shared'},\n]\n"
            "[tool.poetry.group.dev.dependencies]\nshared.path = '../packages/shared'\n",
        }
    )
    assert [
        (finding.rule, str(finding.where), finding.message, finding.hint)
        for finding in found(workspace)
    ] == [
        (
            "sync/source",
            "chat/pyproject.toml:5",
            'shared in [tool.poetry.dependencies] is not taken from its path "../packages/shared"',
            "ws sync --filter chat",
        ),
        (
            "sync/path",
            "chat/pyproject.toml:6",
            'shared in [tool.poetry.dependencies] points to "../shared",'
            ' not to "../packages/shared"',
            "ws sync --filter chat",
        ),
        (
            "sync/develop",
            "chat/pyproject.toml:9",
            "shared in [tool.poetry.group.dev.dependencies] is not editable"
            " (develop = true is missing)",
            "ws sync --filter chat",
        ),
    ]


def test_a_path_out_of_the_workspace_that_names_no_member_is_beyond_repair(
    read_workspace: Read,
) -> None:
    workspace = read_workspace(
        {
            "a/b": 'near = {path = "../near"}\nfar = {path = "../../../far"}\n'
            'c = {path = "../../../../c", develop = true}\nabs = {path = "/opt/abs"}\n',
            "c": "",
        }
    )
    assert [
        (finding.rule, str(finding.where), finding.message)
        for finding in sync.beyond_repair(sync.changes(workspace, workspace.members))
    ] == [
        (
            "sync/outside-root",
            "a/b/pyproject.toml:9",
            'far points to "../../../far", outside the workspace, and is no member',
        ),
        (
            "sync/outside-root",
            "a/b/pyproject.toml:11",
            'abs points to "/opt/abs", outside the workspace, and is no member',
        ),
    ]


PARTS = st.sampled_from(["a", "b-c", "workers", "it's", "ü x", 'q"'])
FOLDERS = st.lists(PARTS, max_size=3).map(lambda parts: "/".join(parts) or ".")
WRITTEN = st.sampled_from([".", "../shared", "/abs", "../../x/", "a/./b"])
FORMS = st.sampled_from(
    [
        "m{n} = {{path = '{path}', develop = false}}\n",
        'M{n} = [{{path = "{path}"}}, {{version = "1", python = "<3"}}] # why\n',
        '"m{n}".path = "{path}"\n',
    ]
)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Folders with the manifests of members `m0`, `m1`, …, which depend on each other anyhow."""
    folders = draw(st.lists(FOLDERS, unique=True, min_size=1, max_size=5))
    files = {}
    for number, folder in enumerate(folders):
        body = "".join(
            draw(FORMS).format(n=other, path=draw(WRITTEN))
            for other in range(len(folders))
            if other != number and draw(st.booleans())
        )
        text = f'[tool.poetry]\nname = "m{number}"\n[tool.poetry.dependencies]\n{body}'
        files[f"{folder}/pyproject.toml"] = text
    return files


@settings(max_examples=30)
@given(trees())
def test_after_the_plan_is_applied_every_path_is_right_and_the_next_plan_is_empty(
    files: dict[str, str],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in {"workspace.toml": "workspace.members = ['**']", **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        workspace = load(root)
        plan = sync.plan(sync.changes(workspace, workspace.members))
        for action in plan.actions:
            assert isinstance(action, WriteFile)
            Store(root).write(action.path, action.before, action.after)
        again = load(root)
        assert {action.member for action in plan.actions} == {
            finding.member for finding in found(workspace)
        }
    assert sync.plan(sync.changes(again, again.members)).is_empty
    assert found(again) == []
    for member in again.members:
        for dependency in member.manifest.dependencies:
            if dependency.path is not None:
                target = posixpath.normpath(posixpath.join(member.path, dependency.path))
                assert target == again.by_name[dependency.name].path
                assert dependency.develop
