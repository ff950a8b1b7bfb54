from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.plan import WriteFile
from ws.model.workspace import Workspace
from ws.planning import sync

Read = Callable[[Mapping[str, str]], Workspace]

WORKSPACE = """\
[workspace]
members = ["**"]

[[shared]]
package = "shared"
consumers = ["services/*", "!services/free"]
dedupe = true
keep = ["kept", "types-*"]
"""
SHARED = """\
[tool.poetry]
name = "shared"
version = "0.1.0"

[tool.poetry.dependencies]
python = "^3.11"
rich = "^13.0"
kept = "*"
httpx = {version = ">=0.27,<0.29", extras = ["http2"]}
uvloop = {version = "^0.19", markers = "sys_platform == 'linux'"}
far = {path = "../far", develop = true}
lazy = {version = "^1", optional = true}

[tool.poetry.group.dev.dependencies]
pytest = "^8"
"""
FAR = '[tool.poetry]\nname = "far"\nversion = "1"\n[tool.poetry.dependencies]\nyarl = "^1.9"\n'
DEPENDS = 'shared = {path = "../../shared", develop = true}\n'


def service(body: str, name: str = "chat") -> str:
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "1"\n\n'
        f'[tool.poetry.dependencies]\npython = "^3.11"\n{body}'
    )


def outcome(read: Read, text: str, folder: str = "services/chat") -> tuple[str, list[str]]:
    """What a service's manifest says after `ws sync`, and what is left for people."""
    files = {"workspace.toml": WORKSPACE, "shared": SHARED, "far": FAR, folder: text}
    workspace = read(files)
    changes = sync.changes(workspace, workspace.members)
    plan = sync.plan(changes)
    after = {action.path: action.after for action in plan.actions if isinstance(action, WriteFile)}
    new = after.get(f"{folder}/pyproject.toml", text)
    again = read({**files, folder: new})
    assert sync.plan(sync.changes(again, again.members)).is_empty
    return new, [f"{f.rule}: {f.message}" for f in sync.beyond_repair(changes)]


def test_a_consumer_that_lacks_the_shared_package_gets_it(read_workspace: Read) -> None:
    before = service('requests = "*"\n')
    assert outcome(read_workspace, before) == (before + DEPENDS, [])


def test_a_project_gets_it_published_and_by_path(read_workspace: Read) -> None:
    before = '[project]\nname = "chat"\nversion = "1"\ndependencies = ["requests>=2"]\n'
    assert outcome(read_workspace, before) == (
        '[project]\nname = "chat"\nversion = "1"\n'
        'dependencies = ["requests>=2", "shared>=0.1.0,<0.2.0"]\n'
        "\n[tool.poetry.dependencies]\n" + DEPENDS,
        [],
    )


def test_a_dependency_in_a_group_is_not_enough(read_workspace: Read) -> None:
    group = f"\n[tool.poetry.group.dev.dependencies]\n{DEPENDS}"
    assert outcome(read_workspace, service("", "chat") + group) == (
        service(DEPENDS) + group,
        [],
    )


@pytest.mark.parametrize("folder", ["services/free", "tools/chat"])
def test_who_is_no_consumer_gets_nothing(folder: str, read_workspace: Read) -> None:
    before = service('rich = "^13.0"\n')
    assert outcome(read_workspace, before, folder) == (before, [])


@pytest.mark.parametrize(
    "repeated",
    [
        'rich = "^13.0"\n',
        'rich = ">=13,<14"  # the same in other words\n',
        'Rich = "*"\n',
        'rich = {version = ">=12", python = ">=3.12"}\n',
        'httpx = ">=0.27"\n',
        'httpx = {version = ">=0.20", extras = ["http2"]}\n',
        'uvloop = {version = "^0.19", markers = "sys_platform == \'linux\'"}\n',
        'yarl = "^1.9"\n',
    ],
)
def test_what_the_shared_package_brings_is_not_repeated(
    repeated: str, read_workspace: Read
) -> None:
    before = service(f'requests = "*"\n{repeated}{DEPENDS}# end\n')
    assert outcome(read_workspace, before) == (before.replace(repeated, ""), [])


@pytest.mark.parametrize(
    "needed",
    [
        'kept = "*"\n',
        'types-kept = "*"\n',
        'httpx = {version = ">=0.27", extras = ["brotli"]}\n',
        'uvloop = "^0.19"\n',
        'lazy = "^1"\n',
        'rich = {version = "^13.0", optional = true}\n',
        'rich = {git = "https://example.org/rich.git"}\n',
        'rich = {version = "^13.0", source = "company"}\n',
        'rich = [{version = "^13.0", python = "<3.12"}, {version = "^14", python = ">=3.12"}]\n',
        '\n[tool.poetry.group.dev.dependencies]\nrich = "^13.0"\n',
        '\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n',
    ],
)
def test_what_it_does_not_bring_in_full_is_kept(needed: str, read_workspace: Read) -> None:
    before = service(f"{DEPENDS}{needed}")
    assert outcome(read_workspace, before) == (before, [])


def test_constraints_that_differ_are_a_finding_that_says_both(read_workspace: Read) -> None:
    before = service(f'rich = "~13.7"\n{DEPENDS}')
    assert outcome(read_workspace, before) == (
        before,
        ['sync/differs: rich in [tool.poetry.dependencies] is "~13.7", and shared brings "^13.0"'],
    )


def test_requirements_of_a_project_are_not_repeated_either(read_workspace: Read) -> None:
    before = (
        '[project]\nname = "chat"\nversion = "1"\ndependencies = [\n  "rich (>=13)", # why\n'
        '  "shared (>=0.1,<0.2)",\n  "yarl",\n  "requests"\n]\n\n[tool.poetry.dependencies]\n'
    ) + DEPENDS
    assert outcome(read_workspace, before) == (
        (
            '[project]\nname = "chat"\nversion = "1"\ndependencies = [\n'
            '  "shared (>=0.1,<0.2)",\n  "requests"\n]\n\n[tool.poetry.dependencies]\n'
        )
        + DEPENDS,
        [],
    )


def test_a_group_that_has_the_shared_package_too_does_not_repeat_it(read_workspace: Read) -> None:
    group = f'\n[tool.poetry.group.dev.dependencies]\n{DEPENDS}rich = "*"\n'
    before = service(DEPENDS) + group
    assert outcome(read_workspace, before) == (before.replace('rich = "*"\n', ""), [])


def test_a_rule_that_a_member_ignores_is_neither_told_nor_mended(read_workspace: Read) -> None:
    before = service(f'rich = "^13.0"\n{DEPENDS}\n[tool.ws]\nignore = ["sync/repeated"]\n')
    assert outcome(read_workspace, before) == (before, [])


@pytest.mark.parametrize(
    "conditional",
    [
        'shared = {path = "../../shared", develop = true, markers = "os_name == \'nt\'"}\n',
        'shared = {path = "../../shared", develop = true, python = "<3.13"}\n',
        'shared = {path = "../../shared", develop = true, optional = true}\n',
    ],
)
def test_a_shared_package_that_is_not_always_there_brings_nothing(
    conditional: str, read_workspace: Read
) -> None:
    before = service(f'rich = "^13.0"\n{conditional}')
    assert outcome(read_workspace, before) == (before, [])


@pytest.mark.parametrize(
    "project",
    [
        'dependencies = ["rich>=13,<14", "shared ; python_version < \'3.13\'"]\n',
        'dependencies = ["rich>=13,<14"]\noptional-dependencies.x = ["shared"]\n',
    ],
)
def test_the_same_holds_for_a_project(project: str, read_workspace: Read) -> None:
    before = f'[project]\nname = "chat"\nversion = "1"\n{project}'
    assert '"rich>=13,<14"' in outcome(read_workspace, before)[0]


def test_a_published_version_of_a_shared_package_may_bring_something_else(
    read_workspace: Read,
) -> None:
    before = service('rich = "^13.0"\nshared = "0.0.1"\n') + (
        '\n[tool.ws.dependencies.shared]\nsource = "published"\n'
    )
    assert outcome(read_workspace, before) == (before, [])


def test_what_an_extra_names_stays_where_it_is(read_workspace: Read) -> None:
    before = service(f'rich = "^13.0"\n{DEPENDS}') + '\n[tool.poetry.extras]\npretty = ["rich"]\n'
    assert outcome(read_workspace, before) == (before, [])


def test_in_a_cycle_nobody_relies_on_the_other(read_workspace: Read) -> None:
    one = service('x = "^1"\nother = {path = "../other", develop = true}\n', "one")
    other = service('x = "^1"\none = {path = "../one", develop = true}\n', "other")
    settings = "".join(
        f'[[shared]]\npackage = "{name}"\nconsumers = ["*"]\ndedupe = true\n'
        for name in ("one", "other")
    )
    files = {"workspace.toml": f'[workspace]\nmembers = ["*"]\n{settings}'}
    workspace = read_workspace({**files, "one": one, "other": other})
    assert sync.changes(workspace, workspace.members) == ()


def test_what_two_shared_packages_bring_is_removed_once(read_workspace: Read) -> None:
    settings = "".join(
        f'[[shared]]\npackage = "{name}"\nconsumers = ["c"]\ndedupe = true\n' for name in "ab"
    )
    needs = 'a = {path = "../a", develop = true}\nb = {path = "../b", develop = true}\n'
    files = {
        "workspace.toml": f'[workspace]\nmembers = ["*"]\n{settings}',
        "a": service('x = "^1"\n', "a"),
        "b": service('x = "^1"\n', "b"),
        "c": service(f'x = "^1"\n{needs}', "c"),
    }
    workspace = read_workspace(files)
    [action] = sync.plan(sync.changes(workspace, workspace.members)).actions
    assert isinstance(action, WriteFile)
    assert action.after == service(needs, "c")


def test_a_manifest_that_is_one_inline_table_gets_the_shared_package_too(
    read_workspace: Read,
) -> None:
    frame = '[tool]\npoetry = {{name = "chat", version = "1", dependencies = {{{}}}}}\n'
    assert outcome(read_workspace, frame.format('python = "^3.11"')) == (
        frame.format('python = "^3.11", shared = {path = "../../shared", develop = true}'),
        [],
    )


def test_a_table_of_dotted_keys_gets_the_shared_package_too(read_workspace: Read) -> None:
    frame = '[tool.poetry]\nname = "chat"\nversion = "1"\ndependencies . python = "^3.11" # why\n'
    assert outcome(read_workspace, frame) == (
        frame + 'dependencies . shared = {path = "../../shared", develop = true}\n',
        [],
    )
