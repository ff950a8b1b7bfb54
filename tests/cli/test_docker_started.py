"""`ws docker check` and `sync` of images whose sources come when a container starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cli.test_docker_check import FILES, GOOD, WRONG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

FIRST = GOOD.partition("COPY packages")[0]
PLACE = "workers/chat/Dockerfile"
SERVICE = f"services:\n  chat:\n    build: {{context: ., dockerfile: {PLACE}}}\n"


def status(ws: Ws) -> str:
    ran = ws("docker", "check", "--format", "json")
    (dockerfile,) = ran.json["data"]["dockerfiles"]
    return str(dockerfile["status"])


@pytest.mark.parametrize(
    ("more", "compose"),
    [
        ("ENV PYTHONPATH=/ws/packages/shared\n", '    volumes: [".:/ws"]\n'),
        ("", "    volumes:\n      - {type: bind, source: ., target: /ws}\n"),
        ("COPY packages /lib\n", '    volumes: ["./packages:/packages"]\n'),
        ("COPY packages /lib\n", '    volumes: ["${HERE:-.}:/ws:ro"]\n'),
        ("COPY packages /lib\n", '    command: sh -c "poetry install && python -m chat"\n'),
        ("COPY packages /lib\n", "    entrypoint: [sh, -c, poetry install]\n"),
        ('COPY packages /lib\nCMD ["sh", "-c", "poetry install && python -m chat"]\n', ""),
        ("COPY packages /lib\nENTRYPOINT poetry install && python -m chat\n", ""),
        ('COPY packages /lib\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n', ""),
        ("", ""),
    ],
)
def test_what_comes_when_a_container_starts_is_not_to_be_told_and_left_alone(
    make_workspace: Make, ws: Ws, more: str, compose: str
) -> None:
    text = FIRST + more + "USER 10001\n"
    files = FILES | {PLACE: text, "compose.yml": SERVICE + compose, "start.sh": "poetry install\n"}
    root = make_workspace(files)
    assert status(ws) == "cannot-tell"
    assert ws("docker", "sync").code == 0
    assert (root / PLACE).read_text() == text


@pytest.mark.parametrize(
    "compose", ["", '    volumes: ["./data:/data", "deps:/lib"]\n', "    command: python -m chat\n"]
)
def test_what_brings_nothing_of_a_member_changes_nothing(
    make_workspace: Make, ws: Ws, compose: str
) -> None:
    text = FIRST + "COPY packages /lib\n"
    make_workspace(FILES | {PLACE: text, "compose.yml": SERVICE + compose})
    assert status(ws) == "broken"


def test_the_first_step_alone_is_told_of_as_what_it_is(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FILES | {PLACE: FIRST + "USER 10001\n"})
    assert (
        "only third-party packages are installed, and no source of chat or shared is copied: a"
        " container finds what is mounted when it starts [docker/cannot-tell]"
    ) in ws("docker", "check").out


BARE = 'FROM python:3.11-slim\nWORKDIR /app\nCOPY workers/chat .\nCMD ["python", "-m", "chat"]\n'


@pytest.mark.parametrize(
    ("text", "compose", "said"),
    [
        (BARE, "", "broken"),
        (BARE, '    volumes: [".:/ws"]\n', "cannot-tell"),
        (BARE.replace("python:3.11-slim", "team/worker"), "", "cannot-tell"),
        (BARE.partition("CMD")[0], "", "cannot-tell"),
        (f"{BARE}RUN ./install.sh\n", "", "cannot-tell"),
        (f"{BARE}COPY packages/shared /lib\nENV PYTHONPATH=/lib\n", "", "ok"),
        (
            f"{BARE}COPY packages/shared/shared /usr/local/lib/python3.11/site-packages/shared\n",
            "",
            "ok",
        ),
        (
            f"{BARE}RUN echo /lib > /usr/local/lib/python3.11/site-packages/x.pth\n",
            "",
            "cannot-tell",
        ),
        ("FROM scratch\nCOPY workers/chat /chat\n", "", "ok"),
    ],
)
def test_a_member_that_is_started_where_nothing_is_installed(
    make_workspace: Make, ws: Ws, text: str, compose: str, said: str
) -> None:
    files = {PLACE: text, "compose.yml": SERVICE + compose, "workers/chat/chat/__main__.py": ""}
    make_workspace(FILES | files)
    assert status(ws) == said


@pytest.mark.parametrize("ignore", ["packages", "*"])
def test_a_hidden_folder_is_told_with_the_line_that_hides_it(
    make_workspace: Make, ws: Ws, ignore: str
) -> None:
    make_workspace(FILES | {".dockerignore": f"# all of it\n{ignore}\n"})
    assert (
        f"packages/shared/ is not in the build context: {ignore} in line 2 of .dockerignore"
        " hides it [docker/source-missing]\n"
        f"    → take out {ignore} in line 2 of .dockerignore, or add after it: !packages/shared\n"
    ) in ws("docker", "check").out


def test_a_source_that_git_ignores_may_be_made_before_a_build(make_workspace: Make, ws: Ws) -> None:
    text = GOOD.replace("USER", "COPY workers/chat/requirements.txt .\nUSER")
    root = make_workspace(FILES | {PLACE: text})
    assert status(ws) == "broken"
    (root / ".git").mkdir(exist_ok=True)
    (root / ".gitignore").write_text("requirements.txt\n")
    assert status(ws) == "cannot-tell"


def test_a_link_out_of_the_workspace_is_not_read(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    (root / "workers/chat/Dockerfile.far").symlink_to("/etc/passwd")
    ran = ws("docker", "check")
    assert ran.out.startswith(
        "workers/chat/Dockerfile.far: error: it is a link to /etc/passwd, which is outside the"
        " workspace [docker/unreadable]\n"
    )
    assert "root:" not in ran.out + ran.err
    assert "root:" not in ws("docker", "sync", "workers/chat/Dockerfile.far").err


def test_a_comment_that_is_no_utf_8_is_kept(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    (root / PLACE).write_bytes(b"# f\xfcr alle\n" + GOOD.encode())
    assert status(ws) == "ok"
    assert ws("docker", "sync").code == 0
    early = GOOD.replace("--no-directory\n", "--no-directory\nCOPY packages/shared /x\n")
    (root / PLACE).write_bytes(b"# f\xfcr alle\n" + early.encode())
    assert (status(ws), ws("docker", "sync", "--check").code) == ("ok", 0)
    (root / PLACE).write_bytes(b"# f\xfcr alle\n" + WRONG.encode())
    assert ws("docker", "sync", "--check").code == 1
    ws("docker", "sync")
    assert (root / PLACE).read_bytes().startswith(b"# f\xfcr alle\n")
