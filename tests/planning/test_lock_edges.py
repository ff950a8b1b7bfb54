from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from tests.planning.locks import directory, lock, package

from ws.model.workspace import Workspace
from ws.planning import lock_edges

Read = Callable[[Mapping[str, str]], Workspace]


def index_package(
    name: str, version: str, dependencies: str = "", *, markers: str = "", file: str = ""
) -> str:
    """A package from an index, with a wheel."""
    text = package(name, version, dependencies)
    wheel = file or f"{name}-{version}-py3-none-any.whl"
    files = f'files = [\n    {{file = "{wheel}", hash = "sha256:1"}},\n]'
    needed = f"markers = {markers}\n" if markers else ""
    return text.replace("files = []", needed + files)


def found(read: Read, chat: str, *packages: str) -> list[str]:
    """What does not hold together, as `line rule: message`."""
    workspace = read({"chat": chat})
    findings = lock_edges.findings(workspace.by_name["chat"], lock(*packages))
    return [f"{f.where and f.where.line} {f.rule}: {f.message}" for f in findings]


def test_a_lock_in_which_all_is_needed_and_met_is_fine(read_workspace: Read) -> None:
    rich = index_package("rich", "13.9", 'pygments = ">=2.13"\n')
    pygments = index_package("pygments", "2.19")
    assert found(read_workspace, 'rich = "^13"\n', pygments, rich) == []


def test_what_is_needed_and_not_locked_is_found(read_workspace: Read) -> None:
    rich = index_package("rich", "13.9", 'pygments = ">=2.13"\n')
    assert found(read_workspace, 'rich = "^13"\nattrs = "*"\n', rich) == [
        "None lock/unsatisfied: chat/pyproject.toml needs attrs, and the lock does not hold it",
        "3 lock/unsatisfied: rich 13.9 needs pygments (>=2.13), and the lock does not hold it",
    ]


def test_a_version_that_does_not_do_is_found_and_is_not_left_over_too(read_workspace: Read) -> None:
    rich = index_package("rich", "13.9", 'pygments = ">=2.13"\n')
    pygments = index_package("pygments", "2.1")
    assert found(read_workspace, 'rich = "^13"\n', pygments, rich) == [
        "14 lock/unsatisfied: rich 13.9 needs pygments (>=2.13), and the lock holds 2.1",
    ]


def test_what_nothing_needs_is_found(read_workspace: Read) -> None:
    packages = (index_package("attrs", "24.1"), index_package("rich", "13.9"))
    assert found(read_workspace, 'rich = "^13"\n', *packages) == [
        "3 lock/orphan: nothing needs attrs 24.1, which the lock holds"
    ]


@pytest.mark.parametrize(
    "dependency",
    [
        'pygments = {version = "*", markers = "python_version < \\"3.8\\""}\n',
        'pygments = {version = "*", optional = true}\n',
    ],
)
def test_what_is_never_needed_may_be_left_out(dependency: str, read_workspace: Read) -> None:
    rich = index_package("rich", "13.9", dependency)
    assert found(read_workspace, 'rich = "^13"\n', rich) == []


def test_what_is_needed_only_where_its_parent_is_not_may_be_left_out(read_workspace: Read) -> None:
    needs = 'pygments = {version = "*", markers = "sys_platform == \\"linux\\""}\n'
    rich = index_package("rich", "13.9", needs, markers='"sys_platform == \\"win32\\""')
    chat = "rich = { version = '^13', markers = \"sys_platform == 'win32'\" }\n"
    assert found(read_workspace, chat, rich) == []
    elsewhere = index_package("rich", "13.9", needs)
    assert len(found(read_workspace, 'rich = "^13"\n', elsewhere)) == 1


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("rich-13.8-py3-none-any.whl", "rich-13.8-py3-none-any.whl is no file of rich 13.9"),
        ("rich-13.8.tar.gz", "rich-13.8.tar.gz is no file of rich 13.9"),
        ("rich-13.9.0.tar.gz", ""),
        ("rich-13.9-1-py3-none-any.whl", ""),
        ("rich-13.9.win32.exe", ""),
    ],
)
def test_files_carry_the_version_that_is_locked(
    file: str, problem: str, read_workspace: Read
) -> None:
    rich = index_package("rich", "13.9", file=file)
    expected = [f"3 lock/files: {problem}"] if problem else []
    assert found(read_workspace, 'rich = "^13"\n', rich) == expected


def test_a_package_of_an_index_has_files_and_a_folder_has_none(read_workspace: Read) -> None:
    shared = directory("shared", "../shared")
    chat = 'rich = "^13"\nshared = { path = "../shared" }\n'
    assert found(read_workspace, chat, package("rich", "13.9"), shared) == [
        "3 lock/files: the lock has no files of rich 13.9"
    ]


def test_a_path_dependency_that_leads_back_to_the_member_is_no_package(
    read_workspace: Read,
) -> None:
    shared = directory("shared", "../shared", 'chat = {path = "../chat", develop = true}\n')
    assert found(read_workspace, 'shared = { path = "../shared" }\n', shared) == []


def test_a_package_that_stands_there_twice_is_found(read_workspace: Read) -> None:
    rich, older = index_package("rich", "13.9"), index_package("rich", "13.8")
    assert found(read_workspace, 'rich = "^13"\n', rich, rich)[0].endswith(
        "lock/inconsistent: rich 13.9 stands in the lock a second time"
    )
    assert found(read_workspace, 'rich = "^13"\n', older, rich)[0].endswith(
        "lock/inconsistent: rich 13.9 stands in the lock a second time"
    )


def test_a_lock_whose_toml_is_broken_is_unreadable(read_workspace: Read) -> None:
    broken = package("rich", "13.9").replace("optional = false", "optional = ")
    (finding,) = found(read_workspace, 'rich = "^13"\n', broken)
    assert finding.startswith("None lock/unreadable: the lock cannot be read: Invalid value")
