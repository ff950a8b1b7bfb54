"""`ws docker prune`: what lies in the context of one member, and where it may be written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.commands.docker_prune import context_files
from ws.files.loader import load
from ws.formats.content_hash import content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

SHARED = """\
[tool.poetry]
name = "shared"
version = "0.3.0"
readme = "READ.md"
[tool.poetry.dependencies]
python = "^3.11"
"""
CHAT = """\
[tool.poetry]
name = "chat"
version = "0.1.0"
[tool.poetry.dependencies]
python = "^3.11"
shared = { path = "../../packages/shared", develop = true }
[tool.poetry.scripts]
chat = "chat.app:main"
"""
LOCAL = """\
[[package]]
name = "{name}"
version = "{version}"
description = ""
optional = false
python-versions = "^3.11"
groups = ["main"]
files = []
develop = true

[package.source]
type = "directory"
url = "../../packages/{name}"

"""


def lock(manifest: str, *names: str) -> str:
    """The lock of a member that needs these packages."""
    blocks = "".join(LOCAL.format(name=name, version="0.3.0") for name in names)
    known = content_hash(tomllib.loads(manifest))
    return (
        f'{blocks}[metadata]\nlock-version = "2.1"\npython-versions = "^3.11"\n'
        f'content-hash = "{known}"\n'
    )


FILES = {
    "workspace.toml": '[workspace]\nmembers = ["packages/*", "workers/*"]\n',
    "packages/shared": SHARED,
    "packages/shared/READ.md": "Read.\n",
    "packages/shared/shared/a.py": "A = 1\n",
    "packages/other": "",
    "workers/chat": CHAT,
    "workers/chat/poetry.lock": lock(CHAT, "shared"),
    "workers/chat/chat/app.py": "def main() -> None: ...\n",
    "workers/idle": "",
}
MADE = [
    ".dockerignore",
    ".ws-prune.json",
    "Dockerfile",
    "manifests/packages/shared/pyproject.toml",
    "manifests/workers/chat/poetry.lock",
    "manifests/workers/chat/pyproject.toml",
    "sources/packages/shared/READ.md",
    "sources/packages/shared/pyproject.toml",
    "sources/packages/shared/shared/a.py",
    "sources/workers/chat/chat/app.py",
    "sources/workers/chat/pyproject.toml",
]


@pytest.fixture
def out() -> Iterable[Path]:
    """A folder outside the workspace, not made yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder).resolve() / "context"


def content(folder: Path) -> dict[str, str | bytes]:
    """What lies in a folder: files, and where links lead."""
    return {
        path.relative_to(folder).as_posix(): os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_the_context_holds_what_the_image_needs(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace(FILES)
    ran = ws("docker", "prune", "chat", "--out", str(out), "--format", "json")
    assert (ran.code, ran.json["data"]["files"]) == (0, MADE)
    assert sorted(content(out)) == MADE
    manifest = (out / "manifests/packages/shared/pyproject.toml").read_text()
    assert manifest == SHARED.replace("0.3.0", "0.0.0")
    locked = (out / "manifests/workers/chat/poetry.lock").read_text()
    assert locked == lock(CHAT, "shared").replace("0.3.0", "0.0.0")
    assert (out / "sources/packages/shared/pyproject.toml").read_text() == SHARED
    assert "\nCOPY sources/packages/shared/ ./\n" in (out / "Dockerfile").read_text()
    assert (out / ".dockerignore").read_text() == (
        "# What the images are made from, and nothing else.\n*\n"
        "!sources/packages/shared\n!sources/workers/chat\n!manifests/requirements\n"
    )


def test_twice_is_once(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace(FILES)
    ws("docker", "prune", "chat", "--out", str(out))
    before = content(out)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    ran = ws("docker", "prune", "chat", "--out", str(out), "--format", "json")
    assert ran.json["outcomes"][0]["status"] == "skipped"
    assert content(out) == before
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == times


def test_a_version_bump_changes_sources_alone(make_workspace: Make, ws: Ws, out: Path) -> None:
    root = make_workspace(FILES)
    ws("docker", "prune", "chat", "--out", str(out))
    before = content(out)
    for path in (root / "packages/shared/pyproject.toml", root / "workers/chat/poetry.lock"):
        path.write_text(path.read_text().replace("0.3.0", "0.4.0"))
    assert ws("docker", "prune", "chat", "--out", str(out)).code == 0
    after = content(out)
    assert {path for path in after if after[path] != before[path]} == {
        "sources/packages/shared/pyproject.toml",
    }


def test_what_is_gone_from_the_sources_is_gone_from_the_context(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    root = make_workspace(FILES)
    ws("docker", "prune", "chat", "--out", str(out))
    (root / "packages/shared/shared/a.py").unlink()
    ws("docker", "prune", "chat", "--out", str(out))
    assert sorted(content(out)) == [each for each in MADE if not each.endswith("a.py")]
    assert [path.name for path in out.parent.iterdir()] == ["context"]


def test_what_is_ignored_stays_behind_but_not_the_readme(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    root = make_workspace(
        {
            **FILES,
            ".dockerignore": "**/*.md\n**/*.log\n",
            ".gitignore": "secrets.txt\n",
            "workers/chat/secrets.txt": "canary",
            "workers/chat/CHANGES.md": "",
            "workers/chat/a.log": "",
            "workers/chat/.env": "canary",
            "workers/chat/.venv/pyvenv.cfg": "",
            "workers/chat/chat/__pycache__/a.pyc": "",
        }
    )
    (root / "workers/chat/chat/run").write_text("#!/bin/sh\n")
    (root / "workers/chat/chat/run").chmod(0o755)
    ws("docker", "prune", "chat", "--out", str(out))
    assert sorted(content(out)) == sorted([*MADE, "sources/workers/chat/chat/run"])
    assert os.access(out / "sources/workers/chat/chat/run", os.X_OK)
    assert not os.access(out / "sources/workers/chat/chat/app.py", os.X_OK)


def test_a_lock_that_has_drifted_is_refused(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace({**FILES, "workers/chat/poetry.lock": lock("", "shared")})
    ran = ws("docker", "prune", "chat", "--out", str(out), "--format", "json")
    assert ran.code == 1
    (finding,) = ran.json["findings"]
    assert (finding["rule"], finding["hint"]) == ("lock/content-hash", "ws lock --filter chat")
    assert not out.exists()


def test_links_stay_inside(make_workspace: Make, ws: Ws, out: Path) -> None:
    root = make_workspace(FILES)
    link = root / "workers/chat/chat/same.py"
    link.symlink_to("app.py")
    assert ws("docker", "prune", "chat", "--out", str(out)).code == 0
    assert os.readlink(out / "sources/workers/chat/chat/same.py") == "app.py"
    for target in ("../../../packages/other/pyproject.toml", "/etc/hostname", str(link.parent)):
        link.unlink()
        link.symlink_to(target)
        ran = ws("docker", "prune", "chat", "--out", str(out))
        assert (ran.code, ran.err.splitlines()[0]) == (
            1,
            f"workers/chat/chat/same.py: error: this link leads to {target}, outside of what is"
            " copied [docker/link]",
        )


def test_a_folder_that_is_somebody_elses_stays(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace(FILES)
    out.mkdir()
    (out / "theirs").touch()
    ran = ws("docker", "prune", "chat", "--out", str(out))
    assert (ran.code, list(content(out))) == (2, ["theirs"])
    assert "is not empty, and ws did not make it [usage/out]" in ran.err
    (out / "theirs").unlink()
    assert ws("docker", "prune", "chat", "--out", str(out)).code == 0
    (out / "sources/theirs").touch()
    ran = ws("docker", "prune", "chat", "--out", str(out))
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        f"error: sources/theirs was put into {out} by somebody else [usage/out]",
    )


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        (".", "holds the workspace"),
        ("..", "holds the workspace"),
        ("workers/chat/context", "lies in the member chat"),
        ("workers", "would be members of the workspace"),
    ],
)
def test_a_folder_that_would_harm_the_workspace_is_refused(
    make_workspace: Make, ws: Ws, folder: str, why: str
) -> None:
    toml = '[workspace]\nmembers = ["packages/*", "workers/**"]\n'
    root = make_workspace({**FILES, "workspace.toml": toml})
    before = content(root)
    ran = ws("docker", "prune", "chat", "--out", folder)
    assert (ran.code, why in ran.err) == (2, True)
    assert {path for path in content(root) if not path.startswith(".ws/")} == before.keys()


def test_an_image_with_a_dockerfile_of_its_own_is_refused(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    own = f'{CHAT}[tool.ws.docker]\nbuild = "dockerfile"\n'
    make_workspace({**FILES, "workers/chat": own})
    ran = ws("docker", "prune", "chat", "--out", str(out))
    assert (ran.code, "[docker/own-dockerfile]" in ran.err) == (1, True)


def test_the_marker_lists_what_is_beside_it(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace(FILES)
    ws("docker", "prune", "chat", "--out", str(out))
    told = json.loads((out / ".ws-prune.json").read_text())
    assert told["member"] == "chat"
    assert told["files"] == [each for each in MADE if each != ".ws-prune.json"]


@given(st.lists(st.sets(st.integers(0, 5)), min_size=6, max_size=6), st.sets(st.integers(0, 5)))
def test_it_holds_each_member_that_path_dependencies_reach_and_nothing_of_others(
    edges: list[set[int]], first: set[int]
) -> None:
    edges = [{target for target in each if target > place} for place, each in enumerate(edges)]
    reached, todo = set[int](), set(first)
    while todo:
        reached |= todo
        todo = {target for place in todo for target in edges[place]} - reached
    root = Path(tempfile.mkdtemp())
    try:
        (root / "workspace.toml").write_text(FILES["workspace.toml"])
        for place, targets in enumerate(edges):
            write(root / f"packages/p{place}", f"p{place}", targets)
        manifest = write(root / "workers/chat", "chat", first, '[tool.poetry.scripts]\nchat="c:m"')
        names = [f"p{place}" for place in sorted(reached)]
        (root / "workers/chat/poetry.lock").write_text(lock(manifest, *names))
        workspace = load(root)
        files = [each.path for each in context_files(workspace, workspace.by_name["chat"])]
        wanted = {*(f"packages/{name}" for name in names), "workers/chat"}
        for top in ("manifests", "sources"):
            found = {each for each in files if each.startswith(f"{top}/")}
            folders = {str(Path(each).parent.relative_to(top)) for each in found}
            assert folders == wanted
        assert {each for each in files if each.startswith("sources/")} == {
            f"sources/{folder}/{name}"
            for folder in wanted
            for name in ("pyproject.toml", "mine.py")
        }
    finally:
        shutil.rmtree(root)


def write(folder: Path, name: str, targets: Iterable[int], more: str = "") -> str:
    """Write a member that needs other packages, and give its manifest."""
    folder.mkdir(parents=True)
    needed = "".join(f'p{each} = {{ path = "../../packages/p{each}" }}\n' for each in targets)
    manifest = (
        f'[tool.poetry]\nname = "{name}"\nversion = "0.3.0"\n'
        f'[tool.poetry.dependencies]\npython = "^3.11"\n{needed}{more}\n'
    )
    (folder / "pyproject.toml").write_text(manifest)
    (folder / "mine.py").touch()
    return manifest
