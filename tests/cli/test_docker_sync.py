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
FROM team/python:3.11
RUN pip install poetry==2.5.1
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
                "changes": [{"rule": "docker/wrong-depth", "line": 7, "message": REASON}],
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
    ] == [("docker/wrong-depth", PATH, 7, f"ws docker sync {PATH}")]


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
        ("docker/source-missing", 10)
    ]


VENV = {"workers/chat/.venv/pyvenv.cfg": "", "workers/chat/.venv/x": "x"}
CACHES = {"workers/chat/chat/__pycache__/x.pyc": "x", "workers/chat/.mypy_cache/x": "x"}


def test_an_ignore_file_gets_what_comes_along_and_no_more(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({**FILES, **VENV, **CACHES, ".dockerignore": "# ours\nbuild/\n"})
    ran = ws("docker", "sync", "--check", "--format", "json")
    assert (ran.code, [one["rule"] for one in ran.json["findings"]]) == (1, ["docker/dockerignore"])
    assert ws("docker", "sync").code == 0
    added = "**/.mypy_cache/\n**/.venv/\n**/__pycache__/\n"
    assert (root / ".dockerignore").read_text() == f"# ours\nbuild/\n{added}"
    assert ws("docker", "sync", "--check").code == 0
    assert "docker/dockerignore" not in ws("docker", "check").out


@pytest.mark.parametrize(
    "ignore",
    [
        "build\n",
        "*\n!packages\n!workers\n**/.venv\n**/.*_cache\n**/__pycache__\n",
        "*\n!packages/shared/shared\n!packages/shared/pyproject.toml\n!workers/chat/*.toml\n"
        "!workers/chat/*.lock\n!workers/chat/chat/*.py\n",
    ],
)
def test_an_ignore_file_of_which_check_says_nothing_stays_as_it_is(
    make_workspace: Make, ws: Ws, ignore: str
) -> None:
    refuse = {} if ignore == "build\n" else {**VENV, **CACHES}
    root = make_workspace({**FILES, **refuse, ".dockerignore": ignore})
    assert "docker/dockerignore" not in ws("docker", "check").out
    ran = ws("docker", "sync")
    assert (ran.code, ran.err) == (0, "docker sync: there is nothing to mend\n")
    assert (root / ".dockerignore").read_text() == ignore


def test_a_list_of_what_is_let_in_gets_a_line_that_decides(make_workspace: Make, ws: Ws) -> None:
    ignore = "*\n!packages\n!workers\n"
    root = make_workspace({**FILES, **VENV, ".dockerignore": ignore})
    assert ws("docker", "sync").code == 0
    assert (root / ".dockerignore").read_text() == f"{ignore}**/.venv\n"


@pytest.mark.parametrize("wanted", ["COPY workers/chat/.env ./\n", "COPY workers/chat/.env* ./\n"])
def test_what_is_copied_by_its_name_is_not_left_out(
    make_workspace: Make, ws: Ws, wanted: str
) -> None:
    root = make_workspace(
        {**FILES, PATH: GOOD + wanted, "workers/chat/.env": "A=1\n", ".dockerignore": "x\n"}
    )
    assert ws("docker", "sync").code == 0
    assert (root / ".dockerignore").read_text() == "x\n"


def test_an_environment_by_another_name_is_left_out_by_its_path(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({**FILES, "workers/chat/env/pyvenv.cfg": "", ".dockerignore": ""})
    assert ws("docker", "sync").code == 0
    assert (root / ".dockerignore").read_text() == "workers/chat/env\n"


def test_a_context_without_an_ignore_file_gets_one_where_something_comes_along(
    make_workspace: Make, ws: Ws
) -> None:
    files = {name: text for name, text in FILES.items() if name != ".dockerignore"}
    root = make_workspace(files)
    assert ws("docker", "sync", "--check").code == 0
    (root / "workers/chat/.venv").mkdir()
    (root / "workers/chat/.venv/pyvenv.cfg").touch()
    assert ws("docker", "sync", "--check").code == 1
    assert ws("docker", "sync").code == 0
    assert (root / ".dockerignore").read_text() == "**/.venv\n"
    assert ws("docker", "sync", "--check").code == 0


def test_an_ignore_file_is_appended_to_and_does_not_hide_what_is_needed(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({**FILES, ".dockerignore": ".venv\npackages\n"})
    assert ws("docker", "sync").code == 0
    assert (root / ".dockerignore").read_text() == ".venv\npackages\n!packages/shared\n"
    assert (root / PATH).read_text() == GOOD


def test_what_a_pattern_hides_of_a_package_is_excepted_in_one_go(
    make_workspace: Make, ws: Ws
) -> None:
    named = 'packages = [{ include = "shared" }]\n'
    package = PACKAGE.format("shared").replace(named, 'readme = "README.md"\n')
    ignore = "packages/*/shared\n**/*.md\n"
    files = {"packages/shared": package, "packages/shared/README.md": ""}
    root = make_workspace({**FILES, **files, ".dockerignore": ignore})
    assert ws("docker", "sync").code == 0
    added = "!packages/shared/shared\n!packages/shared/README.md\n"
    assert (root / ".dockerignore").read_text() == ignore + added
    assert ws("docker", "sync", "--check").code == 0


def test_the_ignore_file_of_one_dockerfile_is_the_one_that_is_appended_to(
    make_workspace: Make, ws: Ws
) -> None:
    own = f"{PATH}.dockerignore"
    root = make_workspace({**FILES, own: "workers/chat/poetry.lock\n"})
    assert ws("docker", "sync").code == 0
    text = (root / own).read_text()
    assert text == "workers/chat/poetry.lock\n!workers/chat/poetry.lock\n"
    assert (root / ".dockerignore").read_text() == IGNORE


def test_an_ignore_file_that_a_builder_refuses_is_left_and_told(
    make_workspace: Make, ws: Ws
) -> None:
    ignore = "# caches\n[a-\n"
    root = make_workspace({**BROKEN, **VENV, ".dockerignore": ignore})
    for mode in ((), ("--check",)):
        ran = ws("docker", "sync", *mode, "--format", "json")
        assert (ran.code, (root / ".dockerignore").read_text()) == (1, ignore)
        assert (root / PATH).read_text() == WRONG
        assert [
            (one["rule"], one["path"], one["line"], one["hint"]) for one in ran.json["findings"]
        ] == [
            (
                "docker/malformed",
                ".dockerignore",
                2,
                "mend the line: a builder refuses the whole file",
            )
        ]


def test_an_ignore_file_that_is_no_utf_8_is_left_and_told(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({**FILES, **VENV})
    (root / ".dockerignore").write_bytes(b"# caf\xe9\n")
    ran = ws("docker", "sync", "--format", "json")
    assert (ran.code, (root / ".dockerignore").read_bytes()) == (1, b"# caf\xe9\n")
    assert [(one["rule"], one["hint"]) for one in ran.json["findings"]] == [
        ("docker/dockerignore", "save it as UTF-8")
    ]


def test_the_ignore_files_of_all_contexts_are_mended(make_workspace: Make, ws: Ws) -> None:
    """Two services build it: one in the workspace, one in a folder that mirrors what is copied."""
    mirror = {f"deploy/{name}": text for name, text in FILES.items() if "workers" not in name}
    mirror = {name: text for name, text in mirror.items() if not name.endswith("Dockerfile")}
    mirror["deploy/packages/shared/pyproject.toml"] = mirror.pop("deploy/packages/shared")
    copies = {
        "deploy/workers/chat/pyproject.toml": CHAT,
        "deploy/workers/chat/poetry.lock": LOCK,
        "deploy/workers/chat/chat/__init__.py": "",
        "deploy/.dockerignore": "packages\n",
    }
    compose = (
        "services:\n  a: {build: {context: ., dockerfile: workers/chat/Dockerfile}}\n"
        "  b: {build: {context: deploy, dockerfile: ../workers/chat/Dockerfile}}\n"
    )
    root = make_workspace({**FILES, "compose.yaml": compose, ".dockerignore": "**/poetry.lock\n"})
    for name, text in {**mirror, **copies}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "workspace.toml").write_text('[workspace]\nmembers = ["packages/*", "workers/*"]\n')
    assert ws("docker", "sync").code == 0
    first, second = (root / name / ".dockerignore" for name in ("", "deploy"))
    assert first.read_text() == "**/poetry.lock\n!workers/chat/poetry.lock\n"
    assert second.read_text() == "packages\n!packages/shared\n"
    assert (root / PATH).read_text() == GOOD
    assert ws("docker", "sync", "--check").code == 0


def test_the_context_that_a_foreign_owner_names_counts_as_it_does_for_check(
    make_workspace: Make, ws: Ws
) -> None:
    """The Dockerfile lies in no member's folder; its only member is built from `workers`."""
    near = CHAT.replace("../../packages/shared", "../shared")
    right = GOOD.replace("packages/shared", "shared").replace("workers/chat/", "chat/")
    wrong = right.replace("COPY chat/", "COPY workers/chat/").replace(" chat/p", " workers/chat/p")
    wrong = wrong.replace("COPY shared/", "COPY workers/shared/")
    root = make_workspace(
        {
            "workers/shared": PACKAGE.format("shared"),
            "workers/shared/shared/__init__.py": "",
            "workers/chat": f'{near}[tool.ws.docker]\ncontext = "workers"\n',
            "workers/chat/chat/__init__.py": "",
            "workers/chat/poetry.lock": LOCK.replace("../../packages/shared", "../shared"),
            "docker/chat.Dockerfile": wrong,
            "workers/.dockerignore": "chat/poetry.lock\n",
        }
    )
    assert ws("docker", "sync").code == 0
    assert (root / "docker/chat.Dockerfile").read_text() == right
    assert (root / "workers/.dockerignore").read_text() == "chat/poetry.lock\n!chat/poetry.lock\n"
    assert "broken" not in ws("docker", "check").out
    assert ws("docker", "sync").err == "docker sync: there is nothing to mend\n"


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
    assert [(one["rule"], one["line"]) for one in ran.json["findings"]] == [("docker/markers", 10)]


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
