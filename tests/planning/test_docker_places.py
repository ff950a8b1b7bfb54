from __future__ import annotations

import posixpath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ws.errors import UsageError
from ws.planning.docker_places import Place, collisions, copy_destination, in_image, workdir_for

NAMES = st.sampled_from(["a", "b", "app", "packages"])
FOLDERS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
WORKDIRS = st.lists(NAMES, max_size=5).map(lambda parts: "/" + "/".join(parts))
CHAT = "workers/general/chat"
SHARED = "packages/shared/python"


def test_a_shallow_workdir_lets_the_climb_stop_at_the_root() -> None:
    assert copy_destination(CHAT, "/app", SHARED) == Place(
        SHARED, "../../../packages/shared/python", "/packages/shared/python"
    )


def test_a_mirror_of_the_repository_keeps_its_layout() -> None:
    assert copy_destination(CHAT, f"/ws/{CHAT}", SHARED).absolute == f"/ws/{SHARED}"


def test_a_workdir_deeper_than_the_member_leads_below_the_root() -> None:
    assert copy_destination("chat", "/srv/apps/chat", SHARED).absolute == f"/srv/apps/{SHARED}"


def test_the_source_is_seen_from_the_context() -> None:
    place = copy_destination("services/workers/chat", "/app", "services/shared", "services")
    assert place == Place("shared", "../../shared", "/shared")


def test_what_lies_outside_the_context_cannot_be_copied() -> None:
    with pytest.raises(UsageError, match="packages/shared/python lies outside the build context"):
        copy_destination(CHAT, "/app", SHARED, CHAT)


def test_a_place_that_the_member_itself_has_is_a_collision() -> None:
    assert collisions(CHAT, "/app", ["app"]) == ("app",)
    assert workdir_for(CHAT, ["app"]) == f"/app/{CHAT}"


def test_two_dependencies_that_land_in_one_folder_collide() -> None:
    folders = ["workers/general/tools", "workers/tools"]
    assert collisions(CHAT, "/app", folders) == ("workers/tools",)


@given(FOLDERS, WORKDIRS, FOLDERS)
def test_the_destination_is_where_poetry_looks(member: str, workdir: str, dependency: str) -> None:
    """One path, joined to the folder that both run in; neither climbs above the root."""
    place = copy_destination(member, workdir, dependency)
    assert place.absolute == in_image(workdir, posixpath.relpath(dependency, member))
    assert in_image(workdir, place.relative) == place.absolute
    assert not place.absolute.startswith("//")
    assert ".." not in place.absolute.split("/")


@given(FOLDERS, FOLDERS, FOLDERS)
def test_in_a_mirror_all_lies_as_in_the_repository(
    member: str, dependency: str, mirror: str
) -> None:
    workdir = f"/{mirror}/{member}"
    assert copy_destination(member, workdir, dependency).absolute == f"/{mirror}/{dependency}"


@given(FOLDERS, FOLDERS, FOLDERS)
def test_from_every_context_that_holds_it_the_same_folder_is_copied(
    member: str, context: str, inside: str
) -> None:
    dependency = f"{context}/{inside}"
    whole = copy_destination(member, "/app", dependency)
    part = copy_destination(member, "/app", dependency, context)
    assert (posixpath.join(context, part.source), part.relative) == (whole.source, whole.relative)


@given(FOLDERS, st.lists(FOLDERS, max_size=4, unique=True))
def test_the_chosen_workdir_has_a_place_for_all(member: str, dependencies: list[str]) -> None:
    assume(member not in dependencies)
    assert collisions(member, workdir_for(member, dependencies), dependencies) == ()
