from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import WsError, faults_of
from ws.formats import pyproject_reader
from ws.model.plan import MakeFolder, NewFile
from ws.model.workspace import Member, Settings, Shared, Workspace
from ws.planning import scaffold, sync
from ws.planning.placing import Site

if TYPE_CHECKING:
    from ws.model.plan import Plan
    from ws.planning.scaffold import NewMember

Read = Callable[[Mapping[str, str]], Workspace]

TEMPLATE = (
    '[tool.poetry]\nname = "summary"\nversion = "0.1.0"\npackages = []\n\n'
    '[tool.poetry.dependencies]\npython = "^3.11"\n\n'
    '[tool.poetry.group.dev.dependencies]\npytest = "^8.0"\n'
)


def decided(workspace: Workspace, path: str = "workers/summary", like: str = "") -> NewMember:
    return scaffold.decide(workspace, "worker", "summary", Site(path), like)


def planned(workspace: Workspace, new: NewMember, *files: NewFile) -> Plan:
    return scaffold.plan(workspace, new, files, "templates/ws/worker/pyproject.toml.template")


def manifest(workspace: Workspace, text: str, path: str = "workers/summary", like: str = "") -> str:
    """The manifest that the new member gets."""
    new = decided(workspace, path, like)
    (action,) = planned(workspace, new, NewFile("pyproject.toml", text.encode())).actions
    assert isinstance(action, MakeFolder)
    (file,) = action.files
    return file.data.decode()


def sharing(workspace: Workspace, *consumers: str) -> Workspace:
    shared = (Shared("shared", consumers),)
    return replace(workspace, settings=replace(workspace.settings, shared=shared))


def faults(found: WsError) -> list[str]:
    return [fault.reason for fault in faults_of(found)]


def test_python_and_pytest_are_what_most_members_have(read_workspace: Read) -> None:
    dev = '\n[tool.poetry.group.dev.dependencies]\npytest = "{}"\n'
    workspace = read_workspace(
        {
            "a": dev.format("^7.0"),
            "b": dev.format("^8.1"),
            "c": '[project]\nname = "c"\nversion = "1"\nrequires-python = ">=3.12"\n'
            "[dependency-groups]\ndev = [\"pytest[x] (>=8,<9); python_version > '3'\"]\n",
            "d": '\n[tool.poetry.group.dev.dependencies]\npytest = {version = "^8.1"}\n',
        }
    )
    new = decided(workspace)
    assert (new.python, new.pytest) == ("^3.11", "^8.1")
    first = decided(replace(workspace, members=workspace.members[2:]))
    assert (first.python, first.pytest) == (">=3.12", ">=8,<9")


def test_pytest_is_the_catalogs_if_that_has_it(read_workspace: Read) -> None:
    workspace = read_workspace({"a": 'pytest = "^7.0"\n'})
    settings = Settings(("**",), catalog={"pytest": "^8.3"})
    assert decided(replace(workspace, settings=settings)).pytest == "^8.3"


def test_the_first_member_of_a_workspace_needs_no_example(read_workspace: Read) -> None:
    new = decided(read_workspace({}))
    assert (new.python, new.pytest) == ("^3.11", "^8.0")


def test_all_that_speaks_against_a_member_is_told_at_once(read_workspace: Read) -> None:
    workspace = read_workspace({"chat": ""})
    site = Site("a", "there is something in it already")
    with pytest.raises(WsError) as raised:
        scaffold.decide(workspace, "worker", "json", site, "cat")
    assert faults(raised.value) == [
        '"json" would be imported as "json", which is a module of the standard library',
        "no member can be made at a: there is something in it already",
        "--like cat: this is no member",
    ]
    assert faults_of(raised.value)[-1].hint == 'did you mean "chat"?'


def test_a_folder_that_nobody_asked_for_is_no_second_fault(read_workspace: Read) -> None:
    site = Site("workers", "there is something in it already", asked_for=False)
    with pytest.raises(WsError) as raised:
        scaffold.decide(read_workspace({}), "worker", "", site)
    assert faults(raised.value) == ['"" is not a valid package name']


def test_neither_the_root_nor_a_part_of_a_namespace_is_copied(read_workspace: Read) -> None:
    workspace = read_workspace({".": "", "chat": ""})
    for like, reason in (
        ("root", "--like root: this is the root of the workspace"),
        (
            "chat",
            "--like chat: insight.chat lies in a namespace package,"
            " and cannot be renamed by itself",
        ),
    ):
        with pytest.raises(WsError) as raised:
            scaffold.decide(
                workspace, "worker", "new", Site("new"), like, {"chat": ["insight.chat"]}
            )
        assert faults(raised.value) == [reason]


def test_the_folder_is_made_as_a_whole_its_manifest_first(read_workspace: Read) -> None:
    workspace = read_workspace({})
    files = (
        NewFile("tests/test_a.py", b"b"),
        NewFile("README.md", b"a"),
        NewFile("pyproject.toml", TEMPLATE.encode()),
    )
    assert planned(workspace, decided(workspace), *files).actions == (
        MakeFolder(
            "summary", "workers/summary", (files[2], files[1], files[0]), "workers/summary, 3 files"
        ),
    )


def test_a_consumer_of_a_shared_package_depends_on_it_by_path(read_workspace: Read) -> None:
    workspace = sharing(read_workspace({"packages/shared": ""}), "workers/**", "!workers/graph/*")
    assert manifest(workspace, TEMPLATE, "workers/deep/er/summary") == TEMPLATE.replace(
        'python = "^3.11"\n',
        'python = "^3.11"\nshared = {path = "../../../../packages/shared", develop = true}\n',
    )
    assert manifest(workspace, TEMPLATE, "workers/graph/summary") == TEMPLATE


def test_a_template_may_name_a_member_and_its_path_is_put_right(read_workspace: Read) -> None:
    workspace = sharing(read_workspace({"packages/shared": ""}), "**")
    named = 'python = "^3.11"\n# why\nshared = {{ path = "{}", develop = true }}\n'
    template = TEMPLATE.replace('python = "^3.11"\n', named.format("anywhere"))
    assert manifest(workspace, template) == TEMPLATE.replace(
        'python = "^3.11"\n', named.format("../../packages/shared")
    )


def test_a_copy_begins_at_the_first_version_with_its_paths_seen_from_its_folder(
    read_workspace: Read,
) -> None:
    chat = (
        '[tool.poetry]\nname = "{}"\nversion = "{}"\npackages = []\n'
        '[tool.poetry.dependencies]\nshared = {{path = "{}", develop = true}}\n'
        'vendored = {{path = "./vendor/it"}}\nnear = {{path = "{}"}}\nfar = {{path = "/opt/far"}}\n'
    )
    old = chat.format("chat", "2.3.4", "../../../packages/shared", "../near")
    workspace = read_workspace({"packages/shared": "", "workers/deep/chat": old})
    renamed = old.replace('"chat"', '"Summary"')
    assert manifest(workspace, renamed, like="chat") == chat.format(
        "summary", "0.1.0", "../../packages/shared", "../deep/near"
    )


def test_a_copy_in_the_project_form_gets_the_first_version_too(read_workspace: Read) -> None:
    text = "[project]\nname = 'summary'\nversion = '7' # next\n"
    workspace = read_workspace({"chat": text.replace("summary", "chat")})
    assert manifest(workspace, text, like="chat") == (
        '[project]\nname = "summary"\nversion = "0.1.0" # next\n'
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "this makes no member: it has neither [project] nor [tool.poetry]"),
        ('[project]\nname = "other"\n', 'this makes a member "other", not "summary"'),
        ("[project\n", "this is not valid TOML: expected ']' at the end of a table declaration"),
        ("[project]\nname = 1\n", '"project.name" must be a string'),
    ],
)
def test_a_template_without_a_fitting_manifest_is_a_fault_at_its_own_place(
    text: str, told: str, read_workspace: Read
) -> None:
    workspace = read_workspace({})
    with pytest.raises(WsError) as raised:
        manifest(workspace, text)
    fault = faults_of(raised.value)[0]
    assert fault.reason == told
    assert fault.where is not None
    assert fault.where.path == "templates/ws/worker/pyproject.toml.template"


FOLDERS = st.lists(st.sampled_from(["a", "b", "workers"]), max_size=3).map("/".join)


@given(FOLDERS, FOLDERS, st.booleans())
def test_a_new_member_leaves_nothing_for_sync_to_do(
    shared: str,
    folder: str,
    copied: bool,  # noqa: FBT001 - hypothesis passes it so
) -> None:
    packages = {f"{shared}/shared".lstrip("/"): "shared", f"{shared}/chat".lstrip("/"): "chat"}
    workspace = sharing(
        Workspace(
            Path("/nowhere"),
            Settings(("**",)),
            tuple(
                member(path, TEMPLATE.replace("summary", name)) for path, name in packages.items()
            ),
        ),
        "**",
    )
    path = f"{folder}/summary".lstrip("/")
    text = manifest(workspace, TEMPLATE, path, "chat" if copied else "")
    new = member(path, text)
    joined = replace(workspace, members=(*workspace.members, new))
    assert sync.changes(joined, [new]) == ()
    assert joined.graph.dependencies("summary") == ("shared",)


def member(path: str, text: str) -> Member:
    found = pyproject_reader.read(text.encode(), path)
    assert found is not None
    return Member(path, found)
