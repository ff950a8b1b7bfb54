"""`ws docker sync`: which files it writes, in each mode, and what it leaves to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

LOCK = """\
[[package]]
name = "shared"
version = "0.1.0"
groups = ["main"]
files = []
develop = true

[package.source]
type = "directory"
url = "../../packages/shared"

[metadata]
lock-version = "2.1"
content-hash = "0"
"""
PACKAGE = """\
[tool.poetry]
name = "{0}"
version = "0.1.0"
packages = [{{ include = "{0}" }}]

[tool.poetry.dependencies]
python = "^3.11"
"""
CHAT = f"{PACKAGE.format('chat')}shared = {{ path = '../../packages/shared', develop = true }}\n"
IGNORE = "**/.git\n**/.venv\n**/__pycache__\n**/.*_cache\n**/dist\n**/.env\n"
GOOD = """\
FROM python:3.11
ENV POETRY_VIRTUALENVS_IN_PROJECT=1
WORKDIR /app
COPY workers/chat/pyproject.toml workers/chat/poetry.lock ./
RUN poetry install --no-root --no-directory
COPY packages/shared/ /packages/shared/
RUN poetry install --no-root
COPY workers/chat/ ./
"""
WRONG = GOOD.replace("/packages/shared/\n", "/shared/\n")
PATH = "workers/chat/Dockerfile"
FILES = {
    "packages/shared": PACKAGE.format("shared"),
    "packages/shared/shared/__init__.py": "",
    "workers/chat": CHAT,
    "workers/chat/chat/__init__.py": "",
    "workers/chat/poetry.lock": LOCK,
    ".dockerignore": IGNORE,
    PATH: GOOD,
}
BROKEN = {**FILES, PATH: WRONG}
REASON = "Poetry will look for shared in /packages/shared"


def test_good_files_stay_as_they_are(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    before = {path: (root / path).stat().st_mtime_ns for path in (PATH, ".dockerignore")}
    ran = ws("docker", "sync")
    assert (ran.code, ran.err) == (0, "docker sync: there is nothing to mend\n")
    assert {path: (root / path).stat().st_mtime_ns for path in before} == before


def test_a_broken_file_is_mended_and_then_it_is_good(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(BROKEN)
    ran = ws("docker", "sync", "--format", "json")
    assert (ran.code, (root / PATH).read_text()) == (0, GOOD)
    (outcome,) = ran.json["outcomes"]
    assert (outcome["member"], outcome["status"], outcome["reason"]) == (
        "chat",
        "done",
        f"{PATH}: {REASON}",
    )
    assert ran.json["data"] == {
        "dockerfiles": [
            {
                "path": PATH,
                "member": "chat",
                "changes": [{"rule": "docker/wrong-depth", "line": 6, "message": REASON}],
            }
        ]
    }
    assert ws("docker", "sync", "--check").code == 0
    assert ws("docker", "sync", "--diff").out == ""


def test_check_writes_nothing_and_names_what_would_change(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(BROKEN)
    ran = ws("docker", "sync", "--check", "--format", "json")
    assert (ran.code, (root / PATH).read_text()) == (1, WRONG)
    assert [
        (one["rule"], one["path"], one["line"], one["hint"]) for one in ran.json["findings"]
    ] == [("docker/wrong-depth", PATH, 6, f"ws docker sync {PATH}")]


def test_diff_shows_the_one_line(make_workspace: Make, ws: Ws) -> None:
    make_workspace(BROKEN)
    ran = ws("docker", "sync", "--diff")
    changed = [line for line in ran.out.splitlines() if line[:1] in "+-"]
    assert (ran.code, changed) == (
        0,
        [
            f"--- a/{PATH}",
            f"+++ b/{PATH}",
            "-COPY packages/shared/ /shared/",
            "+COPY packages/shared/ /packages/shared/",
        ],
    )


def test_what_it_cannot_mend_is_an_error_that_stays(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({**FILES, PATH: f"{WRONG}COPY nothing /x\n"})
    ran = ws("docker", "sync", "--format", "json")
    assert (ran.code, (root / PATH).read_text()) == (1, f"{GOOD}COPY nothing /x\n")
    assert [(one["rule"], one["line"]) for one in ran.json["findings"]] == [
        ("docker/source-missing", 9)
    ]


def test_a_context_without_an_ignore_file_gets_one(make_workspace: Make, ws: Ws) -> None:
    files = {name: text for name, text in FILES.items() if name != ".dockerignore"}
    root = make_workspace(files)
    assert ws("docker", "sync", "--check").code == 1
    assert ws("docker", "sync").code == 0
    assert (root / ".dockerignore").read_text() == IGNORE
    assert ws("docker", "sync", "--check").code == 0


def test_an_ignore_file_is_appended_to_and_does_not_hide_what_is_needed(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({**FILES, ".dockerignore": ".venv\npackages\n"})
    assert ws("docker", "sync").code == 0
    text = (root / ".dockerignore").read_text()
    assert text == f".venv\npackages\n!packages/shared\n{IGNORE}"
    assert (root / PATH).read_text() == GOOD


def test_the_ignore_file_of_one_dockerfile_is_the_one_that_is_appended_to(
    make_workspace: Make, ws: Ws
) -> None:
    own = f"{PATH}.dockerignore"
    root = make_workspace({**FILES, own: "workers/chat/poetry.lock\n"})
    assert ws("docker", "sync").code == 0
    assert (
        (root / own)
        .read_text()
        .startswith("workers/chat/poetry.lock\n!workers/chat/poetry.lock\n**/.git\n")
    )
    assert (root / ".dockerignore").read_text() == IGNORE


def test_a_dockerfile_or_a_member_can_be_asked_for(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({**BROKEN, "workers/chat/dev.Dockerfile": WRONG})
    other = root / "workers/chat/dev.Dockerfile"
    assert ws("docker", "sync", "workers/chat").code == 0
    assert ((root / PATH).read_text(), other.read_text()) == (GOOD, WRONG)
    assert ws("docker", "sync", "--filter", "shared").code == 0
    assert other.read_text() == WRONG
    assert ws("docker", "sync", "--filter", "chat").code == 0
    assert other.read_text() == GOOD


def test_a_name_where_there_is_no_file_is_wrong_usage(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES)
    assert ws("docker", "sync", "workers/chat/Dockerfil").code == 2
    assert ws("docker", "sync", "/Dockerfile").code == 2


def test_the_context_that_a_compose_file_names_counts(make_workspace: Make, ws: Ws) -> None:
    compose = "services: {chat: {build: {context: .., dockerfile: " + PATH + "}}}\n"
    own = GOOD.replace("workers/chat/p", "p")
    root = make_workspace({**FILES, PATH: own, "deploy/compose.yaml": compose})
    assert ws("docker", "sync").code == 0
    assert (root / PATH).read_text() == GOOD


def test_a_file_that_ws_made_is_made_anew_and_not_edited(make_workspace: Make, ws: Ws) -> None:
    head = "# Made by `ws docker new chat --style classic`. Edits by hand are lost the next time.\n"
    root = make_workspace({**FILES, PATH: head + WRONG})
    ran = ws("docker", "sync", "--format", "json")
    assert (ran.code, (root / PATH).read_text()) == (1, head + WRONG)
    assert ran.json["findings"][0]["hint"] == "make it anew: ws docker new chat --style classic"


def test_a_file_that_is_no_utf_8_is_not_edited(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    data = b"# caf\xe9\n" + WRONG.encode()
    (root / PATH).write_bytes(data)
    ran = ws("docker", "sync", "--format", "json")
    assert (ran.code, (root / PATH).read_bytes()) == (1, data)
    assert ran.json["findings"][0]["hint"] == "save it as UTF-8"


def test_a_marker_without_its_other_half_is_told(make_workspace: Make, ws: Ws) -> None:
    make_workspace({**FILES, PATH: f"{GOOD}# ws:begin\n"})
    ran = ws("docker", "sync", "--check", "--format", "json")
    assert [(one["rule"], one["line"]) for one in ran.json["findings"]] == [("docker/markers", 9)]


@pytest.mark.parametrize("text", ["FROM nginx\nCOPY missing /\n", "FROM {{base}}\nCOPY x /y\n"])
def test_a_dockerfile_of_no_member_is_none_of_its_business(
    text: str, make_workspace: Make, ws: Ws
) -> None:
    make_workspace({**FILES, "proxy/Dockerfile": text})
    ran = ws("docker", "sync", "--format", "json")
    assert ran.code == 0
    assert [one["path"] for one in ran.json["data"]["dockerfiles"]] == [PATH]


def test_json_is_one_object_in_each_mode(make_workspace: Make, ws: Ws) -> None:
    make_workspace(BROKEN)
    for mode in ("--check", "--diff"):
        ran = ws("docker", "sync", mode, "--format", "json")
        assert json.loads(ran.out)["command"] == "docker sync"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Taskfile.yml", "tasks:\n  a:\n    dir: workers\n    cmd: docker build -t x chat\n"),
        (
            "compose.yaml",
            "services:\n  a:\n    build: workers/chat\n  b:\n    build:\n      context: .\n"
            "      dockerfile: workers/chat/Dockerfile\n      target: nope\n",
        ),
    ],
)
def test_a_good_file_that_is_built_in_the_wrong_folder_is_not_bent_to_that(
    make_workspace: Make, ws: Ws, file: str, text: str
) -> None:
    root = make_workspace({**FILES, PATH: GOOD, file: text})
    ran = ws("docker", "sync", "--format", "json")
    assert ran.code == 1
    assert (root / PATH).read_text() == GOOD
    rules = [finding["rule"] for finding in ran.json["findings"]]
    assert rules[:1] == ["docker/context"]
