"""`ws check` on what members import from each other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.cli.test_faults import lock_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

NEEDS = '{0} = {{path = "../{0}", develop = true}}\n'
DEV = "\n[tool.poetry.group.dev.dependencies]\n"
WITHOUT_LOCKS = '[workspace]\nmembers = ["**"]\n[lock]\nignore = ["lock/unsatisfied"]\n'
FILES = {
    "shared": "",
    "shared/shared/__init__.py": "",
    "plots": NEEDS.format("shared"),
    "plots/src/plots.py": "import shared\n",
    "chat": NEEDS.format("plots") + DEV + NEEDS.format("shared"),
    "chat/src/chat/__init__.py": "\nfrom shared.messages import (\n    Message,\n)\n",
    "tool": "",
    "tool/tool/__init__.py": "def f():\n    import plots\n",
    "tool/tests/test_tool.py": "import shared\n",
    "tool/tool/broken.py": "import plots\nprint 'plots'\n",
}
FOUND = """\
chat/pyproject.toml:8: warning: chat: depends on plots and never imports plots [imports/unused]
    → take it out; if only its programs are used, say so: ignore = ["imports/unused"] in [tool.ws]
chat/src/chat/__init__.py:3: error: chat: imports shared at run time, but depends on shared only in\
 group dev [imports/group-only]
    → move it to [tool.poetry.dependencies], or to an extra; or catch ImportError there
tool/tests/test_tool.py:1: error: tool: imports shared without depending on shared\
 [imports/undeclared]
    → add shared = { path = "../shared", develop = true } to a group, such as\
 [tool.poetry.group.dev.dependencies]
tool/tool/__init__.py:2: error: tool: imports plots without depending on plots [imports/undeclared]
    → add plots = { path = "../plots", develop = true } to [tool.poetry.dependencies]
tool/tool/broken.py:2: warning: tool: what this file imports cannot be told: Missing parentheses in\
 call to 'print'. Did you mean print(...)? [imports/unreadable]
"""


@pytest.fixture
def make(make_workspace: Make) -> Make:
    """A workspace that is otherwise in order."""

    def locked(files: Mapping[str, str]) -> Path:
        root = make_workspace({"workspace.toml": WITHOUT_LOCKS, **files})
        for manifest in root.glob("*/pyproject.toml"):
            lock_of(root, manifest.parent.name)
        return root

    return locked


def test_check_names_what_is_undeclared_unused_and_in_the_wrong_group(make: Make, ws: Ws) -> None:
    root = make(FILES)
    before = snapshot(root)
    ran = ws("check")
    assert ran.code == 1
    assert ran.out.startswith(FOUND)
    assert snapshot(root) == before


def test_findings_stand_at_file_and_line_in_json(make: Make, ws: Ws) -> None:
    make(FILES)
    ran = ws("check", "--filter", "chat", "--format", "json")
    assert [
        (each["rule"], each["severity"], each["member"], each["path"], each["line"])
        for each in ran.json["findings"]
    ] == [
        ("imports/unused", "warning", "chat", "chat/pyproject.toml", 8),
        ("imports/group-only", "error", "chat", "chat/src/chat/__init__.py", 3),
    ]


def test_when_each_is_mended_nothing_is_left(make: Make, ws: Ws) -> None:
    make(
        FILES
        | {
            "chat": NEEDS.format("shared"),
            "tool": NEEDS.format("plots") + DEV + NEEDS.format("shared"),
            "tool/tool/broken.py": "import plots\n",
        }
    )
    assert ws("check", "--strict") == (0, "", "check: 4 members, nothing to complain about\n")


def test_a_member_ignores_what_it_names(make: Make, ws: Ws) -> None:
    ignoring = '\n[tool.ws]\nignore = ["imports/unused", "imports/group-*"]\n'
    make(FILES | {"chat": FILES["chat"] + ignoring})
    assert ws("check", "--filter", "chat").code == 0
    rules = {finding["rule"] for finding in ws("check", "--format", "json").json["findings"]}
    assert rules == {"imports/undeclared", "imports/unreadable"}


def test_what_lies_in_an_environment_or_is_ignored_is_nobody_s_import(make: Make, ws: Ws) -> None:
    bad = "import plots\n"
    make(
        {
            ".gitignore": "build/\n",
            "plots": "",
            "plots/plots.py": "",
            "chat": "",
            "chat/chat.py": "",
            "chat/env/pyvenv.cfg": "",
            "chat/env/x.py": bad,
            "chat/.venv/x.py": bad,
            "chat/build/x.py": bad,
            "chat/inner": NEEDS.format("plots").replace("..", "../.."),
            "chat/inner/inner.py": bad,
        }
    )
    ran = ws("check", "--filter", "chat")
    assert (ran.code, ran.out) == (0, "")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="no such rights there")
def test_a_read_only_checkout_is_checked(make: Make, ws: Ws) -> None:
    root = make(FILES)
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert ws("check").out.startswith(FOUND)
    finally:
        for folder in folders:
            folder.chmod(0o755)
