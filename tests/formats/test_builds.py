"""Which builds the files of a workspace ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import Where
from ws.formats import builds
from ws.model.docker_build import Build


def told(text: str, path: str) -> list[tuple[str, str]]:
    """Dockerfile and context of each build."""
    return [(build.dockerfile, build.context) for build in builds.read(text, path)]


COMPOSE = """\
services:
  chat:
    image: insight/chat:${TAG:-dev}
    build:
      context: ..
      dockerfile: workers/chat/Dockerfile
      target: runtime
      args:
        PYTHON: "3.12"
        SECRET: ${SECRET}
  short:
    build: ./short
  redis:
    image: redis
  elsewhere:
    build: https://github.com/a/b.git
"""


def test_a_compose_file_counts_from_its_own_folder() -> None:
    chat, short = builds.read(COMPOSE, "ops/compose.yaml")
    assert chat == Build(
        "workers/chat/Dockerfile",
        ".",
        Where("ops/compose.yaml", 2),
        {"PYTHON": "3.12"},
        "runtime",
        ("insight/chat:dev",),
    )
    assert (short.dockerfile, short.context) == ("ops/short/Dockerfile", "ops/short")


BAKE = """\
variable "TAG" { default = "dev" }
target "_common" {
  context = "."
  args = { PYTHON = "3.12" }
}
target "chat" {
  inherits = ["_common"]
  dockerfile = "workers/chat/Dockerfile"
  tags = ["insight/chat", "insight/chat:dev"]
}
"""


def test_a_bake_file_inherits() -> None:
    chat = builds.read(BAKE, "docker-bake.hcl")[-1]
    assert chat == Build(
        "workers/chat/Dockerfile",
        ".",
        Where("docker-bake.hcl", 6),
        {"PYTHON": "3.12"},
        "",
        ("insight/chat", "insight/chat:dev"),
    )


@pytest.mark.parametrize(
    ("line", "build"),
    [
        ("docker build .", ("Dockerfile", ".")),
        ("docker build -t x workers/chat", ("workers/chat/Dockerfile", "workers/chat")),
        ("docker build --no-cache -f a.Dockerfile .", ("a.Dockerfile", ".")),
        ("docker buildx build --file=b/D --push b", ("b/D", "b")),
        ("cd workers/chat && docker build -f Dockerfile ../..", ("workers/chat/Dockerfile", ".")),
        ("podman build -f x/Containerfile .", ("x/Containerfile", ".")),
    ],
)
def test_a_command_line_names_dockerfile_and_context(line: str, build: tuple[str, str]) -> None:
    assert told(f"#!/bin/sh\n{line}\n", "build.sh") == [build]


@pytest.mark.parametrize(
    "line", ["docker build $(pwd)", "docker run x", "docker build -", "docker"]
)
def test_what_only_the_shell_knows_is_left_out(line: str) -> None:
    assert told(line, "build.sh") == []


def test_lines_go_on_and_their_number_is_that_of_the_first() -> None:
    (build,) = builds.read("set -e\ndocker build \\\n  -f a/Dockerfile \\\n  .\n", "ops/build.sh")
    assert (build.dockerfile, build.where) == ("a/Dockerfile", Where("ops/build.sh", 2))


def test_taskfiles_workflows_pipelines_tiltfiles_and_makefiles_are_read() -> None:
    task = "tasks:\n  chat:\n    dir: workers\n    cmds:\n      - docker build -t {{.X}} chat\n"
    assert told(task, "Taskfile.yml") == [("workers/chat/Dockerfile", "workers/chat")]
    steps = (
        "jobs:\n  images:\n    steps:\n    - uses: docker/build-push-action@v6\n"
        "      with: {context: ., file: chat/Dockerfile}\n"
        "    - run: docker build -f tts/Dockerfile .\n"
    )
    assert told(steps, ".github/workflows/ci.yml") == [
        ("chat/Dockerfile", "."),
        ("tts/Dockerfile", "."),
    ]
    job = "images:\n  script:\n    - docker build -f chat/Dockerfile .\n"
    assert told(job, ".gitlab-ci.yml") == [("chat/Dockerfile", ".")]
    tilt = "docker_build('chat', '.', dockerfile='workers/chat/Dockerfile')\n"
    assert told(tilt, "Tiltfile") == [("workers/chat/Dockerfile", ".")]
    assert told("all:\n\t@docker build -t $(X) chat\n", "Makefile") == [("chat/Dockerfile", "chat")]
    assert told('{"target": {"a": {"dockerfile": "a/D"}}}', "bake.json") == [("a/D", ".")]


def test_other_files_are_not_read() -> None:
    assert told("docker build .", "README.md") == []
    assert not builds.is_asked("pyproject.toml")
    assert builds.is_asked("ops/docker-compose.override.yml")


NAMES = ["compose.yml", "docker-bake.hcl", "bake.json", "Taskfile.yml", ".gitlab-ci.yml",
         ".github/workflows/a.yml", "Tiltfile", "Makefile", "a.sh"]  # fmt: skip
TEXT = st.text(st.sampled_from(" \n:-{}[]\"'$&|#abdkoecruil=."))


@given(st.sampled_from(NAMES), TEXT)
def test_no_text_makes_it_fail(path: str, text: str) -> None:
    builds.read(text, path)
    builds.read(f"services:\n  a:\n    build: {text}\ntasks:\n  a: {text}\njobs: {text}\n", path)
