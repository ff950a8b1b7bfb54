from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import member

from ws.planning.live_sources import live_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ws.model.workspace import Workspace


@pytest.mark.parametrize(
    ("packages", "there", "expected"),
    [
        ('[{include = "chat", from = "src"}]', (), ("a/chat/src",)),
        ('[{include = "chat"}, {include = "chat/more"}, "lib"]', (), ("a/chat/chat", "a/chat/lib")),
        ('[{include = "chat.py"}]', (), ("a/chat",)),
        ('[{include = "chat*"}]', (), ("a/chat",)),
        ('[{include = "chat", from = "."}]', (), ("a/chat",)),
        ("[]", ("a/chat/src/chat/__init__.py",), ("a/chat/src",)),
        ("[]", ("a/chat/chat/__init__.py",), ("a/chat/chat",)),
        ("[]", (), ("a/chat",)),
    ],
)
def test_as_few_folders_are_mounted_as_hold_all_that_is_imported(
    read_workspace: Callable[[Mapping[str, str]], Workspace],
    packages: str,
    there: tuple[str, ...],
    expected: tuple[str, ...],
) -> None:
    text = member("chat").replace("packages = []", f"packages = {packages}")
    workspace = read_workspace({"a/chat": "[tool.other]\n" + text})
    assert live_folders(workspace.by_name["chat"], there.__contains__) == expected
