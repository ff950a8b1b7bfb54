"""Locks that agree, and locks after a merge, made by the real Poetry."""

from __future__ import annotations

import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.conftest import sample
from tests.integration.conftest import BUILD, wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled", "pinning")


@pytest.fixture(scope="session")
def pinning(wheels: Path) -> None:
    """A package that pins another one to its own version, as pydantic does."""
    for version in ("1.0.0", "2.0.0"):
        wheel(wheels, "model", version, (f"model-core=={version}",))
        wheel(wheels, "model-core", version)


def manifest(name: str, dependencies: str) -> str:
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "1"\ndescription = ""\nauthors = []\n'
        f'packages = []\n\n[tool.poetry.dependencies]\npython = "^3.11"\n{dependencies}{BUILD}'
    )


def relock(root: Path, ws: Ws, name: str, *dependencies: str) -> None:
    """Lock a member with one manifest after the other: locked versions stay where they may."""
    for text in dependencies:
        (root / name / "pyproject.toml").write_text(manifest(name, text))
        ran = ws("lock", "--no-seed", "--filter", name)
        assert ran.code == 0, ran.out + ran.err


def versions(lock: Path) -> dict[str, str]:
    document = tomllib.loads(lock.read_text())
    return {package["name"]: package["version"] for package in document["package"]}


def test_members_that_can_agree_are_brought_together_once(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({"a": "", "b": ""})
    relock(root, ws, "a", 'model = "1.0.0"\n', 'model = "*"\n')
    relock(root, ws, "b", 'model = "*"\n')
    assert ws("lock", "--skew").out == (
        "PACKAGE     VERSION  MEMBERS\n"
        "model       2.0.0    b\n"
        "            1.0.0    a\n"
        "  → all could have 2.0.0: ws lock --align\n"
        "model-core  2.0.0    b\n"
        "            1.0.0    a\n"
        "  → all could have 2.0.0: ws lock --align\n"
    )
    assert ws("lock", "--align", "--check").code == 1
    before = (root / "a/poetry.lock").read_bytes()
    shown = ws("lock", "--align", "--diff")
    assert (shown.code, '+version = "2.0.0"' in shown.out) == (0, True)
    assert (root / "a/poetry.lock").read_bytes() == before
    ran = ws("lock", "--align")
    assert ran.code == 0
    assert ran.out.endswith(
        "model: brought together at 2.0.0\nmodel-core: brought together at 2.0.0\n"
    )
    assert versions(root / "a/poetry.lock") == {"model": "2.0.0", "model-core": "2.0.0"}
    assert ws("lock", "--check", "--deep").code == 0
    written = (root / "a/poetry.lock").stat()
    assert ws("lock", "--align") == (0, "", "lock: 2 locks agree on every package\n")
    assert (root / "a/poetry.lock").stat().st_mtime_ns == written.st_mtime_ns


def test_what_cannot_agree_stays_and_the_chain_is_said(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(
        {"shared": "", "a": "", "b": "", "workspace.toml": FORBID.replace("forbid", "warn")}
    )
    relock(root, ws, "shared", 'alpha = "<2"\n')
    relock(root, ws, "a", 'shared = {path = "../shared", develop = true}\n')
    relock(root, ws, "b", 'alpha = "^2"\n')
    ran = ws("lock", "--align")
    assert (ran.code, ran.err) == (0, "lock: 3 locks agree wherever they can\n")
    assert ran.out == (
        "PACKAGE  VERSION  MEMBERS\n"
        "alpha    2.0.0    b\n"
        "         1.1.0    a, shared\n"
        "  → b cannot have 1.1.0: its group main asks for alpha ^2\n"
    )
    ran = ws("lock", "--skew", "--format", "json", "--filter", "a", "--filter", "b")
    (package,) = ran.json["data"]["skew"]
    assert package["cannot"] == [
        {
            "member": "a",
            "version": "2.0.0",
            "reason": "shared 1 asks for alpha <2 (main: shared)",
        }
    ]


FORBID = '[workspace]\nmembers = ["**"]\n\n[lock]\nskew = "forbid"\n'


def test_the_check_forbids_skew_where_it_is_told_to(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({"a": "", "b": "", "workspace.toml": FORBID})
    relock(root, ws, "a", 'alpha = "<2"\n')
    relock(root, ws, "b", 'alpha = "*"\n')
    for command in (("lock", "--check"), ("check",)):
        ran = ws(*command, "--format", "json")
        (finding,) = (f for f in ran.json["findings"] if f["rule"] == "lock/skew")
        assert (ran.code, finding["severity"], finding["path"]) == (1, "error", "a/poetry.lock")
        assert finding["message"] == "alpha is locked at different versions: 2.0.0 in b; 1.1.0 in a"
    (root / "workspace.toml").write_text(FORBID + 'skew-exceptions = ["al*"]\n')
    assert ws("lock", "--check").code == 0


def git(root: Path, *args: str) -> int:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *args]
    return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("style", "names"), sample([("merge", "a"), ("diff3", "a"), ("zdiff3", "ab")], 2)
)
def test_locks_with_conflict_markers_are_rebuilt_from_both_sides(
    style: str, names: str, make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(dict.fromkeys(names, "") | {".gitignore": ".ws/\n"})

    def lock(*dependencies: str) -> None:
        for name in names:
            relock(root, ws, name, *dependencies)

    lock('gamma = "*"\n')
    for args in (("init", "-b", "main"), ("config", "merge.conflictStyle", style)):
        assert git(root, *args) == 0
    assert git(root, "add", ".") == git(root, "commit", "-m", "base") == 0
    assert git(root, "checkout", "-b", "theirs") == 0
    lock('gamma = "*"\nmodel = "1.0.0"\n', 'gamma = "*"\nmodel = "*"\n')
    assert git(root, "commit", "-am", "theirs") == 0
    assert git(root, "checkout", "main") == 0
    lock('gamma = "*"\nalpha = "1.0.0"\n', 'gamma = "*"\nalpha = "*"\n')
    assert git(root, "commit", "-am", "ours") == 0
    assert git(root, "merge", "theirs") == 1
    ran = ws("lock", "--resolve-conflicts")
    assert (ran.code, "conflict markers of a git merge in the file" in ran.err) == (2, True)
    for name in names:
        text = manifest(name, 'gamma = "*"\nalpha = "*"\nmodel = "*"\n')
        (root / name / "pyproject.toml").write_text(text)
    assert "ws lock --resolve-conflicts --filter a" in ws("lock", "--check").out
    assert ws("lock", "--resolve-conflicts", "--check").code == 1
    ran = ws("lock", "--resolve-conflicts")
    assert ran.code == 0, ran.out + ran.err
    assert ran.err.endswith("next: git add them: they are resolved\n")
    for name in names:
        assert versions(root / name / "poetry.lock") == {
            "alpha": "1.0.0",  # ours; 2.0.0 is there
            "gamma": "1.0.0",
            "model": "1.0.0",  # theirs; 2.0.0 is there
            "model-core": "1.0.0",
        }
    assert ws("lock", "--check", "--deep").code == 0
    assert ws("lock", "--resolve-conflicts").err == "lock: no lock has conflict markers\n"
