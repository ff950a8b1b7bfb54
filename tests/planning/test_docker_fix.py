"""What `ws docker sync` makes of a broken Dockerfile, whole; and what holds for every one."""

from __future__ import annotations

import posixpath
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.dockerfiles import BASE, CHAT, SHARED, Place
from tests.planning.mending import HEAD, hiding, mended, rules_of

from ws.planning.docker_paths import check

MINE = f"COPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
FIRST = "RUN poetry install --no-root --no-directory\n"
INSTALL = "RUN poetry install --no-root\n"
TO_SHARED = f"COPY {SHARED}/ /packages/shared/python/\n"
GOOD = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}{TO_SHARED}{INSTALL}COPY {CHAT}/src src\n"


def becomes(before: str, after: str, *rules: str, place: Place | None = None) -> None:
    """That a Dockerfile is mended to exactly this, and nothing is left to be said of it."""
    found = mended(before, place)
    assert found.dockerfile.text == after
    assert (rules_of(found), found.left) == ([f"docker/{rule}" for rule in rules], ())


def test_a_good_file_stays_as_it_is() -> None:
    becomes(GOOD, GOOD)


@pytest.mark.parametrize(
    ("wrong", "right", "workdir"),
    [
        ("../../../shared/python/", "../../../packages/shared/python/", "/app"),
        ("../../shared", "../../../packages/shared/python", "/app"),
        ("/app/packages/shared/python/", "/packages/shared/python/", "/app"),
        ('"/shared"', '"/packages/shared/python"', "/app"),
        ("/packages/shared/python", "/a/packages/shared/python", "/a/b/c/d"),
        ("packages/", "../../../packages/shared/python/", "/a/b/c/d"),
    ],
)
def test_a_destination_becomes_what_the_depth_asks_for_in_the_way_it_was_written(
    wrong: str, right: str, workdir: str
) -> None:
    before = f"{HEAD}WORKDIR {workdir}\n{MINE}{FIRST}COPY --chown=app {SHARED} {wrong}\n{INSTALL}"
    becomes(before, before.replace(f" {wrong}\n", f" {right}\n"), "wrong-depth")


def test_a_folder_above_the_dependency_moves_as_a_whole() -> None:
    before = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}COPY packages /app/packages\n{INSTALL}"
    after = before.replace("/app/packages", "/packages")
    becomes(before, after, "wrong-depth", place=Place(transitive=True))


def test_json_form_stays_json_form() -> None:
    before = f'{HEAD}WORKDIR /app\n{MINE}{FIRST}COPY ["{SHARED}", "/shared/"]\n{INSTALL}'
    after = before.replace('"/shared/"', '"/packages/shared/python/"')
    becomes(before, after, "wrong-depth")


def test_a_dependency_that_is_not_copied_is_copied_and_installed_after_the_rest() -> None:
    before = f"{HEAD}WORKDIR /app\n{MINE}{INSTALL}COPY {CHAT}/src src\n"
    becomes(before, GOOD, "path-dependency-missing")


def test_an_install_keeps_its_groups_and_mounts_when_it_is_split() -> None:
    install = "RUN --mount=type=cache,target=/x poetry install --only main \\\n    --no-ansi"
    before = f"{HEAD}WORKDIR /app\n{MINE}{install}\nCOPY {CHAT} .\n{TO_SHARED}CMD chat\n"
    after = (
        f"{HEAD}WORKDIR /app\n{MINE}{install} --no-root --no-directory\n"
        f"COPY {CHAT} .\n{TO_SHARED}{install}\nCMD chat\n"
    )
    becomes(before, after, "path-dependency-missing")


def test_a_first_step_that_only_lacks_its_option_gets_it() -> None:
    before = GOOD.replace(" --no-directory", "")
    becomes(before, GOOD, "path-dependency-missing")


def test_what_a_dependency_needs_is_copied_too() -> None:
    after = GOOD.replace(INSTALL, f"COPY {BASE}/ /packages/base/\n{INSTALL}")
    becomes(GOOD, after, "transitive-missing", place=Place(transitive=True))


def test_new_lines_are_in_the_style_of_the_file() -> None:
    before = (
        "from python:3.11\r\nrun pip install poetry\r\nworkdir /app\r\n"
        f"copy --chown=1000 {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\r\n"
        f"run poetry install --no-root --no-directory\r\n"
        f"copy --chown=1000 {SHARED} ../../../packages/shared/python\r\n"
        "# all of it\r\nrun poetry install --no-root\r\n"
    )
    line = f"copy --chown=1000 {BASE}/ ../../../packages/base/\r\n"
    after = before.replace("# all of it", f"{line}# all of it")
    becomes(before, after, "transitive-missing", place=Place(transitive=True))


def test_a_dependency_that_comes_too_late_comes_before_a_command_that_cannot_be_split() -> None:
    install = "RUN cd /app && poetry install --no-root\n"
    before = f"{HEAD}WORKDIR /app\n{MINE}{install}{TO_SHARED}CMD chat\n"
    after = f"{HEAD}WORKDIR /app\n{MINE}{TO_SHARED}{install}CMD chat\n"
    becomes(before, after, "path-dependency-missing")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"COPY {CHAT}/pyproject.toml ./\n", MINE),
        (
            f'COPY ["{CHAT}/pyproject.toml", "./"]\n',
            f'COPY ["{CHAT}/pyproject.toml", "{CHAT}/poetry.lock", "./"]\n',
        ),
        (
            f"COPY {CHAT}/pyproject.toml /app/pyproject.toml\n",
            f"COPY {CHAT}/pyproject.toml /app/pyproject.toml\nCOPY {CHAT}/poetry.lock /app/\n",
        ),
    ],
)
def test_the_lock_is_copied_beside_the_manifest(before: str, after: str) -> None:
    becomes(GOOD.replace(MINE, before), GOOD.replace(MINE, after), "lock-not-copied")


def test_manifest_and_lock_are_copied_where_poetry_finds_none() -> None:
    becomes(GOOD.replace(MINE, ""), GOOD, "member-missing")


def test_sources_that_were_written_for_another_context_are_found() -> None:
    before = GOOD.replace(f"{CHAT}/", "").replace("COPY src src", "COPY ./src src")
    after = GOOD.replace(f"{CHAT}/src", f"./{CHAT}/src")
    becomes(before, after, "source-missing", "source-missing", "source-missing")


def test_a_source_for_the_root_is_found_in_a_context_below_it() -> None:
    found = mended(GOOD, folder="workers")
    assert found.dockerfile.text == GOOD.replace("workers/", "")
    assert [one.message for one in found.left if one.rule == "docker/source-missing"] == [
        f"{SHARED}/ is not in the build context: there is no workers/{SHARED}"
    ]


def test_a_source_is_what_its_destination_is_for() -> None:
    before = GOOD.replace(f"COPY {SHARED}/", "COPY libs/shared/")
    becomes(before, GOOD, "source-missing")


def test_sources_that_all_come_before_the_install_get_a_first_step_before_them() -> None:
    before = f"{HEAD}WORKDIR /app\n# all\nCOPY {CHAT} .\n{TO_SHARED}RUN poetry install\n"
    after = before.replace("# all\n", f"{MINE}{FIRST}# all\n")
    becomes(before, after, "cache")


def test_a_first_step_has_the_variables_of_the_command() -> None:
    install = "RUN POETRY_VIRTUALENVS_IN_PROJECT=true /opt/poetry/bin/poetry install --no-root"
    after = GOOD.replace("RUN poetry install --no-root", install)
    becomes(after.replace(f"{install} --no-directory\n", ""), after, "cache")


@pytest.mark.parametrize(
    "before",
    [
        "poetry config virtualenvs.in-project true && ",
        "cd /app && ",
        "export POETRY_VIRTUALENVS_IN_PROJECT=1; ",
    ],
)
def test_an_install_that_follows_from_what_is_before_it_gets_no_first_step(before: str) -> None:
    text = GOOD.replace(FIRST, "").replace(INSTALL, f"RUN {before}poetry install --no-root\n")
    assert mended(text).made == ()


def test_poetry_installs_where_sync_would_remove_it() -> None:
    shared = "FROM python\nENV POETRY_VIRTUALENVS_CREATE=false\nRUN pip install poetry\n"
    body = GOOD.removeprefix(HEAD)
    after = f"{shared}{body}"
    before = after.replace(INSTALL, "RUN poetry sync --no-root\n")
    becomes(before, after, "poetry-uninstalls-itself")
    option = after.replace(INSTALL, "RUN poetry install --sync --no-root\n")
    becomes(option, after, "poetry-uninstalls-itself")


BUILDER = GOOD.replace("python:3.11\n", "python:3.11 AS builder\n").replace(
    "WORKDIR", "ENV POETRY_VIRTUALENVS_IN_PROJECT=1\nWORKDIR", 1
)
FINAL = "FROM team/python:3.11-slim\nWORKDIR /app\n"


def test_what_an_editable_install_names_comes_along() -> None:
    venv = "COPY --chown=app --from=builder /app/.venv /app/.venv\n"
    before = f"{BUILDER}{FINAL}{venv}CMD chat\n"
    folder = "/packages/shared/python"
    after = before.replace("CMD", f"COPY --chown=app --from=builder {folder} {folder}\nCMD")
    becomes(before, after, "editable-across-stages")


def test_what_was_mounted_for_an_editable_install_is_copied() -> None:
    mount = f"RUN --mount=type=bind,source={SHARED},target=/packages/shared/python"
    before = f"{HEAD}WORKDIR /app\n{MINE}{FIRST}{mount} poetry install --no-root\n"
    becomes(before, f"{before}{TO_SHARED}", "editable-across-stages")


def test_an_environment_goes_back_to_where_it_was_made() -> None:
    text = (
        "COPY --from=builder /packages/ /packages/\nCOPY --from=builder /app/.venv {0}\n"
        'ENV PATH="{0}/bin:$PATH" OTHER={0}x\nCMD ["{0}/bin/chat"]\n'
    )
    before = f"{BUILDER}{FINAL}{text.format('/venv')}"
    after = f"{BUILDER}{FINAL}{text.format('/app/.venv').replace('/app/.venvx', '/venvx')}"
    becomes(before, after, "venv-moved")


@pytest.mark.parametrize("more", ["", "ENV PATH=/venv/bin\nFROM two\nCOPY --from=two /venv /srv\n"])
def test_an_environment_that_is_named_elsewhere_is_left_to_a_person(more: str) -> None:
    text = "COPY --from=builder /packages/ /packages/\nCOPY --from=builder /app/.venv /venv\n"
    last = f"{BUILDER}FROM python AS two\n{text}{more}"
    found = mended(last)
    assert found.dockerfile.text == last
    assert "docker/venv-moved" in [one.rule for one in found.left]


def test_a_second_step_is_added_where_only_the_first_is_there() -> None:
    becomes(GOOD.replace(INSTALL, ""), GOOD, "path-dependency-missing")


@pytest.mark.parametrize("hidden", ["**/*.md\n", "packages\n", "**/poetry.lock\n", "*\n!workers\n"])
def test_what_the_ignore_file_hides_gets_an_exception(hidden: str) -> None:
    found = mended(GOOD, ignore=hidden)
    assert found.dockerfile.text == GOOD
    assert found.ignore.startswith(f"{hidden}!")
    assert found.left == ()


@pytest.mark.parametrize(
    ("text", "folder", "rule"),
    [
        ("WORKDIR /app\nCOPY . .\nRUN poetry install\n", CHAT, "docker/path-dependency-missing"),
        ("COPY nothing /x\n", ".", "docker/source-missing"),
        ("COPY\n", ".", "docker/malformed"),
    ],
)
def test_what_cannot_be_mended_stays_as_it_is_and_is_told(
    text: str, folder: str, rule: str
) -> None:
    found = mended(HEAD + text, folder=folder)
    assert (found.dockerfile.text, found.made) == (HEAD + text, ())
    assert found.left[0].rule == rule


def test_a_line_is_told_as_it_was_before_anything_was_mended() -> None:
    found = mended(GOOD.replace(f"{CHAT}/p", "p").replace(TO_SHARED, ""))
    assert [remedy.line for remedy in found.made] == [4, 4, 6]


FOLDERS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join)
NOISE = st.sampled_from(
    ["", "# why\n", "ENV A=1\n", "\n", "RUN echo poetry install\n", "USER app\n"]
)


@st.composite
def dockerfiles(draw: st.DrawFn) -> tuple[Place, str, str]:
    """A workspace, its worker's folder, and a Dockerfile with anything wrong."""
    member = f"workers/{draw(FOLDERS)}"
    place = Place(member, transitive=draw(st.booleans()), develop=draw(st.booleans()))
    workdir = draw(st.sampled_from(["/app", f"/ws/{member}", "/a/b/c/d/e/f"]))
    right = posixpath.normpath(posixpath.join(workdir, posixpath.relpath(SHARED, member)))
    base = posixpath.normpath(posixpath.join(workdir, posixpath.relpath(BASE, member)))
    names = draw(st.sampled_from(["pyproject.toml poetry.lock", "pyproject.toml", "*"]))
    prefix = draw(st.sampled_from([f"{member}/", ""]))
    mine = " ".join(f"{prefix}{name}" for name in names.split())
    target = draw(st.sampled_from([right, f"{right}/", "/x", "../shared/", "lib"]))
    lines = [
        f"COPY {mine} ./\n",
        f"COPY {SHARED} {target}\n",
        f'COPY ["{SHARED}/", "{target}"]\n',
        f'COPY ["{prefix}pyproject.toml", "{prefix}poetry.lock", "./"]\n',
        "COPY packages/*/ /libs/\n",
        f"COPY {BASE} {draw(st.sampled_from([base, '/base/']))}\n",
        draw(
            st.sampled_from([INSTALL, FIRST, "RUN poetry install\n", "RUN poetry sync --no-root\n"])
        ),
        INSTALL,
        f"COPY {prefix}src src\n",
    ]
    chosen = draw(st.lists(st.sampled_from(lines), min_size=1, max_size=7))
    chosen = [part for line in chosen for part in (draw(NOISE), line)]
    text = f"{HEAD}ENV POETRY_VIRTUALENVS_IN_PROJECT=1\nWORKDIR {workdir}\n{''.join(chosen)}"
    if draw(st.booleans()):
        venv = f"{workdir}/.venv"
        text = text.replace("3.11\n", "3.11 AS b\n", 1)
        text += f"FROM team/python:3.11-slim\nCOPY --from=b {venv} {venv}\nWORKDIR {workdir}\n"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return place, member, text.rstrip("\r\n") if draw(st.booleans()) else text


@given(dockerfiles(), st.sampled_from(["", "**/*.md\n", "packages\n"]))
def test_twice_is_once(made: tuple[Place, str, str], ignore: str) -> None:
    place, member, text = made
    path = f"{member}/Dockerfile"
    once = mended(text, place, ignore=ignore, path=path)
    twice = mended(once.dockerfile.text, place, ignore=once.ignore, path=path)
    assert (twice.dockerfile.text, twice.ignore) == (once.dockerfile.text, once.ignore)
    assert (twice.made, twice.left) == ((), once.left)


@given(dockerfiles(), st.sampled_from(["", "**/*.md\n", "packages\n"]))
def test_what_is_called_mended_is_proved(made: tuple[Place, str, str], ignore: str) -> None:
    place, member, text = made
    found = mended(text, place, ignore=ignore, path=f"{member}/Dockerfile")
    context = hiding(place.files, ".", found.ignore)
    status = check(found.dockerfile, context, place.known).status
    errors = [one for one in found.left if one.severity == "error"]
    assert (status == "broken") == bool(errors)
    assert not errors or any(one.severity == "error" for one in found.before)  # never made worse
    assert found.ignore.startswith(ignore)


@given(dockerfiles())
def test_only_copies_and_commands_are_touched_and_no_more_than_were_mended(
    made: tuple[Place, str, str],
) -> None:
    place, member, text = made
    found = mended(text, place, path=f"{member}/Dockerfile")
    before, after = text.split("\n"), found.dockerfile.text.split("\n")
    kinds = ("COPY", "RUN")
    others = [[line for line in lines if not line.startswith(kinds)] for lines in (before, after)]
    assert [line.rstrip("\r") for line in others[0] if line] == [
        line.rstrip("\r") for line in others[1] if line
    ]
    changed = (Counter(before) - Counter(after)).total()
    assert changed <= len(found.made) + 1  # the last line may have got its end
    assert text.count("\r\n") in (0, text.count("\n"))
    assert found.dockerfile.text.count("\r") in (0, found.dockerfile.text.count("\n"))
