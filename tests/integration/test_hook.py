"""The hook `ws-lock-check`, as real git and real pre-commit run it from this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.integration.conftest import BUILD, REPOSITORY, program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull} | {
    f"GIT_{who}_{what}": "nobody@example.org"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


class HookRepository(NamedTuple):
    """Where pre-commit finds the hooks, and where it keeps the environment made for them."""

    path: Path
    rev: str
    home: Path


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | IDENTITY,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    ended = run(folder, "git", *arguments)
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> HookRepository:
    """This repository, as it is now, as a repository of hooks."""
    program("pre-commit")
    path = tmp_path_factory.mktemp("hooks")
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, path / name)
    compiled = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "tools" / "ws", path / "tools" / "ws", ignore=compiled)
    git(path, "init", "--quiet")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "--message", "hooks")
    rev = git(path, "rev-parse", "HEAD").strip()
    return HookRepository(path, rev, tmp_path_factory.mktemp("pre-commit"))


@pytest.fixture
def repository(
    hooks: HookRepository, make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """A committed workspace of two members with locks that fit, and the hook in place."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(hooks.home))
    monkeypatch.setenv("PRE_COMMIT_COLOR", "never")

    def make(*args: str) -> Path:
        root = make_workspace(
            {
                ".pre-commit-config.yaml": f"repos:\n- repo: {hooks.path}\n  rev: {hooks.rev}\n"
                f"  hooks:\n  - id: ws-lock-check\n    args: [{', '.join(args)}]\n",
                "chat": manifest("chat", 'shared = {path = "../shared", develop = true}'),
                "shared": manifest("shared", 'alpha = "^1.0"'),
            }
        )
        assert ws("lock").code == 0
        git(root, "init", "--quiet")
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", "begin")
        installed = run(root, program("pre-commit"), "install", "--install-hooks")
        assert installed.returncode == 0, installed.stdout
        return root

    return make


def manifest(name: str, dependencies: str) -> str:
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "0.1.0"\ndescription = ""\nauthors = []\n'
        f'packages = []\n\n[tool.poetry.dependencies]\npython = "^3.11"\n{dependencies}\n{BUILD}'
    )


def commit(root: Path, *paths: str) -> tuple[int, str]:
    """Stage these and commit; the exit code and all that was said."""
    git(root, "add", *paths)
    ended = run(root, "git", "commit", "--quiet", "--message", "change")
    return ended.returncode, ended.stdout


def let_shared_use_beta(root: Path) -> None:
    path = root / "shared/pyproject.toml"
    path.write_text(path.read_text().replace('alpha = "^1.0"\n', 'alpha = "^1.0"\nbeta = "*"\n'))


def test_a_change_of_shared_without_the_locks_is_blocked_until_they_are_mended(
    repository: Callable[..., Path], ws: Ws
) -> None:
    root = repository()
    let_shared_use_beta(root)
    code, said = commit(root, "shared/pyproject.toml")
    assert code == 1
    assert said == "\n".join(
        [
            f"{'ws lock --check':.<73}Failed",
            "- hook id: ws-lock-check",
            "- exit code: 1",
            "",
            ws("lock", "--check").out + ws("lock", "--check").err,
            "",
        ]
    )
    assert "    → ws lock --filter chat\n" in said
    assert "    → ws lock --filter shared\n" in said
    assert ws("lock").code == 0
    assert commit(root, "chat/poetry.lock", "shared/poetry.lock") == (
        0,
        f"{'ws lock --check':.<73}Passed\n",
    )


def test_with_fix_it_blocks_once_and_says_what_to_add(repository: Callable[..., Path]) -> None:
    root = repository("--fix")
    let_shared_use_beta(root)
    code, said = commit(root, "shared/pyproject.toml")
    assert code == 1
    assert "    → mended: git add shared/poetry.lock\n" in said
    assert said.endswith("next: git add chat/poetry.lock shared/poetry.lock, and commit again\n\n")
    assert git(root, "diff", "--name-only") == "chat/poetry.lock\nshared/poetry.lock\n"
    assert 'name = "beta"' in (root / "chat/poetry.lock").read_text()
    assert commit(root, "chat/poetry.lock", "shared/poetry.lock") == (
        0,
        f"{'ws lock --check':.<73}Passed\n",
    )


def test_it_runs_only_where_a_manifest_or_a_lock_is_staged(
    repository: Callable[..., Path],
) -> None:
    root = repository()
    let_shared_use_beta(root)
    git(root, "commit", "--quiet", "--no-verify", "--all", "--message", "stale")
    (root / "shared/README.md").write_text("pyproject.toml\n")
    assert commit(root, "shared/README.md") == (
        0,
        f"{'ws lock --check':.<53}(no files to check)Skipped\n",
    )


def test_what_is_not_staged_is_not_looked_at(repository: Callable[..., Path]) -> None:
    root = repository()
    let_shared_use_beta(root)
    settings = root / "workspace.toml"
    settings.write_text(f"{settings.read_text()}# theirs\n")
    code, said = commit(root, "workspace.toml")
    assert (code, f"{'ws lock --check':.<73}Passed\n" in said) == (0, True)
    assert git(root, "diff", "--name-only") == "shared/pyproject.toml\n"
