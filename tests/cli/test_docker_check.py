"""`ws docker check`: which Dockerfiles it looks at, and what it says of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import member

from ws.commands import docker_check
from ws.files.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
python-versions = "^3.11"
content-hash = "0"
"""
GOOD = """\
FROM python:3.11-slim
WORKDIR /app
RUN pip install poetry==2.5.1
COPY workers/chat/pyproject.toml workers/chat/poetry.lock ./
RUN poetry install --no-root --no-directory
COPY packages/shared/ ../../packages/shared/
RUN poetry install --no-root
USER 10001
"""
WRONG = GOOD.replace("../../packages/shared/", "../packages/other/")
SHARED = 'shared = { path = "../../packages/shared", develop = true }\n'
FILES = {
    "packages/shared": "",
    "packages/shared/shared/__init__.py": "",
    "workers/chat": SHARED,
    "workers/chat/poetry.lock": LOCK,
    "workers/chat/Dockerfile": GOOD,
}


def test_a_good_dockerfile_is_good(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES)
    ran = ws("docker", "check")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "DOCKERFILE               MEMBER  CONTEXT  STATUS\n"
        "workers/chat/Dockerfile  chat    .        ok\n",
        "docker check: 1 Dockerfile, nothing to complain about\n",
    )


def test_what_is_wrong_is_told_with_its_line_and_the_line_that_is_right(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace(FILES | {"workers/chat/Dockerfile": WRONG})
    ran = ws("docker", "check")
    assert (ran.code, ran.out, ran.err) == (
        1,
        "workers/chat/Dockerfile:7: error: chat: Poetry will look for shared in /packages/shared,"
        " and it was copied to /packages/other: /app is 1 deep and the path climbs 2: it stops at /"
        " [docker/wrong-depth]\n"
        "    → before line 7: COPY packages/shared/ ../../packages/shared/\n"
        "DOCKERFILE               MEMBER  CONTEXT  STATUS\n"
        "workers/chat/Dockerfile  chat    .        broken\n",
        "docker check: 1 error\n",
    )


def test_json_has_each_dockerfile_with_what_lies_where(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES)
    ran = ws("docker", "check", "--format", "json")
    assert ran.json["data"] == {
        "dockerfiles": [
            {
                "path": "workers/chat/Dockerfile",
                "member": "chat",
                "members": ["chat"],
                "context": ".",
                "target": "",
                "arguments": {},
                "status": "ok",
                "stages": [
                    {
                        "index": 0,
                        "name": "",
                        "line": 1,
                        "workdir": "/app",
                        "layout": {
                            "/app/poetry.lock": "workers/chat/poetry.lock",
                            "/app/pyproject.toml": "workers/chat/pyproject.toml",
                            "/packages/shared": "packages/shared",
                        },
                        "installs": [
                            {
                                "line": 3,
                                "command": "pip",
                                "folder": "/app",
                                "path_dependencies": True,
                            },
                            {
                                "line": 5,
                                "command": "poetry install",
                                "folder": "/app",
                                "path_dependencies": False,
                            },
                            {
                                "line": 7,
                                "command": "poetry install",
                                "folder": "/app",
                                "path_dependencies": True,
                            },
                        ],
                    }
                ],
            }
        ]
    }


def test_github_and_sarif_name_the_line(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES | {"workers/chat/Dockerfile": WRONG})
    github = ws("docker", "check", "--format", "github")
    assert github.out.startswith("::error file=workers/chat/Dockerfile,line=7,")
    sarif = json.loads(ws("docker", "check", "--format", "sarif").out)
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["region"]["startLine"]) == ("docker/wrong-depth", 7)


def rules(ran: Ran) -> list[str]:
    return [finding["rule"] for finding in ran.json["findings"]]


def statuses(ran: Ran) -> dict[str, tuple[str, str]]:
    return {one["path"]: (one["context"], one["status"]) for one in ran.json["data"]["dockerfiles"]}


def test_a_malformed_dockerfile_is_a_finding_with_its_line(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES | {"workers/chat/Dockerfile": "FROM a:1\nCOPI x /\n"})
    ran = ws("docker", "check", "--format", "json")
    assert ran.code == 1
    malformed = [one for one in ran.json["findings"] if one["rule"] == "docker/malformed"]
    assert [one["line"] for one in malformed] == [2]
    assert statuses(ran) == {"workers/chat/Dockerfile": ("workers/chat", "broken")}


def test_an_ignore_file_that_a_builder_refuses_is_a_finding(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES | {".dockerignore": "# caches\n[a-\n"})
    ran = ws("docker", "check")
    assert (ran.code, ran.out) == (
        1,
        ".dockerignore:2: error: [a- is no pattern [docker/malformed]\n"
        "    → mend the line: a builder refuses the whole file\n"
        "DOCKERFILE               MEMBER  CONTEXT  STATUS\n"
        "workers/chat/Dockerfile  chat    .        broken\n",
    )


def test_bytes_that_are_no_text_do_no_harm(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    (root / "workers/chat/Dockerfile").write_bytes(b"\xff\xfe\x00F")
    assert rules(ws("docker", "check", "--format", "json")) == ["docker/malformed"]


def test_a_nul_in_a_path_does_no_harm(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES | {"workers/chat/Dockerfile": GOOD.replace("packages/shared/", "a\0b", 1)})
    assert "docker/source-missing" in rules(ws("docker", "check", "--format", "json"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_dockerfile_that_may_not_be_read_is_told(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    (root / "workers/chat/Dockerfile").chmod(0)
    assert rules(ws("docker", "check", "--format", "json")) == ["docker/unreadable"]
    (root / "workers/chat/Dockerfile").chmod(0o600)
    (root / ".dockerignore").touch(0)
    assert rules(ws("docker", "check", "--format", "json")) == ["docker/unreadable"]


def test_warnings_count_when_strict(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES | {"workers/chat/Dockerfile": GOOD.replace("USER 10001\n", "")})
    assert ws("docker", "check").code == 0
    ran = ws("docker", "check", "--strict", "--format", "json")
    assert (ran.code, rules(ran)) == (1, ["docker/root"])


def test_a_member_can_ignore_a_rule(make_workspace: Make, ws: Ws) -> None:
    quiet = member("chat", SHARED) + '\n[tool.ws]\nignore = ["docker/ro*"]\n'
    make_workspace(
        FILES | {"workers/chat": quiet, "workers/chat/Dockerfile": GOOD.replace("USER 10001\n", "")}
    )
    assert rules(ws("docker", "check", "--format", "json")) == []


OTHERS = FILES | {
    "workers/query": SHARED,
    "workers/query/poetry.lock": LOCK,
    "images/query.Dockerfile": GOOD.replace("workers/chat", "workers/query"),
    "web/Dockerfile": "FROM nginx:1.27\nCOPY site /srv\n",
    "templates/Dockerfile": "FROM {{base}}\nCOPY {{member}}/ ./\n",
}


def test_whose_a_dockerfile_is_follows_from_what_it_installs(make_workspace: Make, ws: Ws) -> None:
    make_workspace(OTHERS)
    ran = ws("docker", "check", "--format", "json")
    found = {one["path"]: one["member"] for one in ran.json["data"]["dockerfiles"]}
    assert found == {"images/query.Dockerfile": "query", "workers/chat/Dockerfile": "chat"}


def test_a_filter_chooses_members(make_workspace: Make, ws: Ws) -> None:
    make_workspace(OTHERS)
    ran = ws("docker", "check", "--filter", "query", "--format", "json")
    assert list(statuses(ran)) == ["images/query.Dockerfile"]


def test_a_dockerfile_that_is_named_is_checked_whosever_it_is(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(OTHERS)
    monkeypatch.chdir(root / "web")
    ran = ws("docker", "check", "Dockerfile", "--format", "json")
    assert list(statuses(ran)) == ["web/Dockerfile"]
    assert "docker/source-missing" in rules(ran)


@pytest.mark.parametrize(
    ("path", "message"),
    [("nowhere", "nowhere is no file"), ("../x", "../x is outside the workspace")],
)
def test_a_dockerfile_that_is_not_there_is_wrong_usage(
    make_workspace: Make, ws: Ws, path: str, message: str
) -> None:
    make_workspace(FILES)
    ran = ws("docker", "check", path)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_workspace_without_images_is_fine(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": ""})
    ran = ws("docker", "check")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "docker check: there is no Dockerfile of a member\n"


OWN = """\
FROM python:3.11-slim
WORKDIR /app
COPY pyproject.toml ./
USER 1
"""


def test_the_context_is_what_a_compose_file_says(make_workspace: Make, ws: Ws) -> None:
    compose = "services:\n  chat:\n    build: {context: workers/chat}\n"
    make_workspace(FILES | {"workers/chat/Dockerfile": OWN, "compose.yml": compose})
    assert statuses(ws("docker", "check", "--format", "json")) == {
        "workers/chat/Dockerfile": ("workers/chat", "ok")
    }


def test_a_context_without_what_is_copied_is_told_where_it_is_said(
    make_workspace: Make, ws: Ws
) -> None:
    compose = "services:\n  chat:\n    build: {context: workers/chat}\n"
    make_workspace(FILES | {"compose.yml": compose})
    ran = ws("docker", "check")
    assert (ran.code, ran.out) == (
        1,
        "compose.yml:2: error: chat: workers/chat/Dockerfile is built in the context workers/chat,"
        " where there is no workers/chat/pyproject.toml, workers/chat/poetry.lock, packages/shared;"
        " all that it copies is in . [docker/context]\n"
        "    see workers/chat/Dockerfile\n"
        "    → build it with . as context\n"
        "DOCKERFILE               MEMBER  CONTEXT       STATUS\n"
        "workers/chat/Dockerfile  chat    workers/chat  broken\n",
    )


def test_each_set_of_arguments_is_a_build_of_its_own(make_workspace: Make, ws: Ws) -> None:
    text = GOOD.replace("workers/chat", "${M}").replace("WORKDIR", "ARG M\nWORKDIR")
    compose = "services:\n" + "".join(
        f"  {name}: {{build: {{context: ., dockerfile: app.Dockerfile,"
        f" args: {{M: workers/{name}}}}}}}\n"
        for name in ("chat", "query")
    )
    files = OTHERS | {"app.Dockerfile": text, "compose.yml": compose}
    del files["workers/chat/Dockerfile"], files["images/query.Dockerfile"]
    make_workspace(files)
    ran = ws("docker", "check")
    assert (ran.code, ran.out) == (
        0,
        "DOCKERFILE                      MEMBER  CONTEXT  STATUS\n"
        "app.Dockerfile M=workers/chat   chat    .        ok\n"
        "app.Dockerfile M=workers/query  query   .        ok\n",
    )


def test_settings_name_the_context(make_workspace: Make, ws: Ws) -> None:
    settings = '[workspace]\nmembers = ["**"]\n[docker]\ncontext = "workers/.."\n'
    own = member("chat", SHARED) + '\n[tool.ws.docker]\ncontext = "workers/chat"\n'
    files = FILES | {"workers/chat/Dockerfile": OWN, "workspace.toml": settings}
    make_workspace(files)
    found = statuses(ws("docker", "check", "--format", "json"))
    assert found == {"workers/chat/Dockerfile": (".", "broken")}
    make_workspace(files | {"workers/chat": own})
    found = statuses(ws("docker", "check", "--format", "json"))
    assert found == {"workers/chat/Dockerfile": ("workers/chat", "ok")}


def test_what_is_sent_is_told_with_its_size(make_workspace: Make, ws: Ws) -> None:
    text = GOOD.replace("USER", "COPY workers/chat/ ./\nUSER")
    root = make_workspace(FILES | {"workers/chat/Dockerfile": text, ".dockerignore": ".venv\n"})
    (root / "workers/chat/.venv").mkdir()
    (root / "workers/chat/.venv/pyvenv.cfg").write_text("x" * 2500)
    (root / "packages/.venv").mkdir()
    (root / "packages/.venv/pyvenv.cfg").write_text("never copied")
    ran = ws("docker", "check", "--format", "json")
    (finding,) = ran.json["findings"]
    assert (finding["rule"], finding["line"], finding["message"], finding["hint"]) == (
        "docker/dockerignore",
        8,
        "the copy of workers/chat takes along what no image needs: workers/chat/.venv (2.5 kB)",
        "add to .dockerignore: **/.venv; .venv in line 1 there is only the one at the top of the"
        " context",
    )


def test_ws_check_looks_at_images_too(make_workspace: Make, ws: Ws) -> None:
    make_workspace(OTHERS | {"workers/chat/Dockerfile": WRONG})
    assert "docker/wrong-depth" in rules(ws("check", "--format", "json"))
    ran = ws("check", "--filter", "query", "--format", "json")
    assert [rule for rule in rules(ran) if rule.startswith("docker/")] == []


TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*GOOD.split(" "), *GOOD.splitlines(keepends=True)])).map(" ".join),
    st.tuples(st.integers(0, len(GOOD)), st.integers(0, 9), st.text(max_size=6)).map(
        lambda cut: GOOD[: cut[0]] + cut[2] + GOOD[cut[0] + cut[1] :]
    ),
)


@given(TEXTS)
def test_any_text_gives_findings_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = Path(tmp_path_factory.getbasetemp()) / "fuzzed"
    for name, content in FILES.items():
        path = root / name
        is_file = "." in path.name or path.name == "Dockerfile"
        path = path if is_file else path / "pyproject.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if is_file else member(path.parent.name, content))
    (root / "workspace.toml").write_text('[workspace]\nmembers = ["**"]\n')
    (root / "workers/chat/Dockerfile").write_bytes(text.encode("utf-8", "surrogatepass"))
    checked = docker_check.check(load(root))
    assert all(finding.where is not None for finding in checked.findings)
    assert [built.dockerfile.path for built in checked.builds] == ["workers/chat/Dockerfile"]


MIRRORED = """\
FROM python:3.11-slim
RUN pip install poetry==2.5.1
COPY . /ws
WORKDIR /ws/workers/chat
RUN poetry install --no-root
USER 10001
"""
BUILT = "services:\n  chat:\n    build:\n      context: {}\n"


def contexts(ran: Ran) -> list[tuple[str, str]]:
    builds = json.loads(ran.out)["data"]["dockerfiles"]
    return [(one["context"], one["status"]) for one in builds]


@pytest.mark.parametrize(
    "text",
    [
        MIRRORED,
        MIRRORED.replace("/workers/chat", "").replace(
            "RUN poetry", "RUN cd workers/chat && poetry"
        ),
        MIRRORED.replace("COPY . /ws\n", "").replace("RUN poetry", "RUN --mount=target=/ws poetry"),
    ],
)
def test_where_nobody_names_the_context_it_is_one_in_which_the_proof_holds(
    make_workspace: Make, ws: Ws, text: str
) -> None:
    lock = LOCK.replace("develop = true", "develop = false")
    shared = SHARED.replace("true", "false")
    mine = {"workers/chat": shared, "workers/chat/poetry.lock": lock}
    make_workspace({**FILES, **mine, "workers/chat/Dockerfile": text})
    ((context, status),) = contexts(ws("docker", "check", "--format", "json"))
    assert (context, status != "broken") == (".", True)


def test_where_it_holds_in_none_that_is_said(make_workspace: Make, ws: Ws) -> None:
    wrong = MIRRORED.replace("/ws/workers/chat", "/ws/workers/chatter")
    make_workspace({**FILES, "workers/chat/Dockerfile": wrong})
    ran = ws("docker", "check", "--format", "json")
    assert ran.code == 1
    assert "docker/context" in rules(ran)


def test_a_context_that_is_a_variable_has_its_default_or_the_value_in_env(
    make_workspace: Make, ws: Ws
) -> None:
    named = BUILT.format("${CTX:-workers/chat}") + "      dockerfile: ${DF:-Dockerfile}\n"
    root = make_workspace({**FILES, "compose.yml": named})
    assert contexts(ws("docker", "check", "--format", "json")) == [("workers/chat", "broken")]
    (root / ".env").write_text("CTX=.\nDF=workers/chat/Dockerfile\n")
    assert contexts(ws("docker", "check", "--format", "json")) == [(".", "ok")]


def test_a_context_that_nobody_knows_is_guessed_and_that_is_said(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace({**FILES, "ops/compose.yml": BUILT.format("${CTX}/chat")})
    ran = ws("docker", "check")
    assert ran.code == 0
    assert (
        "ops/compose.yml:2: warning: chat: the service chat may build workers/chat/Dockerfile, and"
        " a variable without a value says from where: . is taken for the context [docker/context]"
    ) in ran.out + ran.err


def test_a_file_that_says_how_images_are_built_and_is_malformed_is_told(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace({**FILES, "compose.yml": "services:\n  chat: [\n  b: 1\n"})
    (finding,) = json.loads(ws("docker", "check", "--format", "json").out)["findings"]
    assert (finding["rule"], finding["severity"]) == ("docker/malformed", "warning")
    assert (finding["path"], finding["line"]) == ("compose.yml", 3)


SELECTING = """\
FROM python:3.11-slim
RUN pip install poetry==2.5.1
ARG MEMBER
WORKDIR /app
COPY ${MEMBER}/pyproject.toml ${MEMBER}/poetry.lock ./
RUN poetry install --no-root --no-directory
COPY packages/shared/ /packages/shared/
RUN poetry install --no-root
USER 10001
"""
SEVERAL = {
    "packages/shared": "",
    "packages/shared/shared/__init__.py": "",
    "workers/chat": SHARED,
    "workers/chat/poetry.lock": LOCK,
    "workers/deep/tts": SHARED.replace("../..", "../../.."),
    "workers/deep/tts/poetry.lock": LOCK.replace("../..", "../../.."),
    "docker/app.Dockerfile": SELECTING,
}


def judged(ran: Ran) -> list[tuple[dict[str, str], str | None, str]]:
    builds = json.loads(ran.out)["data"]["dockerfiles"]
    return [(one["arguments"], one["member"], one["status"]) for one in builds]


def test_a_dockerfile_with_an_argument_for_the_member_is_judged_for_each_that_fits(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SEVERAL)
    assert judged(ws("docker", "check", "--format", "json")) == [
        ({"MEMBER": "workers/chat"}, "chat", "ok"),
        ({"MEMBER": "workers/deep/tts"}, "tts", "ok"),
    ]
    deep = SELECTING.replace("/app", "/a/b/c").replace(
        "/packages/shared/\n", "/a/packages/shared\n"
    )
    (root / "docker/app.Dockerfile").write_text(deep)
    ran = ws("docker", "check", "--format", "json")
    assert [one[1:] for one in judged(ran)] == [("chat", "ok"), ("tts", "broken")]
    errors = [one for one in json.loads(ran.out)["findings"] if one["severity"] == "error"]
    assert [(one["rule"], one["member"]) for one in errors] == [("docker/wrong-depth", "tts")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "compose.yml",
            "services:\n  a:\n    build:\n      dockerfile: docker/app.Dockerfile\n"
            "      args: {MEMBER: workers/chat}\n",
        ),
        (
            "docker-bake.hcl",
            'target "a" {\n  dockerfile = "docker/app.Dockerfile"\n'
            '  args = {\n    MEMBER = "workers/chat"\n  }\n}\n',
        ),
        (
            "Taskfile.yml",
            "tasks:\n  a:\n    vars: {MEMBER: workers/chat}\n"
            "    cmd: docker build -f docker/app.Dockerfile --build-arg MEMBER={{.MEMBER}} .\n",
        ),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    strategy: {matrix: {m: [chat]}}\n    steps:\n"
            "    - run: docker build -f docker/app.Dockerfile"
            " --build-arg MEMBER=workers/${{ matrix.m }} .\n",
        ),
    ],
)
def test_it_is_judged_for_what_builds_it_alone_where_that_gives_the_value(
    make_workspace: Make, ws: Ws, path: str, text: str
) -> None:
    make_workspace({**SEVERAL, path: text})
    assert judged(ws("docker", "check", "--format", "json")) == [
        ({"MEMBER": "workers/chat"}, "chat", "ok")
    ]
