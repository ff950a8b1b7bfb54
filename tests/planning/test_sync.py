from __future__ import annotations

from collections.abc import Callable, Mapping

from ws.model.plan import WriteFile
from ws.model.workspace import Workspace
from ws.planning import sync

Load = Callable[[Mapping[str, str]], Workspace]


def planned(workspace: Workspace) -> dict[str, str]:
    actions = sync.plan(workspace, workspace.members).actions
    return {action.path: action.after for action in actions if isinstance(action, WriteFile)}


def test_a_wrong_path_is_replaced_by_the_right_one(make_loaded: Load) -> None:
    workspace = make_loaded(
        {
            "packages/shared": "",
            "workers/deep/er/chat": 'shared = {path = "../shared", develop = true}\n',
        }
    )
    text = planned(workspace)["workers/deep/er/chat/pyproject.toml"]
    assert 'shared = {path = "../../../../packages/shared", develop = true}\n' in text
