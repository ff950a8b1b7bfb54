"""What `ws sync` writes, the real Poetry accepts, locks and installs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.conftest import sample
from tests.integration.conftest import BUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

SHARED = (
    '[tool.poetry]\nname = "shared"\nversion = "0.2.0"\ndescription = ""\nauthors = []\n\n'
    f'[tool.poetry.dependencies]\npython = "^3.11"\nalpha = "^1.0"\n{BUILD}'
)


def poetry_form(body: str) -> str:
    return (
        '[tool.poetry]\nname = "chat"\nversion = "1"\ndescription = ""\nauthors = []\n\n'
        f'[tool.poetry.dependencies]\npython = "^3.11"\n{body}\n{BUILD}'
    )


def project_form(dependencies: str, more: str = "") -> str:
    return (
        '[project]\nname = "chat"\nversion = "1"\ndescription = ""\nrequires-python = ">=3.11,<4"\n'
        f"dependencies = [{dependencies}]\n{more}{BUILD}"
    )


FORMS = {
    "version": poetry_form('shared = "^0.1"'),
    "wheel": poetry_form('shared = {file = "../dist/shared-0.1.0-py3-none-any.whl"}'),
    "git": poetry_form('shared = {git = "https://example.org/shared.git", tag = "v1"}'),
    "list": poetry_form(
        'shared = [{version = "^0.1", python = "<3.12"}, {version = "^0.2", python = ">=3.12"}]'
    ),
    "missing": poetry_form('beta = "^1.0"'),
    "repeated": poetry_form('alpha = ">=1.0"\nshared = "*"'),
    "project, url": project_form('"shared @ https://example.org/shared.whl"'),
    "project, range": project_form('"shared (>=0.1,<0.2)", "beta"'),
    "project, lost": project_form(
        '"beta"', '\n[tool.poetry.dependencies]\nshared = {path = "../shared"}\n'
    ),
    "project, extra": project_form(
        '"beta", "shared"', '\n[project.optional-dependencies]\nx = ["shared>=0.1", "gamma"]\n'
    ),
    "standard group": project_form(
        '"shared"', '\n[dependency-groups]\ndev = ["shared", "gamma"]\n'
    ),
}


@pytest.mark.parametrize("form", sample(FORMS, 2))
def test_after_sync_poetry_accepts_locks_and_installs_every_form(
    form: str, make_workspace: Make, ws: Ws, real_poetry: str
) -> None:
    root = make_workspace(
        {
            "workspace.toml": '[workspace]\nmembers = ["shared", "chat"]\n\n[[shared]]\n'
            'package = "shared"\nconsumers = ["chat"]\ndedupe = true\n',
            "shared": SHARED,
            "shared/shared.py": "",
            "chat": FORMS[form],
            "chat/chat.py": "import shared\n",
        }
    )
    assert ws("sync").code == 0
    assert ws("sync", "--check").code == 0
    checked = subprocess.run(
        [real_poetry, "check"], cwd=root / "chat", capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert ws("lock").code == 0
    lock = (root / "chat/poetry.lock").read_text()
    assert 'url = "../shared"' in lock
    assert ws("install").code == 0
    subprocess.run([root / "chat/.venv/bin/python", "-c", "import chat, alpha"], check=True)
