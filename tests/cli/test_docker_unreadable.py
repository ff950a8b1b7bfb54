"""`ws docker check` and what has the name of a Dockerfile and is none: one finding, no wait."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

FILES = {
    "packages/shared": "",
    "workers/chat": 'shared = { path = "../../packages/shared" }\n',
    "workers/chat/Dockerfile": "FROM a:1\nUSER 1\n",
}


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        "FROM a:1\nCOPY x /\n".encode("utf-16"),
        b"FROM a:1\nRUN b\n\x7fELF\x02\x01\n\x1b[2J\x00\n",
    ],
    ids=["binary", "utf-16", "text, then binary"],
)
def test_a_file_that_is_no_text_is_one_finding_without_its_bytes(
    data: bytes, make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(FILES)
    (root / "workers/chat/Dockerfile").write_bytes(data)
    ran = ws("docker", "check")
    head, hint, *_ = ran.out.splitlines()
    assert ran.out.count("[docker/") == 1
    assert "it is no text in UTF-8: this line does not begin with letters" in head
    assert hint == "    → save it as UTF-8 text, or give it another name if it is no Dockerfile"
    assert ran.out.replace("\n", "").isprintable()


def test_what_a_message_quotes_of_a_file_does_nothing_to_a_terminal(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace(FILES | {"workers/chat/Dockerfile": "FROM a:1\nRUN --\x1b[2J=x y\n"})
    ran = ws("docker", "check")
    assert "RUN has no flag --\\x1b[2J [docker/malformed]\n" in ran.out
    assert "\x1b" not in ran.out


def test_what_cannot_be_read_as_a_dockerfile_is_told_and_never_waited_for(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(FILES)
    (root / "workers/chat/Dockerfile").unlink()
    (root / "workers/chat/Dockerfile").symlink_to("gone")
    os.mkfifo(root / "workers/chat/Dockerfile.dev")
    (root / "workers/chat/loop.Dockerfile").symlink_to("loop.Dockerfile")
    (root / "docker/Dockerfile").mkdir(parents=True)
    (root / "docker/app.Dockerfile").symlink_to("Dockerfile")
    ran = ws("docker", "check")
    assert (ran.code, ran.out.splitlines()) == (
        1,
        [
            "workers/chat/Dockerfile: error: it is a link to gone, and nothing is there"
            " [docker/unreadable]",
            "    → take it away, or put the file there",
            "workers/chat/Dockerfile.dev: error: it is no file: a pipe, a socket or a device"
            " [docker/unreadable]",
            "    → take it away, or put the file there",
            "workers/chat/loop.Dockerfile: error: it is a link to loop.Dockerfile, and nothing is"
            " there [docker/unreadable]",
            "    → take it away, or put the file there",
        ],
    )
    assert ws("docker", "check", "--filter", "shared").code == 0
    assert ws("docker", "sync", "--check").code == 0
    assert ws("docker", "check", "workers/chat/Dockerfile.dev").code == 2
    named = ws("docker", "sync", "workers/chat/Dockerfile.dev")
    assert (named.code, "it is a pipe: that would wait" in named.err) == (1, True)
