from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from ws.files.sources import layouts, read
from ws.model.sources import Layout, Source

if TYPE_CHECKING:
    from ws.model.workspace import Workspace

Load = Callable[[Mapping[str, str]], "Workspace"]


def files(workspace: Workspace, member: str) -> list[str]:
    return sorted(layouts(workspace)[member].files)


def test_each_member_has_its_own_files_not_those_of_members_inside(make_loaded: Load) -> None:
    workspace = make_loaded(
        {
            ".": '[tool.poetry]\nname = "root"\npackages = [{include = "top.py"}]\n',
            "top.py": "",
            "lib/a": '[tool.poetry]\nname = "a"\n',
            "lib/a/src/a/__init__.py": "",
            "lib/a/tests/deep/test_a.py": "",
            "lib/a/README.md": "",
            "lib/loose.py": "",
        }
    )
    assert layouts(workspace) == {
        "root": Layout({"lib/loose.py": False, "top.py": True}, ("top",), ("",)),
        "a": Layout({"src/a/__init__.py": True, "tests/deep/test_a.py": False}, ("a",), ("src",)),
    }


@pytest.mark.parametrize(
    "folder", [".venv", ".hidden", "node_modules", "x/__pycache__", "x/ignored", "made", "env"]
)
def test_what_nobody_wrote_here_is_not_looked_at(folder: str, make_loaded: Load) -> None:
    workspace = make_loaded(
        {
            ".gitignore": "ignored/\n",
            "a": "",
            "a/.gitignore": "/made\n",
            "a/env/pyvenv.cfg": "",
            f"a/{folder}/x.py": "",
            "a/y.py": "",
        }
    )
    assert files(workspace, "a") == ["y.py"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_to_folders_are_not_followed_and_broken_ones_are_nothing(make_loaded: Load) -> None:
    workspace = make_loaded({"a": "", "a/real/x.py": ""})
    folder = workspace.root / "a"
    (folder / "link").symlink_to("real")
    (folder / "gone.py").symlink_to("nowhere.py")
    (folder / "loop").symlink_to("..")
    (folder / "again.py").symlink_to("real/x.py")
    (folder / "folder.py").mkdir()
    assert files(workspace, "a") == ["again.py", "real/x.py"]


def test_an_init_that_extends_its_path_makes_a_namespace(make_loaded: Load) -> None:
    manifest = '[tool.poetry]\nname = "{0}"\npackages = [{{include = "acme"}}]\n'
    workspace = make_loaded(
        {
            "a": manifest.format("a"),
            "a/acme/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, 'x')\n",
            "a/acme/a/__init__.py": "",
            "b": manifest.format("b"),
            "b/acme/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n",
            "b/acme/b.py": "",
            "c": manifest.format("c"),
            "c/acme/__init__.py": "# extends nothing\n",
        }
    )
    found = {name: layout.modules for name, layout in layouts(workspace).items()}
    assert found == {"a": ("acme.a",), "b": ("acme.b",), "c": ("acme",)}


def test_files_are_read_one_by_one_as_they_are_asked_for(make_loaded: Load) -> None:
    workspace = make_loaded({"a": "", "a/a.py": "import b\n", "a/b.py": "old", "a/c.py": ""})
    member = workspace.by_name["a"]
    reading = read(workspace.root, member, layouts(workspace)["a"])
    assert next(reading) == Source("a.py", runs=True, content=b"import b\n")
    (workspace.root / "a/b.py").write_bytes(b"new")
    assert next(reading) == Source("b.py", runs=False, content=b"new")
    (workspace.root / "a/c.py").unlink()
    assert list(reading) == [Source("c.py", runs=False, content=None)]
