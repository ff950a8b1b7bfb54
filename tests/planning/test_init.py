from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import member

from ws.formats import pyproject_reader, workspace_toml
from ws.model.globs import matches
from ws.model.workspace import Member, Settings, Workspace
from ws.planning.init import propose
from ws.planning.placing import is_consumer

Read = Callable[[Mapping[str, str]], Workspace]

NEEDS = 'shared = "^1.0"\n'


def shared(workspace: Workspace) -> list[tuple[str, tuple[str, ...]]]:
    """What is proposed to be shared, with its consumers."""
    return [(one.package, one.consumers) for one in propose("x", workspace.members, ()).shared]


def test_the_proposal_is_a_whole_file_with_a_few_comments(read_workspace: Read) -> None:
    workspace = read_workspace(
        {
            "packages/server": NEEDS,
            "packages/shared": "",
            "workers/general/chat": NEEDS,
            "workers/general/router": NEEDS,
            "workers/graph": NEEDS,
            "workers/speech/stt": NEEDS,
            "workers/manager": "",
        }
    )
    settings = propose("insight", workspace.members, (".", "workers/old/a", "workers/old/b"))
    assert settings.text == (
        "# What `ws` works on: `ws list` shows the members, `ws check` what is wrong with them.\n"
        "\n"
        "[workspace]\n"
        'name = "insight"\n'
        "# Folders with a pyproject.toml: * is any one name, ** any depth."
        " What git ignores is passed over.\n"
        'members = ["packages/*", "workers/**"]\n'
        "# Not these, though a pattern above matches them.\n"
        'exclude = ["workers/old/**"]\n'
        "\n"
        "# Who must depend on what, by path: `ws sync` writes it where it is missing."
        " With dedupe = true,\n"
        "# consumers do not repeat what the shared package already brings.\n"
        "[[shared]]\n"
        'package = "shared"\n'
        'consumers = ["packages/server", "workers/**", "!workers/manager"]\n'
    )


def test_what_does_not_fit_on_a_line_gets_a_line_each(read_workspace: Read) -> None:
    folders = [f"a-rather-long-name-of-a-group-{number}/member" for number in range(4)]
    workspace = read_workspace(dict.fromkeys(folders, ""))
    assert (
        "members = [\n"
        '    "a-rather-long-name-of-a-group-0/*",\n'
        '    "a-rather-long-name-of-a-group-1/*",\n'
        '    "a-rather-long-name-of-a-group-2/*",\n'
        '    "a-rather-long-name-of-a-group-3/*",\n'
        "]\n"
    ) in propose("", workspace.members, ()).text


def test_what_was_left_out_by_hand_stays_left_out(read_workspace: Read) -> None:
    workspace = read_workspace({"a": "", "b": "", "c": ""})
    settings = propose("x", workspace.members, ("d",), ("examples/**", "d"))
    assert settings == Settings(("*",), name="x", exclude=("examples/**", "d"))


@pytest.mark.parametrize(
    "declared",
    [
        'Shared_Lib = "^1.0"',
        'shared-lib = {version = "^1.0", extras = ["x"]}',
        'shared-lib = {path = "../wrong"}',
        'shared-lib = {file = "../dist/shared_lib-1.0-py3-none-any.whl"}',
        'shared-lib = {url = "https://example.org/shared_lib-1.0-py3-none-any.whl"}',
        'shared-lib = {git = "https://example.org/shared-lib.git"}',
        'shared-lib = [{version = "1.0", python = "<3.12"}, {path = "../x", python = ">=3.12"}]',
    ],
)
def test_a_package_is_shared_however_two_others_declare_it(
    declared: str, read_workspace: Read
) -> None:
    workspace = read_workspace({"x/a": declared, "x/b": declared, "y/shared.lib": "", "z/c": ""})
    assert shared(workspace) == [("shared-lib", ("x/*",))]


def test_the_project_form_declares_it_too(read_workspace: Read) -> None:
    project = '[project]\nname = "NAME"\nversion = "1"\ndependencies = ["shared (>=1,<2)"]\n'
    workspace = read_workspace(
        {"a": project.replace("NAME", "a"), "b": project.replace("NAME", "b"), "shared": ""}
    )
    assert shared(workspace) == [("shared", ("*",))]


@pytest.mark.parametrize(
    "manifests",
    [
        {"a": NEEDS, "b": "", "shared": ""},  # only one
        {"a": NEEDS, "shared": NEEDS},  # and itself
        {"a": "requests = '*'\n", "b": "requests = '*'\n"},  # no member
    ],
)
def test_a_package_that_fewer_need_is_not_shared(
    manifests: dict[str, str], read_workspace: Read
) -> None:
    assert shared(read_workspace(manifests)) == []


def test_who_needs_it_only_in_a_group_is_no_consumer(read_workspace: Read) -> None:
    group = f"\n[tool.poetry.group.dev.dependencies]\n{NEEDS}"
    workspace = read_workspace({"x/a": NEEDS, "x/b": NEEDS, "x/c": group, "y/shared": ""})
    assert shared(workspace) == [("shared", ("x/*", "!x/c"))]


NAMES = ["a", "!", "b", "lib-x", "lib-y", "tests", 'q"\\', "[a]", "!ü ö", "*", "\x7f"]
FOLDERS = st.lists(st.sampled_from(NAMES), max_size=4).map(lambda names: "/".join(names) or ".")


@st.composite
def repositories(draw: st.DrawFn) -> tuple[tuple[Member, ...], list[str]]:
    """Members that depend on some of each other, and other folders with a manifest."""
    folders = sorted(draw(st.sets(FOLDERS, min_size=1, max_size=14)))
    count = draw(st.integers(1, len(folders)))
    mine = sorted(draw(st.permutations(folders))[:count])
    members = []
    for number, folder in enumerate(mine):
        needed = draw(st.sets(st.integers(0, len(mine) - 1), max_size=3))
        text = member(f"m{number}", "".join(f'M{other} = "*"\n' for other in sorted(needed)))
        manifest = pyproject_reader.read(text.encode(), "pyproject.toml")
        assert manifest is not None
        members.append(Member(folder, manifest))
    return tuple(members), [folder for folder in folders if folder not in mine]


@given(repositories())
def test_the_proposed_globs_choose_exactly_the_members(
    repository: tuple[tuple[Member, ...], list[str]],
) -> None:
    members, others = repository
    settings = propose("x", members, others)
    paths = [one.path for one in members]
    assert [path for path in (*paths, *others) if is_chosen(path, settings)] == paths


@given(repositories())
def test_consumers_are_exactly_those_that_need_the_package_already(
    repository: tuple[tuple[Member, ...], list[str]],
) -> None:
    members, others = repository
    found = {
        one.package: {
            m.path for m in members if m.name != one.package and is_consumer(m.path, one.consumers)
        }
        for one in propose("x", members, others).shared
    }
    needs = {
        package.name: {
            other.path
            for other in members
            if other is not package
            and package.name in {dependency.name for dependency in other.manifest.dependencies}
        }
        for package in members
    }
    assert found == {name: paths for name, paths in needs.items() if len(paths) > 1}


@given(repositories(), st.text())
def test_the_text_says_what_is_proposed(
    repository: tuple[tuple[Member, ...], list[str]], name: str
) -> None:
    members, others = repository
    settings = propose(name, members, others)
    assert workspace_toml.read(settings.text.encode()) == settings


@given(repositories())
def test_no_pattern_leads_out_or_twice_to_the_same(
    repository: tuple[tuple[Member, ...], list[str]],
) -> None:
    settings = propose("x", *repository)
    patterns = (*settings.members, *settings.exclude)
    assert len(set(patterns)) == len(patterns)
    assert not [p for p in patterns if re.search(r"^/|\.\.", p)]


def is_chosen(path: str, settings: Settings) -> bool:
    excluded = any(matches(path, pattern) for pattern in settings.exclude)
    return not excluded and any(matches(path, pattern) for pattern in settings.members)
