from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.planning.image_failure import image_failure

RUN = "executor failed running [/bin/sh -c uv pip install]: exit code: 1"


@pytest.mark.parametrize(
    ("said", "error", "reason"),
    [
        (
            [],
            "docker.io/library/python:3.12: no match for platform in manifest sha256:1: not found",
            "the base image is not made for the platform that is built for; take another"
            " --platform, or another base image",
        ),
        (
            ["WARNING: 401 Error, Credentials not correct for http://h:1/simple/uv/", "ERROR: No"],
            RUN,
            "the package index at h:1 wants credentials, or others; give an address with user and"
            " password in UV_DEFAULT_INDEX or PIP_INDEX_URL",
        ),
        (
            ["User for h.example:81: ERROR: Exception:", "EOFError: EOF when reading a line"],
            RUN,
            "the package index at h.example:81 wants credentials, or others; give an address with"
            " user and password in UV_DEFAULT_INDEX or PIP_INDEX_URL",
        ),
        (
            [],
            "failed to copy files: copy file range failed: no space left on device",
            "no space left on the disk of the engine; make room; docker system df tells what takes"
            " it",
        ),
        (
            ["  \u00d7 No solution found", "  \u2570\u2500> because"],
            RUN,
            "No solution found",
        ),
        (
            ["Traceback (most recent call last):", '  File "x"', "shared.OddError: it is broken"],
            RUN,
            "shared.OddError: it is broken",
        ),
        (
            ["Reading package lists...", "E: Unable to locate package libodd"],
            RUN,
            "Unable to locate package libodd",
        ),
        (["half a word"], RUN, "a command failed with exit code: 1"),
        (
            [],
            "pull access denied, repository does not exist or may require authorization",
            "pull access denied, repository does not exist or may require authorization",
        ),
        (
            [],
            "error: failed to solve: x.example/y:1: failed to resolve source metadata for"
            " x.example/y:1: failed to do request",
            "the base image x.example/y:1 cannot be had; check its name ([docker] base), docker"
            " login, and the network",
        ),
        (
            [],
            'failed to do request: Head "https://x.example/v2/team/y/manifests/1": no such host',
            "the base image team/y cannot be had; check its name ([docker] base), docker login,"
            " and the network",
        ),
        (
            [],
            "failed to push x.example/y:1: insufficient_scope: authorization failed",
            "it was not pushed: the registry x.example does not let you push x.example/y;"
            " docker login x.example as somebody who may, or choose another ([docker] registry)",
        ),
        (
            [],
            "the builder does not start: context deadline exceeded",
            "the builder does not start (context deadline exceeded); see docker buildx inspect"
            " --bootstrap, with its name",
        ),
    ],
)
def test_the_reason_is_what_helps(said: list[str], error: str, reason: str) -> None:
    assert image_failure(said, error) == reason


@given(st.lists(st.text()), st.text(min_size=1))
def test_there_is_always_a_reason(said: list[str], error: str) -> None:
    assert image_failure(said, error)
