from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.workspace import Settings, Workspace
from ws.planning import placing
from ws.planning.placing import Site

Read = Callable[[Mapping[str, str]], Workspace]

SCRIPT = '[tool.poetry]\nname = "{}"\nversion = "1"\n[tool.poetry.scripts]\nrun = "a:b"\n'
PROJECT = '[project]\nname = "{}"\nversion = "1"\n[project.scripts]\nrun = "a:b"\n'
TEXT = '[workspace]\nmembers = ["packages/*", "workers/**"]\nexclude = ["workers/attic/**"]\n'
SETTINGS = Settings(("packages/*", "workers/**"), exclude=("./workers/attic/**",), text=TEXT)


def test_a_member_goes_to_the_topmost_folder_that_most_of_its_kind_lie_in(
    read_workspace: Read,
) -> None:
    """Those with console scripts are workers, in both forms of manifest."""
    workspace = read_workspace(
        {
            "services/deep/er/a": SCRIPT.format("a"),
            "services/b": PROJECT.format("b"),
            "libs/c": SCRIPT.format("c"),
            "libs/d": "",
            "e": "",
            "libs/f": "",
        }
    )
    assert placing.default_folder(workspace, "worker", "new") == "services/new"
    assert placing.default_folder(workspace, "package", "new") == "libs/new"


def test_the_first_of_its_kind_goes_to_the_folder_named_after_it(read_workspace: Read) -> None:
    assert placing.default_folder(read_workspace({}), "worker", "new") == "workers/new"
    assert placing.default_folder(read_workspace({".": ""}), "package", "new") == "packages/new"


def test_where_members_lie_at_the_root_a_new_one_does(read_workspace: Read) -> None:
    assert placing.default_folder(read_workspace({"a": "", "b": ""}), "package", "new") == "new"


@pytest.mark.parametrize("path", ["packages/a", "workers", "workers/a/b/c"])
def test_a_place_that_members_choose_is_fine(path: str) -> None:
    assert placing.faults(SETTINGS, Site(path)) == []


@pytest.mark.parametrize(
    ("site", "told"),
    [
        (
            Site("services/a"),
            "workspace.toml:2: services/a would be no member: no pattern of members chooses it"
            ' → add "services/*", or "services/a" alone, to members,'
            " or choose another folder with --at",
        ),
        (
            Site("a"),
            "workspace.toml:2: a would be no member: no pattern of members chooses it"
            ' → add "a" to members, or choose another folder with --at',
        ),
        (
            Site("workers/attic/a"),
            "workspace.toml:3: workers/attic/a would be no member: exclude takes it away"
            " → choose another folder with --at",
        ),
        (
            Site("workers/.a", found=False),
            "workspace.toml:2: workers/.a would not be found: a folder there is hidden, an"
            ' environment, or ignored by git → choose another, or add "workers/.a" to members',
        ),
        (
            Site("../a", "it lies outside the workspace"),
            "None: no member can be made at ../a: it lies outside the workspace"
            " → choose an empty or new folder in the workspace with --at",
        ),
    ],
    ids=lambda value: value.path if isinstance(value, Site) else "",
)
def test_a_place_where_no_member_can_be_is_refused_with_the_remedy(site: Site, told: str) -> None:
    assert [
        f"{fault.where}: {fault.reason} → {fault.hint}" for fault in placing.faults(SETTINGS, site)
    ] == [told]


def test_consumers_are_chosen_as_members_are_and_an_exclamation_mark_takes_away() -> None:
    patterns = ("!workers/attic/**", "./workers/**", "packages/server")
    consumers = [
        path
        for path in ("workers/a", "workers/attic/a", "packages/server", "packages/other", ".")
        if placing.is_consumer(path, patterns)
    ]
    assert consumers == ["workers/a", "packages/server"]
