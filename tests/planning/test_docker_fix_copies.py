"""How a `COPY` is mended: in the author's form, and never narrowed where it names several."""

from __future__ import annotations

import pytest
from tests.planning.dockerfiles import BASE, CHAT, SHARED, Place
from tests.planning.mending import HEAD, mended, rules_of

FIRST = "RUN poetry install --no-root --no-directory\n"
INSTALL = "RUN poetry install --no-root\n"
MINE = f"COPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
MINE_IN_JSON = f'COPY ["{CHAT}/pyproject.toml", "{CHAT}/poetry.lock", "./"]\n'
STARRED = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}COPY packages/*/ /libs/\n{INSTALL}"


def test_a_pattern_for_several_packages_stays_and_the_one_in_question_gets_its_own_line() -> None:
    found = mended(STARRED, Place(shared="packages/shared"))
    line = "COPY packages/shared/ /packages/shared/\n"
    assert found.dockerfile.text == STARRED.replace(INSTALL, f"{line}{INSTALL}")
    assert (rules_of(found), found.left) == (["docker/path-dependency-missing"], ())


@pytest.mark.parametrize("name", ["$NAME", "${NAME}", "sha?ed"])
def test_what_a_variable_or_a_pattern_names_is_not_one_thing(name: str) -> None:
    copy = f"COPY packages/{name} /libs/\n"
    before = f"{HEAD}ARG NAME=shared\nWORKDIR /app\n{MINE}{FIRST}{copy}{INSTALL}"
    after = before.replace(INSTALL, f"COPY packages/shared/ /packages/shared/\n{INSTALL}")
    assert mended(before, Place(shared="packages/shared")).dockerfile.text == after


def test_a_source_with_a_variable_that_is_not_there_is_left_to_a_person() -> None:
    copy = "COPY libs/$NAME /packages/shared/python\n"
    before = f"{HEAD}ARG NAME=shared\nWORKDIR /app\n{MINE}{FIRST}{copy}{INSTALL}"
    found = mended(before)
    assert copy in found.dockerfile.text
    assert "docker/source-missing" in [one.rule for one in found.left]


def test_a_new_line_among_copies_in_json_form_is_in_json_form() -> None:
    before = f"{HEAD}WORKDIR /app\n{MINE_IN_JSON}{FIRST}{INSTALL}"
    line = f'COPY ["{SHARED}/", "/packages/shared/python/"]\n'
    assert mended(before).dockerfile.text == before.replace(INSTALL, f"{line}{INSTALL}")


def test_the_form_is_that_of_the_copy_which_comes_right_before() -> None:
    shared = f"COPY {SHARED} /packages/shared/python\n"
    before = f"{HEAD}WORKDIR /app\n{MINE_IN_JSON}{FIRST}{shared}{INSTALL}"
    after = before.replace(INSTALL, f"COPY {BASE}/ /packages/base/\n{INSTALL}")
    assert mended(before, Place(transitive=True)).dockerfile.text == after


def test_manifest_and_lock_come_in_json_form_where_the_others_do() -> None:
    shared = f'COPY ["{SHARED}", "/packages/shared/python"]\n'
    before = f"{HEAD}WORKDIR /app\n{FIRST}{shared}{INSTALL}"
    after = before.replace(FIRST, f"{MINE_IN_JSON}{FIRST}")
    assert mended(before).dockerfile.text == after


def test_a_path_with_a_blank_is_in_json_form_whatever_the_others_are() -> None:
    place = Place("workers/my chat")
    before = f"{HEAD}WORKDIR /app\n{FIRST}COPY {SHARED} /packages/shared/python\n{INSTALL}"
    found = mended(before, place, path="workers/my chat/Dockerfile")
    line = 'COPY ["workers/my chat/pyproject.toml", "workers/my chat/poetry.lock", "./"]\n'
    assert found.dockerfile.text == before.replace(FIRST, f"{line}{FIRST}")
    assert found.left == ()


def test_a_lock_that_needs_a_line_of_its_own_has_the_form_of_its_manifest() -> None:
    copy = f'COPY ["{CHAT}/pyproject.toml", "/app/pyproject.toml"]\n'
    before = f"{HEAD}WORKDIR /app\n{copy}{FIRST}COPY {SHARED} /packages/shared/python\n{INSTALL}"
    lock = f'COPY ["{CHAT}/poetry.lock", "/app/"]\n'
    assert mended(before).dockerfile.text == before.replace(copy, f"{copy}{lock}")


@pytest.mark.parametrize("hidden", ["packages/*/shared\n", "**/shared\n", "packages/*/*\n"])
def test_what_a_pattern_in_the_ignore_file_hides_is_excepted_after_it(hidden: str) -> None:
    text = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}COPY packages /packages\n{INSTALL}"
    found = mended(text, Place(shared="packages/x/shared"), ignore=hidden)
    assert (found.dockerfile.text, found.ignore) == (text, f"{hidden}!packages/x/shared\n")
    assert found.left == ()


def test_all_that_patterns_hide_of_a_package_is_excepted_at_once() -> None:
    hidden = "packages/*/shared/*\n"
    text = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}COPY packages /packages\n{INSTALL}"
    found = mended(text, Place(shared="packages/x/shared"), ignore=hidden)
    added = "".join(f"!packages/x/shared/{name}\n" for name in ("pyproject.toml", "src/shared"))
    assert found.ignore == f"{hidden}{added}!packages/x/shared/README.md\n"
    assert (found.dockerfile.text, found.left) == (text, ())


def test_a_module_that_no_manifest_names_is_found_behind_the_ignore_file() -> None:
    place = Place()
    named = 'packages = [{ include = "shared", from = "src" }]\n'
    renamed = place.manifests[SHARED].replace(named, "").replace('"shared-python"', '"shared"')
    place.manifests[SHARED] = renamed
    hidden = "packages/*/*/src\n"
    text = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}COPY packages /packages\n{INSTALL}"
    found = mended(text, place, ignore=hidden)
    assert (found.ignore, found.left) == (f"{hidden}!{SHARED}/src/shared\n", ())
