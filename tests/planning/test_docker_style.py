"""The rules of style: for each a Dockerfile that it is about, and one that it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.dockerfiles import BASE, CHAT, SHARED, Folder, Place

from ws.errors import Where
from ws.formats import dockerignore
from ws.formats.docker_pins import pins
from ws.formats.dockerfile_parser import read
from ws.model.report import Finding
from ws.planning import (
    docker_contexts,
    docker_floating,
    docker_over_copy,
    docker_owner,
    docker_parity,
    docker_paths,
    docker_rebuilds,
    docker_sent,
    docker_user,
)
from ws.planning.docker_built import Built
from ws.planning.docker_context import Chosen
from ws.planning.docker_variables import variables

MINE = f"COPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
FIRST = "RUN poetry install --no-root --no-directory\n"
THEN = f"COPY {SHARED}/ ../../../packages/shared/python/\nRUN poetry install --no-root\n"
PLACE = Place()
KNOWN = PLACE.known


def built(text: str, path: str = "Dockerfile", place: Place = PLACE, target: str = "") -> Built:
    """One build of a Dockerfile, from the workspace root."""
    text = text if "FROM" in text else f"FROM python:3.11-slim\nWORKDIR /app\n{text}"
    dockerfile, context = read(text, path), Folder(place.files)
    known = KNOWN if place is PLACE else place.known
    verdict = docker_paths.check(dockerfile, context, known, target=target)
    found = Built(dockerfile, context, verdict, variables(dockerfile), target=target)
    return replace(found, owners=docker_owner.owners(found, known))


def lines(findings: tuple[Finding, ...]) -> list[tuple[int | None, str]]:
    """The lines and messages, where all that comes with them is in order."""
    for finding in findings:
        assert finding.severity == "warning"
        assert finding.hint
    return [
        (finding.where.line if finding.where else None, finding.message) for finding in findings
    ]


def cache(text: str, place: Place = PLACE) -> list[tuple[int | None, str]]:
    return lines(tuple(docker_rebuilds.findings(built(text, place=place), place.known)))


@pytest.mark.parametrize(
    "text",
    [
        MINE + FIRST + THEN + f"COPY {CHAT}/ ./\nRUN poetry install\n",
        "COPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
        f"COPY {SHARED}/ /s/\nRUN pip install --no-deps /s\n",
        "RUN python -m venv /v\nCOPY requirements.txt ./\n"
        "RUN pip --python /v/bin/python install -r requirements.txt\n"
        f"ENV VIRTUAL_ENV=/v\n{MINE}{THEN}",
        f"FROM my/python:3.11 AS list\nCOPY {CHAT}/ /c/\nRUN cd /c && poetry export -o /list.txt\n"
        "FROM my/python:3.11\nCOPY --from=list /list.txt /\nRUN pip install -r /list.txt\n",
    ],
    ids=["two steps", "a list first", "a list into Poetry's environment", "a list of a stage"],
)
def test_third_party_packages_before_any_source_stay_cached(text: str) -> None:
    assert cache(text) == []


def test_sources_before_third_party_packages_install_these_anew() -> None:
    assert cache(MINE + THEN) == [
        (
            4,
            f"{SHARED} is copied before third-party packages are installed in line 5:"
            " any edit there installs all of them anew",
        )
    ]


def test_a_pip_install_of_a_folder_installs_third_party_packages_with_each_edit() -> None:
    ((line, message),) = cache(f"COPY {CHAT}/ /c/\nRUN pip install /c\n")
    assert line == 3
    assert message.startswith(f"{CHAT} is copied before third-party packages are installed")


def test_a_whole_repository_before_the_install_is_told_once() -> None:
    assert cache(f"COPY . /ws/\nWORKDIR /ws/{CHAT}\nRUN poetry install --no-root\n") == [
        (
            3,
            "all of it is copied before third-party packages are installed in line 5:"
            " any edit there installs all of them anew",
        )
    ]


def test_a_whole_repository_after_the_install_makes_what_follows_anew() -> None:
    text = MINE + FIRST + f"COPY . /ws/\nWORKDIR /ws/{CHAT}\nRUN poetry install --no-root\n"
    assert cache(text) == [
        (
            5,
            "all of it is copied before third-party packages are installed in line 7:"
            " any edit there installs all of them anew",
        )
    ]
    assert cache(MINE + FIRST + THEN + "COPY . /ws/\n") == [
        (
            7,
            "the whole repository is copied: an edit anywhere in it makes this layer and all that"
            " follow anew, one of base, tool too",
        )
    ]


def test_a_manifest_that_the_first_step_does_not_need_brings_its_version_along() -> None:
    text = f"COPY {SHARED}/pyproject.toml ../../../{SHARED}/\n{MINE}{FIRST}{THEN}"
    assert cache(text) == [
        (
            3,
            "the manifest of shared-python is copied before third-party packages are installed in"
            " line 5: when its version is bumped, all of them are installed anew",
        )
    ]


def test_an_export_in_the_same_stage_feeds_the_install_with_local_versions() -> None:
    text = f"{MINE}RUN poetry export -o list.txt && pip install -r list.txt\n{THEN}"
    assert cache(text)[0] == (
        4,
        "the lock, in which versions of local packages stand, feeds the install of third-party"
        " packages in line 4: a bump installs all anew",
    )


def over_copied(text: str, place: Place = PLACE) -> list[tuple[int | None, str]]:
    return lines(tuple(docker_over_copy.findings(built(text, place=place), place.known)))


def test_what_a_member_needs_is_not_too_much() -> None:
    assert over_copied(MINE + FIRST + THEN) == []
    assert over_copied(MINE + f"COPY {BASE}/ /{BASE}/\n" + THEN, Place(transitive=True)) == []


def test_a_member_that_is_not_needed_is_too_much() -> None:
    assert over_copied(MINE + FIRST + f"COPY {BASE}/ /{BASE}/\n" + THEN) == [
        (5, "base is copied, and chat needs none of it")
    ]


def test_a_folder_of_members_brings_those_too_that_are_not_needed() -> None:
    text = MINE + FIRST + "COPY packages/ ../../../packages/\nRUN poetry install --no-root\n"
    (finding,) = docker_over_copy.findings(built(text), KNOWN)
    assert finding.message == "base, tool are copied, and chat needs none of it"
    assert finding.hint == f"copy what it needs alone, one COPY for each: {SHARED}"


VENV, ENV = f"{CHAT}/.venv", f"{CHAT}/.env"


def sent(text: str, ignore: str, refuse: tuple[str, ...] = (ENV, VENV)) -> list[Finding]:
    ignored = dockerignore.read(ignore)
    sizes = {VENV: 152_340_000, ENV: 90}
    found = docker_sent.findings(
        built(text), sorted(refuse), ignored, ".dockerignore", lambda path: sizes.get(path, 1000)
    )
    return list(found)


def test_what_is_ignored_or_not_copied_is_not_sent() -> None:
    assert sent(f"COPY {CHAT}/ ./\n", "**/.venv\n**/.env\n") == []
    assert sent(f"COPY {SHARED}/ ./\n", "") == []
    assert sent(f"COPY {CHAT}/pyproject.toml ./\n", "") == []


def test_an_environment_that_is_copied_is_told_with_its_size() -> None:
    (finding,) = sent(f"COPY {CHAT}/ ./\n", "")
    assert finding.message == (
        f"the copy of {CHAT} takes along what no image needs: {VENV} (152 MB), {ENV} (90 bytes)"
    )
    assert finding.hint == "add to .dockerignore: **/.env **/.venv"


def test_a_plain_name_leaves_out_only_what_lies_at_the_top() -> None:
    (finding,) = sent("COPY . ./\n", ".git\n.venv\n", (".git", ".venv", VENV))
    assert finding.message.endswith(f"needs: {VENV} (152 MB)")
    assert finding.hint == (
        "add to .dockerignore: **/.venv; .venv in line 2 there is only the one at the top of the"
        " context"
    )


def test_of_many_the_largest_are_named() -> None:
    many = tuple(f"{CHAT}/src/{name}/__pycache__" for name in "abcd")
    (finding,) = sent(f"COPY {CHAT}/ ./\n", "", many)
    assert finding.message.endswith("c/__pycache__ (1 kB) and 1 more (1 kB)")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (2_250_000_000, "2.25 GB"), (10**16, "1e+04 TB")],
)
def test_sizes_are_told_in_steps_of_a_thousand(size: int, text: str) -> None:
    assert docker_sent.readable(size) == text


def parity(development: str, production: str, path: str = "Dockerfile.dev") -> list[Finding]:
    pinned = {"dev.txt": "rich==1\nsix==2\n", "all.txt": "Rich == 1\nsix==3 ; x\nattrs>=1\n"}
    both = [
        built(f"{development}WORKDIR /app\n{MINE}{FIRST}{THEN}", path),
        built(f"{production}WORKDIR /app\n{MINE}{FIRST}{THEN}"),
    ]
    return list(docker_parity.findings(both, lambda path: pins(pinned.get(path, ""))))


def test_development_and_production_from_one_image_agree() -> None:
    assert parity("FROM python:3.11-slim\n", "ARG B=python:3.11-slim\nFROM $B\n") == []
    assert parity("FROM python:3.11\n", "FROM python:3.12\n", "other.Dockerfile") == []


@pytest.mark.parametrize(("image", "what"), [("python:3.12", "Python"), ("python:3.11", "base")])
def test_another_image_in_development_is_told(image: str, what: str) -> None:
    (finding,) = parity(f"FROM {image} AS a\nFROM a\n", "FROM python:3.11-slim\n")
    assert lines((finding,)) == [
        (
            1,
            f"development has another {what} than production: {image} here, python:3.11-slim in"
            " Dockerfile",
        )
    ]


def test_versions_of_two_lists_are_compared() -> None:
    place = Place()
    place.files += ["dev.txt", "all.txt"]
    text = "COPY {0} ./\nRUN pip install -r {0}\n" + MINE + THEN
    both = [
        built(text.format("dev.txt"), "Dockerfile.dev", place),
        built(text.format("all.txt"), "Dockerfile", place),
    ]
    # Both read the lock besides; the lists are what they do not have in common.
    listed = {"dev.txt": {"rich": "1", "six": "2"}, "all.txt": {"rich": "1", "six": "3"}}
    (finding,) = docker_parity.findings(both, lambda path: listed.get(path, {}))
    assert finding.message == (
        f"dev.txt, {CHAT}/poetry.lock and all.txt, {CHAT}/poetry.lock, from which Dockerfile"
        " installs, have different versions: six (2, 3)"
    )


def test_pins_are_what_has_one_version() -> None:
    text = 'A.b[x]==1.0 \\\n    --hash=sha256:0\nc>=2\n-r d.txt\n  e===3 ; python_version<"4"\n'
    assert pins(text) == {"a-b": "1.0", "e": "3"}


def floating(text: str) -> list[tuple[int | None, str]]:
    return lines(tuple(docker_floating.findings(built(text))))


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\n",
        "FROM python@sha256:0\n",
        "FROM host:5000/python:3.11 AS a\nFROM a\nCOPY --from=a /x /x\nCOPY --from=0 /y /y\n",
        "ARG BASE\nFROM $BASE\n",
        "RUN pip install poetry==2.5.1\n",
        'RUN pip install "poetry>=2,<3"\n',
        "ARG V\nRUN pipx install poetry==$V\n",
        "ENV POETRY_VERSION=2.5.1\nRUN curl -sSL https://install.python-poetry.org | python3 -\n",
        "RUN curl -sSL https://install.python-poetry.org | python3 - --version 2.5.1\n",
        "RUN poetry check --lock && poetry install\n",
        "RUN echo poetry install poetry\n",
    ],
)
def test_what_is_pinned_is_fine(text: str) -> None:
    assert floating(text) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("FROM python\n", 1, "python is another image on another day"),
        ("FROM python:latest\n", 1, "python:latest is another image on another day"),
        (
            "COPY --from=ghcr.io/astral-sh/uv /uv /bin/\n",
            3,
            "ghcr.io/astral-sh/uv is another image on another day",
        ),
        (
            "RUN --mount=from=some/uv:latest,target=/m true\n",
            3,
            "some/uv:latest is another image on another day",
        ),
        ("RUN pip install poetry\n", 3, "Poetry is installed in the version of the day"),
        (
            'RUN /v/bin/pip3 install "poetry>=2"\n',
            3,
            "Poetry is installed in the version of the day",
        ),
        ("RUN pipx install poetry\n", 3, "Poetry is installed in the version of the day"),
        ('RUN ["pip", "install", "poetry"]\n', 3, "Poetry is installed in the version of the day"),
        (
            "RUN curl -sSL https://install.python-poetry.org | python3 -\n",
            3,
            "Poetry is installed in the version of the day",
        ),
        (
            "RUN poetry lock && poetry install\n",
            3,
            "poetry lock makes the lock anew in the build: the image holds what nobody has tested",
        ),
        (
            "RUN poetry update\n",
            3,
            "poetry update makes the lock anew in the build:"
            " the image holds what nobody has tested",
        ),
    ],
)
def test_what_is_another_thing_on_another_day_is_told(text: str, line: int, message: str) -> None:
    assert floating(text) == [(line, message)]


def roots(text: str, target: str = "") -> list[int | None]:
    found = docker_user.findings(built(text, target=target))
    return [line for line, _ in lines(tuple(found))]


def test_a_container_as_root_is_told() -> None:
    assert roots("CMD true\n") == [1]
    assert roots("USER app\nUSER 0:0\n") == [4]
    assert roots("FROM python:3.11 AS a\nUSER app\nFROM a AS b\nUSER root\nFROM a\n", "b") == [4]


@pytest.mark.parametrize(
    "text",
    [
        "USER app\n",
        "FROM python:3.11 AS a\nUSER 10001\nFROM a\n",
        "FROM scratch\nCOPY x /\n",
        "FROM ours/base:1\n",
        "ARG BASE\nFROM $BASE\n",
        "ARG WHO\nUSER $WHO\n",
    ],
)
def test_another_user_or_one_that_nobody_can_tell_is_fine(text: str) -> None:
    assert roots(text) == []


def test_a_dockerfile_is_for_whom_it_installs_or_else_copies() -> None:
    def owners(text: str, path: str = "Dockerfile") -> list[str]:
        return [member.name for member in built(text, path).owners]

    assert owners(MINE + THEN) == ["chat"]
    assert owners(f"COPY {CHAT}/poetry.lock {SHARED}/ /x/\n") == ["chat"]
    assert owners(f"COPY {SHARED} /s\n") == ["shared-python"]
    assert owners(f"COPY {SHARED} /s\nCOPY {BASE} /b\n", f"{BASE}/Dockerfile") == ["base"]
    assert owners(f"ARG M\nCOPY $M/poetry.lock {SHARED} /x/\n") == []
    assert owners("COPY nginx.conf /etc/\n") == []


def test_a_dockerfile_in_several_contexts_is_told() -> None:
    dockerfile = read("FROM a\n", "x/Dockerfile")
    two = (Chosen(".", Where("compose.yml", 4)), Chosen("x", Where("ci.yml", 9)))
    assert docker_contexts.several(dockerfile, two[:1]) == ()
    assert docker_contexts.several(dockerfile, two) == (
        Finding(
            "docker/context",
            "warning",
            "it is built in several contexts: . (compose.yml:4), x (ci.yml:9)."
            " What it copies is another file in each",
            Where("x/Dockerfile"),
            hint="name one folder everywhere",
            also=Where("ci.yml", 9),
        ),
    )


def test_a_context_that_lacks_what_is_all_in_another_is_wrong() -> None:
    dockerfile = read("FROM a\nCOPY x/a b /\n", "x/Dockerfile")
    exists = {"x/a", "b"}.__contains__
    said = Where("compose.yml", 4)
    assert docker_contexts.wrong(dockerfile, Chosen(".", said), exists) is None
    assert docker_contexts.wrong(dockerfile, Chosen("x", None), exists) is None
    assert docker_contexts.wrong(dockerfile, Chosen("x", said), {"b"}.__contains__) is None
    found = docker_contexts.wrong(dockerfile, Chosen("x", said), exists)
    assert found == Finding(
        "docker/context",
        "error",
        "x/Dockerfile is built in the context x, where there is no x/a, b; all that it copies is"
        " in .",
        said,
        hint="build it with . as context",
        also=Where("x/Dockerfile"),
    )


INSTRUCTIONS = st.sampled_from(
    ["FROM", "COPY", "RUN", "ARG", "ENV", "USER", "ADD", "ONBUILD", "WORKDIR", "SHELL"]
)
WORDS = st.sampled_from(
    [".", "/", SHARED, CHAT, "--from=a", "AS", "a", "$A", "${A:-b}", "poetry", "install", "pip",
     "-r", "&&", "<<E", "\\\n", '"', "'", "--mount=type=bind,from=a,source=.,target=/x", "export",
     "-o", "x.txt", "python:3", "{{", "=", "--python", "lock", "[", '["x"]']
)  # fmt: skip


@given(st.lists(st.tuples(INSTRUCTIONS, st.lists(WORDS, max_size=6)), max_size=12))
def test_no_text_makes_a_rule_fail(said: list[tuple[str, list[str]]]) -> None:
    text = "FROM a\n" + "".join(f"{kind} {' '.join(words)}\n" for kind, words in said)
    one = built(text)
    if one.verdict.stages:
        list(docker_rebuilds.findings(one, KNOWN))
        list(docker_over_copy.findings(one, KNOWN))
        list(docker_sent.findings(one, [VENV], dockerignore.read(""), "x", len))
        list(docker_floating.findings(one))
        list(docker_user.findings(one))
    list(docker_parity.findings([one, replace(one, target="dev")], lambda path: {path: "1"}))
