"""Which builds the files of a workspace ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import Where
from ws.formats import builds
from ws.model.docker_build import Build, Unsettled


def told(text: str, path: str) -> list[tuple[str, str]]:
    """Dockerfile and context of each build."""
    return [(build.dockerfile, build.context) for build in builds.read(text, path).builds]


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
    chat, short = builds.read(COMPOSE, "ops/compose.yaml").builds
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
    chat = builds.read(BAKE, "docker-bake.hcl").builds[-1]
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
    (build,) = builds.read(
        "set -e\ndocker build \\\n  -f a/Dockerfile \\\n  .\n", "ops/build.sh"
    ).builds
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


COMPOSE_OF_VARIABLES = """\
services:
  chat:
    build:
      context: ${CTX:-..}
      dockerfile: workers/$NAME/Dockerfile
      args: [MEMBER, "SCRIPT=${NAME}"]
  tts:
    build:
      context: ${WHERE}
      dockerfile: workers/tts/Dockerfile
"""


def test_variables_of_compose_have_defaults_and_the_values_of_the_env_file() -> None:
    path = "ops/compose.yaml"
    assert builds.values_file(path) == "ops/.env"
    assert builds.values_file("Taskfile.yml") == ""
    said = builds.read(COMPOSE_OF_VARIABLES, path, {"NAME": "chat"})
    (chat,) = said.builds
    assert (chat.dockerfile, chat.context) == ("workers/chat/Dockerfile", ".")
    assert chat.args == {"SCRIPT": "chat"}
    assert said.unsettled == (
        Unsettled("*/workers/tts/Dockerfile", "the service tts", Where(path, 7)),
    )


def test_what_stays_a_variable_tells_which_dockerfiles_it_may_mean() -> None:
    (one,) = builds.read(COMPOSE_OF_VARIABLES, "compose.yaml", {"CTX": ".", "NAME": "x"}).unsettled
    assert one.may_mean("workers/tts/Dockerfile")
    assert one.may_mean("a/workers/tts/Dockerfile")
    assert not one.may_mean("workers/chat/Dockerfile")
    chat, _ = builds.read(COMPOSE_OF_VARIABLES, "ops/compose.yaml").unsettled
    assert chat.pattern == "workers/*/Dockerfile"
    (shell,) = builds.read("docker build -f a/Dockerfile $CTX\n", "x.sh").unsettled
    assert (shell.pattern, shell.where) == ("a/Dockerfile", Where("x.sh", 1))


def test_bake_takes_the_defaults_of_its_variables_and_merges_arguments() -> None:
    text = (
        'variable "CTX" {\n  default = "."\n}\nvariable "TAG" {}\n'
        'target "_base" {\n  context = CTX\n  args = { A = "1", B = "${TAG}" }\n}\n'
        'target "chat" {\n  inherits = ["_base"]\n  dockerfile = "chat/Dockerfile"\n'
        '  args = {\n    MEMBER = "workers/chat"\n  }\n}\n'
        'target "tts" {\n  context = "${TAG}"\n}\n'
    )
    said = builds.read(text, "docker-bake.hcl")
    chat = said.builds[-1]
    assert (chat.dockerfile, chat.context) == ("chat/Dockerfile", ".")
    assert chat.args == {"A": "1", "MEMBER": "workers/chat"}
    (tts,) = said.unsettled
    assert tts == Unsettled("*/Dockerfile", "the target tts", Where("docker-bake.hcl", 16))


WORKFLOW = """\
env: {WHERE: .}
jobs:
  images:
    strategy:
      matrix:
        member: [chat, tts]
        include:
          - {member: tts, script: speak}
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ${{ env.WHERE }}
          file: docker/app.Dockerfile
          build-args: |
            MEMBER=workers/${{ matrix.member }}
            SCRIPT=${{ matrix.script }}
            REVISION=${{ github.sha }}
      - run: docker build -f ${{ matrix.member }}/Dockerfile "$WHERE"
      - uses: docker/build-push-action@v6
        with: {context: "${{ inputs.where }}", file: a/Dockerfile}
"""


def test_a_matrix_of_a_workflow_is_a_build_for_each_set_of_values() -> None:
    said = builds.read(WORKFLOW, ".github/workflows/images.yml")
    assert [(one.dockerfile, one.context, one.args) for one in said.builds] == [
        ("docker/app.Dockerfile", ".", {"MEMBER": "workers/chat"}),
        ("chat/Dockerfile", ".", {}),
        ("docker/app.Dockerfile", ".", {"MEMBER": "workers/tts", "SCRIPT": "speak"}),
        ("tts/Dockerfile", ".", {}),
    ]
    assert {one.pattern for one in said.unsettled} == {"a/Dockerfile"}


def test_a_matrix_of_nothing_but_includes_has_them_as_they_are() -> None:
    text = (
        "jobs:\n  a:\n    strategy: {matrix: {include: [{m: a}, {m: b}]}}\n"
        "    steps: [{run: 'docker build ${{ matrix.m }}'}]\n"
    )
    assert told(text, ".github/workflows/a.yml") == [("a/Dockerfile", "a"), ("b/Dockerfile", "b")]


def test_a_pipeline_has_variables_a_matrix_and_tags_of_its_own() -> None:
    text = (
        "spec: {inputs: {}}\n---\nvariables: {CTX: .}\n"
        "images:\n  parallel:\n    matrix:\n      - NAME: [chat, tts]\n  script:\n"
        "    - !reference [.setup, script]\n"
        "    - docker build -f $NAME/Dockerfile --build-arg MEMBER=w/$NAME $CTX\n"
    )
    found = builds.read(text, ".gitlab-ci.yml").builds
    assert [(one.dockerfile, one.context, one.args) for one in found] == [
        ("chat/Dockerfile", ".", {"MEMBER": "w/chat"}),
        ("tts/Dockerfile", ".", {"MEMBER": "w/tts"}),
    ]


def test_task_puts_in_its_own_variables() -> None:
    text = (
        "vars: {CTX: .}\ntasks:\n  a:\n    vars: {NAME: chat}\n"
        "    cmd: docker build -f {{.NAME}}/Dockerfile --build-arg MEMBER={{ .NAME }} {{.CTX}}\n"
    )
    (one,) = builds.read(text, "Taskfile.yml").builds
    assert (one.dockerfile, one.context, one.args) == ("chat/Dockerfile", ".", {"MEMBER": "chat"})


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        (
            "compose.yml",
            "services:\n  a:\n    build: [.\n  b: 1\n",
            (4, "it is no valid YAML: did not find expected ',' or ']'"),
        ),
        ("bake.json", '{\n  "target": {,}\n}\n', (2, "it is no valid JSON")),
        (
            "docker-bake.hcl",
            'target "a" {\n  context = "${b["x"]}"\n',
            (1, "it is no valid HCL: { is never closed"),
        ),
        ("docker-bake.hcl", 'a = "}"\n]\n', (2, "it is no valid HCL: ] closes what is not open")),
        ("docker-bake.hcl", '# "\na = "b\n"', (2, "it is no valid HCL: a string does not end")),
    ],
)
def test_what_is_malformed_is_told_with_its_line(
    path: str, text: str, problem: tuple[int, str]
) -> None:
    ((line, message),) = builds.read(text, path).problems
    assert line == problem[0]
    assert message.startswith(problem[1])


def test_a_template_of_a_file_is_not_malformed() -> None:
    assert builds.read("services:\n  {{ name }}:\n  build: [\n", "compose.yml").problems == ()


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
