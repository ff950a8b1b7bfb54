from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import member as manifest

from ws.errors import UsageError
from ws.formats import pyproject_reader
from ws.model.docker_settings import DockerSettings
from ws.model.workspace import Member
from ws.planning.registry_names import (
    Checkout,
    for_platform,
    needs,
    references,
    registries,
    tags,
    templates,
)

CHECKOUT = Checkout("0123456789abcdef" * 2, branch="feature/x")


@pytest.fixture(scope="module")
def chat() -> Member:
    read = pyproject_reader.read(manifest("chat").encode(), "chat/pyproject.toml")
    assert read is not None
    return Member("chat", read)


def test_registries_are_those_that_are_asked_for_else_the_workspaces_own() -> None:
    settings = DockerSettings(registry="ghcr.io/acme", mirrors=("m.example/a", "ghcr.io/acme"))
    assert registries(settings, []) == ("ghcr.io/acme", "m.example/a")
    assert registries(settings, ["r.example:5000/x", "r.example:5000/x"]) == ("r.example:5000/x",)
    assert registries(DockerSettings(mirrors=("m.example",)), []) == ("m.example",)


@pytest.mark.parametrize(
    "name",
    ["https://r.example", "bob:secret@r.example", "https://bob:s@secret@r", "R.example", "r/"],
)
def test_what_is_no_registry_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is no registry") as fault:
        registries(DockerSettings(), [name])
    assert "secret" not in fault.value.reason


def test_without_any_registry_the_settings_are_named() -> None:
    with pytest.raises(UsageError, match="there is no registry") as fault:
        registries(DockerSettings(), [])
    assert str(fault.value.where) == "workspace.toml"


def test_templates_are_checked() -> None:
    settings = DockerSettings(tags=("{version}", "{sha}"))
    assert templates(settings, []) == ("{version}", "{sha}")
    assert templates(settings, ["main", "main"]) == ("main",)
    assert templates(settings, [], dev=True) == ("{version}-dev", "{sha}-dev")
    assert templates(settings, ["main"], dev=True) == ("main",)
    with pytest.raises(UsageError, match="nonsense"):
        templates(settings, ["{nonsense}"])
    assert needs(["{version}", "v-{sha}"], "sha")
    assert not needs(["{version}"], "sha")


def test_tags_tell_version_commit_and_branch(chat: Member) -> None:
    version = chat.manifest.version
    made = tags(chat, ["{version}", "{branch}-{sha}", "{version}"], CHECKOUT)
    assert made == (version, "feature-x-0123456789ab")


def test_a_commit_that_is_not_what_the_tree_has_is_marked_where_something_claims_it(
    chat: Member,
) -> None:
    dirty = CHECKOUT._replace(is_dirty=True)
    assert tags(chat, ["{sha}"], dirty) == ("0123456789ab-dirty",)
    assert references(chat, ["r.example"], ["{sha}"], dirty) == ("r.example/chat:0123456789ab",)


@pytest.mark.parametrize(("template", "hint"), [("{sha}", "--tag"), ("{branch}", "--tag main")])
def test_what_git_does_not_know_is_told(chat: Member, template: str, hint: str) -> None:
    with pytest.raises(UsageError, match="for the tag") as fault:
        tags(chat, [template], Checkout())
    assert hint in fault.value.hint
    assert tags(chat, ["{version}"], Checkout())


def test_an_image_is_asked_for_in_each_registry_by_the_first_tag(chat: Member) -> None:
    found = references(chat, ["a.example/x", "b.example"], ["{branch}", "{version}"], CHECKOUT)
    assert found == ("a.example/x/chat:feature-x", "b.example/chat:feature-x")


@given(st.text(), st.text(alphabet="0123456789abcdef", min_size=7, max_size=40))
def test_whatever_a_branch_is_called_its_tag_is_one(chat: Member, branch: str, commit: str) -> None:
    checkout = Checkout(commit, branch=branch or "x")
    (tag,) = tags(chat, ["{sha}-{branch}"], checkout)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", tag)


def test_each_platform_has_a_name_of_its_own() -> None:
    assert for_platform("r/chat:1", "linux/amd64") == "r/chat:1-amd64"
    assert for_platform("r/chat:1", "linux/arm/v7") == "r/chat:1-arm-v7"
