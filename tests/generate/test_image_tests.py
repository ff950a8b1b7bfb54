"""The Dockerfile in which the tests of a member run, from a workspace and its lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.files.loader import load
from ws.generate import image_tests as generate
from ws.model.built import BuiltImage
from ws.model.images import LayeredImage
from ws.planning.image_tests import has_pytest, image_test
from ws.planning.images import Wish, image_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ws.model.image_tests import ImageTest

CHAT = """\
[tool.poetry]
name = "chat"
version = "1"
[tool.poetry.scripts]
chat = "chat.app:main"
[tool.poetry.dependencies]
python = "^3.11"
idna = "*"
[tool.poetry.group.dev.dependencies]
pytest = "*"
testing = { path = "../testing" }
[build-system]
build-backend = "poetry.core.masonry.api"
"""


def package(name: str, groups: str, more: str = "") -> str:
    return (
        f'[[package]]\nname = "{name}"\nversion = "1.0"\noptional = false\ngroups = [{groups}]\n'
        f'files = [{{file = "{name}-1.0-py3-none-any.whl", hash = "sha256:{name}"}}]\n{more}\n'
    )


LOCK = "".join(
    [
        package("idna", '"main", "dev"'),
        package("pytest", '"dev"'),
        package("testing", '"dev"', '[package.source]\ntype = "directory"\nurl = "../testing"'),
        '[metadata]\nlock-version = "2.1"\npython-versions = "^3.11"\ncontent-hash = "x"\n',
    ]
)


def chat_test(
    make_workspace: Callable[[Mapping[str, str]], Path], folder: str = "chat"
) -> tuple[ImageTest, bool]:
    """What is put on the image of chat, and whether there is a pytest."""
    files = {folder: CHAT, "testing": "", f"{folder}/poetry.lock": LOCK}
    workspace = load(make_workspace(files))
    locks = {"chat": LOCK.encode(), "testing": None}
    plan = image_plan(workspace, [workspace.by_name["chat"]], locks, Wish())
    (image,) = plan.images
    assert isinstance(image, LayeredImage)
    built = BuiltImage("id", "", 0, {}, (), user="10001")
    entries = ("pyproject.toml", "tests", "chat")
    test = image_test(workspace, plan, image, LOCK.encode(), built, entries)
    return test, has_pytest(plan, test)


def test_what_the_image_has_is_not_installed_again(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    test, there_is_pytest = chat_test(make_workspace)
    assert [each.name for each in test.layer.requirements] == ["pytest"]
    assert [each.folder for each in test.plan.packages] == ["testing"]
    assert there_is_pytest
    assert list(generate.requirements(test)) == ["test-chat.txt"]


def test_tests_are_put_on_the_image_that_was_built(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    test, _ = chat_test(make_workspace)
    text = generate.dockerfile(test, "images", ["tests"], "docker build .")
    assert text[text.index("FROM chat:latest") :] == (
        """\
FROM chat:latest AS test-chat
USER root
RUN --mount=type=bind,from=tools,source=/opt/tools,target=/opt/tools \\
    --mount=type=bind,source=images/requirements/test-chat.txt,target=/mnt/requirements.txt \\
    --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml \\
    /opt/tools/bin/uv pip install --python /opt/venv/bin/python \\
        --link-mode copy --compile-bytecode --no-deps --require-hashes -r /mnt/requirements.txt
COPY --from=package-testing /site/ /opt/venv/
COPY --chown=10001 chat/pyproject.toml /ws/chat/
COPY --chown=10001 chat/tests/ /ws/chat/tests/
USER 10001
WORKDIR /ws/chat
"""
    )
    assert "COPY testing/ ./" in text


def test_a_folder_may_have_a_blank_in_its_name(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    test, _ = chat_test(make_workspace, "größe a")
    text = generate.dockerfile(test, "images", ["tests"], "docker build .")
    assert text[text.index("COPY --chown") :] == (
        """\
COPY --chown=10001 ["größe a/pyproject.toml", "/ws/größe a/"]
COPY --chown=10001 ["größe a/tests/", "/ws/größe a/tests/"]
USER 10001
WORKDIR "/ws/größe a"
"""
    )


def test_no_source_of_the_member_is_sent_to_the_builder(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    test, _ = chat_test(make_workspace)
    assert generate.ignore_file(test, "images", ["**/.venv"]) == (
        "*\n!testing\n!chat/pyproject.toml\n!chat/tests\n**/.venv\n!images/requirements\n"
    )
