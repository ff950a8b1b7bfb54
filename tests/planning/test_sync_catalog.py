from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.plan import WriteFile
from ws.model.workspace import Workspace
from ws.planning import catalog, sync

Read = Callable[[Mapping[str, str]], Workspace]

WORKSPACE = """\
[workspace]
members = ["**"]
catalog-mode = "{mode}"

[catalog]
pytest = "^8.0"
Python_Dateutil = ">=2.8"
forked = "^1 || ^3"

[catalogs.next]
pytest = "^9.0"
"""


def outcome(read: Read, text: str, mode: str = "strict") -> tuple[str, list[str]]:
    """What the manifest says after `ws sync`, and what is left for people."""
    files = {"workspace.toml": WORKSPACE.format(mode=mode), "chat": text}
    workspace = read(files)
    changes = sync.changes(workspace, workspace.members)
    plan = sync.plan(changes)
    after = [action.after for action in plan.actions if isinstance(action, WriteFile)]
    new = after[0] if after else text
    again = read({**files, "chat": new})
    assert sync.plan(sync.changes(again, again.members)).is_empty
    return new, [f"{f.severity} {f.rule}" for f in sync.beyond_repair(changes)]


def poetry(body: str) -> str:
    return f'[tool.poetry]\nname = "chat"\nversion = "1"\n[tool.poetry.dependencies]\n{body}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pytest = '^7' # old\n", "pytest = '^8.0' # old\n"),
        (
            'pytest = {version = "*", optional = true}\n',
            'pytest = {version = "^8.0", optional = true}\n',
        ),
        ('pytest.version = "^7"\n', 'pytest.version = "^8.0"\n'),
        ('pytest = ">=8,<9"\n', 'pytest = ">=8,<9"\n'),
        ('python-dateutil = "^2"\n', 'python-dateutil = ">=2.8"\n'),
        ('pytest = {git = "https://example.org/pytest.git"}\n',) * 2,
        ('other = "^7"\n',) * 2,
        (
            'pytest = "^7"\n[tool.ws]\ncatalog = "next"\n',
            'pytest = "^9.0"\n[tool.ws]\ncatalog = "next"\n',
        ),
    ],
)
def test_who_uses_a_package_of_the_catalog_uses_it_so(
    before: str, after: str, read_workspace: Read
) -> None:
    assert outcome(read_workspace, poetry(before)) == (poetry(after), [])


def test_requirements_say_it_in_their_own_words(read_workspace: Read) -> None:
    before = (
        '[project]\nname = "chat"\nversion = "1"\ndependencies = ["pytest[x] (>=7) ; a"]\n'
        '[dependency-groups]\ntest = ["pytest~=7.0"]\n'
    )
    assert outcome(read_workspace, before)[0] == (
        '[project]\nname = "chat"\nversion = "1"\ndependencies = ["pytest[x] (>=8.0,<9.0) ; a"]\n'
        '[dependency-groups]\ntest = ["pytest>=8.0,<9.0"]\n'
    )


def test_what_a_requirement_cannot_say_is_left_for_people(read_workspace: Read) -> None:
    before = '[project]\nname = "chat"\nversion = "1"\ndependencies = ["forked"]\n'
    assert outcome(read_workspace, before) == (before, ["error catalog/differs"])


def test_a_preference_is_only_a_warning(read_workspace: Read) -> None:
    before = poetry('pytest = "^7"\n')
    assert outcome(read_workspace, before, "prefer") == (before, ["warning catalog/differs"])


def test_a_proposed_catalog_takes_what_most_members_have(read_workspace: Read) -> None:
    workspace = read_workspace(
        {
            "a": poetry('rich = "^13"\nhttpx = "^1"\n').replace("chat", "a"),
            "b": poetry('rich = ">=13,<14"\nhttpx = "*"\n').replace("chat", "b"),
            "c": poetry('rich = "^12"\nalone = "^1"\nshared = "*"\n').replace("chat", "c"),
        }
    )
    assert catalog.adopted(workspace, workspace.members) == (
        catalog.Entry("httpx", "^1", ("a",), {"*": ("b",)}),
        catalog.Entry("rich", "^13", ("a", "b"), {"^12": ("c",)}),
    )
