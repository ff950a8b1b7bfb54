from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.workspace import Workspace
from ws.planning import naming
from ws.planning.naming import Names

Read = Callable[[Mapping[str, str]], Workspace]


def faults(workspace: Workspace, name: str, **modules: list[str]) -> list[str]:
    return [fault.reason for fault in naming.faults(workspace, name, modules)]


def test_a_name_is_normalised_and_imported_with_underscores() -> None:
    assert naming.names_for("My.Summary_worker") == Names("my-summary-worker", "my_summary_worker")


@pytest.mark.parametrize(
    ("name", "short", "cls"),
    [
        ("summary", "summary", "SummaryWorker"),
        ("text-summary-worker", "text-summary", "TextSummaryWorker"),
        ("worker", "worker", "WorkerWorker"),
    ],
)
def test_a_worker_is_called_without_and_its_class_with_worker(
    name: str, short: str, cls: str
) -> None:
    names = naming.names_for(name)
    assert (names.short_name, names.class_name) == (short, cls)


def test_a_member_goes_by_the_package_that_is_called_like_it(read_workspace: Read) -> None:
    member = read_workspace({"shared-python": ""}).members[0]
    assert naming.names_of(member, ["extra", "shared_python"]).import_name == "shared_python"
    assert naming.names_of(member, ["shared"]).import_name == "shared"
    assert naming.names_of(member, []).import_name == "shared_python"


@pytest.mark.parametrize("name", ["", " ", "-a", "a-", "a b", "a/b", "ä", "../a", "a\n"])
def test_a_name_that_no_package_may_have_is_refused(name: str, read_workspace: Read) -> None:
    assert faults(read_workspace({}), name) == [f'"{name}" is not a valid package name']


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2fast", '"2fast" would be imported as "2fast", which is no Python identifier'),
        ("class", '"class" would be imported as "class", which is a keyword of Python'),
        (
            "Json",
            '"json" would be imported as "json", which is a module of the standard library',
        ),
    ],
)
def test_a_name_that_cannot_be_imported_is_refused(
    name: str, reason: str, read_workspace: Read
) -> None:
    assert faults(read_workspace({}), name) == [reason]


def test_the_name_of_a_member_is_taken(read_workspace: Read) -> None:
    workspace = read_workspace({"workers/chat": "", "workers/deep": "chat = '*'\n"})
    assert faults(workspace, "Chat", chat=["chat"]) == [
        'there is a member "chat" already: workers/chat'
    ]


def test_what_a_member_is_imported_as_is_taken(read_workspace: Read) -> None:
    workspace = read_workspace({"shared-python": "", "chat": ""})
    modules = {"shared-python": ["shared"], "chat": ["insight.chat"]}
    assert [fault.reason for fault in naming.faults(workspace, "shared", modules)] == [
        '"shared" is what shared-python is imported as already'
    ]
    assert [fault.reason for fault in naming.faults(workspace, "insight", modules)] == [
        '"insight" is what chat is imported as already'
    ]


def test_the_name_of_a_package_from_elsewhere_that_members_use_is_taken(
    read_workspace: Read,
) -> None:
    workspace = read_workspace({"a": 'rich = "^13"\n', "b": 'Rich = "^13"\n', "c": 'six = "*"\n'})
    assert faults(workspace, "rich") == ['a, b depend on a package "rich" from elsewhere']
    assert faults(workspace, "six") == ['c depends on a package "six" from elsewhere']


def test_all_that_is_wrong_with_a_name_is_told(read_workspace: Read) -> None:
    workspace = read_workspace({"a": 'queue = "*"\n'})
    assert len(faults(workspace, "queue", a=["queue"])) == 3
