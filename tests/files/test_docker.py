from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.files.docker import image_files, is_dockerfile
from ws.files.docker_context import DiskContext

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    ["Dockerfile", "Dockerfile.dev", "chat.Dockerfile", "chat.dockerfile", "Containerfile"],
)
def test_these_are_dockerfiles(name: str) -> None:
    assert is_dockerfile(name)


@pytest.mark.parametrize(
    "name", ["Dockerfile.dockerignore", "Dockerfile.bak", "dockerfile.py", "MyDockerfile.md"]
)
def test_these_are_none(name: str) -> None:
    assert not is_dockerfile(name)


def test_they_are_found_everywhere_but_in_environments_and_what_git_ignores(
    tmp_path: Path,
) -> None:
    paths = (
        "compose.yml", "docker/app.Dockerfile", "a/b/c/Dockerfile", "ops/docker-bake.hcl",
        ".github/workflows/ci.yml", ".hidden/Dockerfile", "env/pyvenv.cfg", "env/Dockerfile",
        "out/Dockerfile", "node_modules/x/Dockerfile",
    )  # fmt: skip
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / ".gitignore").write_text("out/\n")
    found = image_files(tmp_path)
    assert found.dockerfiles == ("a/b/c/Dockerfile", "docker/app.Dockerfile")
    assert found.builds == (".github/workflows/ci.yml", "compose.yml", "ops/docker-bake.hcl")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("a/x.py", "a/y.py", "a/z.txt", "b/.venv/c", "b/keep.txt", "b/drop.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def test_what_the_ignore_file_names_is_not_there(root: Path) -> None:
    (root / ".dockerignore").write_text("**/.venv\nb\n!b/keep.txt\n")
    context = DiskContext(root, ".", "a/Dockerfile")
    assert context.ignore_file == ".dockerignore"
    assert context.exists("a/x.py")
    assert context.is_folder("b")
    assert context.exists("b/keep.txt")
    assert not context.exists("b/drop.txt")
    assert not context.exists("b/.venv/c")


def test_an_ignore_file_of_the_dockerfiles_own_comes_first(root: Path) -> None:
    (root / ".dockerignore").write_text("a\n")
    (root / "b/x.Dockerfile.dockerignore").write_text("b/*.txt\n")
    context = DiskContext(root, ".", "b/x.Dockerfile")
    assert context.exists("a/x.py")
    assert not context.exists("b/keep.txt")


def test_patterns_are_those_of_go(root: Path) -> None:
    context = DiskContext(root, ".", "Dockerfile")
    assert context.glob("a/*.py") == ["a/x.py", "a/y.py"]
    assert context.glob("?/[x-y].p?") == ["a/x.py", "a/y.py"]
    assert context.glob("a/none*") == []
    assert DiskContext(root, "a", "a/Dockerfile").glob("*") == ["x.py", "y.py", "z.txt"]


def test_a_link_is_followed_in_the_context_and_its_end_must_be_sent(root: Path) -> None:
    (root / "to-a").symlink_to("a")
    (root / "to-b").symlink_to("/b")  # for a builder, the context is the root
    context = DiskContext(root, ".", "Dockerfile")
    assert context.is_folder("to-a")
    assert context.exists("to-a/x.py")
    assert context.exists("to-b/keep.txt")
    assert (context.link("to-a"), context.link("a")) == ("a", "")
    (root / ".dockerignore").write_text("a\n")
    assert not DiskContext(root, ".", "Dockerfile").exists("to-a/x.py")


def test_nothing_outside_of_the_context_is_there(root: Path) -> None:
    context = DiskContext(root, "a", "Dockerfile")
    assert not context.exists("../b/keep.txt")
    assert not context.is_folder("..")
    (root / "a/out").symlink_to("../b")
    assert not DiskContext(root, "a", "Dockerfile").exists("out/keep.txt")


def test_links_that_lead_to_each_other_lead_nowhere(root: Path) -> None:
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    assert not DiskContext(root, ".", "Dockerfile").is_folder("one")


def test_no_path_has_a_nul_in_it(root: Path) -> None:
    context = DiskContext(root, ".", "Dockerfile")
    assert not context.exists("a\0/x.py")
    assert not context.is_folder("a\0")
    assert context.link("a/\0") == ""
