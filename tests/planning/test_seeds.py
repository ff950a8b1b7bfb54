from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.plan import Seeds
from ws.model.workspace import Workspace
from ws.planning import seeds

Read = Callable[[Mapping[str, str]], Workspace]

DEFAULT = frozenset({""})


def package(name: str, version: str = "1.0", source: str = "") -> str:
    text = f'[[package]]\nname = "{name}"\nversion = "{version}"\nfiles = []\n\n'
    return text + (f"[package.source]\n{source}\n\n" if source else "")


def lock(*packages: str, version: str = "2.1") -> bytes:
    return ("".join(packages) + f'[metadata]\nlock-version = "{version}"\n').encode()


def missing(own: bytes | None, *others: bytes, indexes: frozenset[str] = DEFAULT) -> list[str]:
    found = seeds.missing(own, [seeds.groups(other) for other in others], indexes)
    text = seeds.merged(own, found) or b""
    assert all(block.text.rstrip() in text for blocks in found.values() for block in blocks)
    lines = [block.text.decode().splitlines() for blocks in found.values() for block in blocks]
    return [f"{name} {version}".replace('"', "") for _, name, version, *_ in lines]


def test_path_dependencies_seed_first_then_the_others_in_order(read_workspace: Read) -> None:
    path = '{0} = {{path = "../{0}"}}\n'
    workspace = read_workspace(
        {
            "a": "",
            "chat": path.format("shared"),
            "deep": "\n[tool.poetry.group.dev.dependencies]\n" + path.format("z"),
            "shared": path.format("deep"),
            "z": "",
        }
    )
    order = [seeds.seeds(workspace, member).locks for member in workspace.members]
    assert order[1] == tuple(f"{n}/poetry.lock" for n in ("shared", "deep", "a", "z"))
    assert order[2] == tuple(f"{n}/poetry.lock" for n in ("z", "a", "chat", "shared"))


def test_only_what_is_missing_comes_and_all_of_a_name_from_the_first_that_has_it() -> None:
    own = lock(package("Own"))
    first = lock(package("own", "2"), package("new", "1"), package("new", "2"))
    second = lock(package("new", "3"), package("other"))
    assert missing(own, first, second) == [
        "name = new version = 1",
        "name = new version = 2",
        "name = other version = 1.0",
    ]


def test_nothing_comes_from_another_folder_or_from_a_lock_without_files() -> None:
    directory = package("shared", source='type = "directory"\nurl = "../shared"')
    wheel = package("wheel", source='type = "file"\nurl = "../a.whl"')
    git = package("git", source='type = "git"\nurl = "u"\nreference = "main"')
    assert missing(lock(), lock(directory, wheel, git)) == ["name = git version = 1.0"]
    assert missing(lock(), lock(package("old"), version="1.1")) == []


def test_what_another_index_has_is_left_to_that_index() -> None:
    private = package("private", source='type = "legacy"\nurl = "u"\nreference = "Corp"')
    other = lock(package("public"), private)
    assert missing(lock(), other) == ["name = public version = 1.0"]
    assert missing(lock(), other, indexes=frozenset({"corp"})) == ["name = private version = 1.0"]


def test_without_a_lock_there_is_one_of_the_seeds_alone() -> None:
    assert missing(None, lock(package("new"))) == ["name = new version = 1.0"]
    assert seeds.merged(None, {}) is None
    assert seeds.merged(lock(), {}) == lock()


@pytest.mark.parametrize(
    ("sources", "indexes"),
    [
        ("", {""}),
        ('[[tool.poetry.source]]\nname = "Corp"\nurl = "u"\n', {"corp"}),
        ('[[tool.poetry.source]]\nname = "Corp"\nurl = "u"\npriority = "explicit"', {"", "corp"}),
        (
            '[[tool.poetry.source]]\nname = "Corp"\nurl = "u"\n[[tool.poetry.source]]\nname="PyPI"',
            {"", "corp", "pypi"},
        ),
    ],
)
def test_the_indexes_are_those_that_poetry_asks(
    sources: str, indexes: set[str], read_workspace: Read
) -> None:
    workspace = read_workspace({"a": f"\n{sources}"})
    assert seeds.seeds(workspace, workspace.members[0]) == Seeds((), frozenset(indexes))
