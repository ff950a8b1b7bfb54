"""What is refused before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.generate.test_image_tests import CHAT, LOCK

from ws.errors import ManifestError, Where
from ws.files.loader import load
from ws.planning.images import Wish, image_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Make = Callable[[Mapping[str, str]], Path]

GIT = LOCK.replace(
    "[metadata]",
    """\
[[package]]
name = "lib"
version = "1"
groups = ["main"]
files = []
[package.source]
type = "git"
url = "SCHEME://host.example/lib.git"
resolved_reference = "0000000000000000000000000000000000000000"
[metadata]""",
)


def refused(make_workspace: Make, files: Mapping[str, str], lock: str) -> ManifestError:
    workspace = load(make_workspace({"testing": "", "chat/poetry.lock": lock} | dict(files)))
    locks = {"chat": lock.encode(), "testing": None}
    with pytest.raises(ManifestError) as caught:
        image_plan(workspace, [workspace.by_name["chat"]], locks, Wish())
    return caught.value


def test_a_member_that_says_it_has_no_image(make_workspace: Make) -> None:
    chat = CHAT + '[tool.ws.docker]\nbuild = "none"\n'
    fault = refused(make_workspace, {"chat": chat}, LOCK)
    line = chat.splitlines().index('build = "none"') + 1
    assert (fault.rule, fault.where) == ("docker/no-image", Where("chat/pyproject.toml", line))
    assert fault.hint == 'take build = "none" away there'


def test_or_the_workspace_says_it_of_all(make_workspace: Make) -> None:
    text = '[workspace]\nmembers = ["**"]\n[docker]\nbuild = "none"\n'
    fault = refused(make_workspace, {"chat": CHAT, "workspace.toml": text}, LOCK)
    assert (fault.rule, fault.where) == ("docker/no-image", Where("workspace.toml", 4))


def test_an_address_by_which_uv_does_not_fetch(make_workspace: Make) -> None:
    fault = refused(make_workspace, {"chat": CHAT}, GIT.replace("SCHEME", "git"))
    assert (fault.rule, fault.reason, fault.hint) == (
        "docker/source",
        "lib comes from git://, by which uv does not fetch in a build",
        "give its address with https:// or ssh://, then ws lock",
    )


@pytest.mark.parametrize("scheme", ["https", "ssh", "file"])
def test_and_those_by_which_it_does(scheme: str, make_workspace: Make) -> None:
    lock = GIT.replace("SCHEME", scheme)
    workspace = load(make_workspace({"chat": CHAT, "testing": "", "chat/poetry.lock": lock}))
    chat = workspace.by_name["chat"]
    locks = {"chat": lock.encode(), "testing": None}
    assert image_plan(workspace, [chat], locks, Wish()).images
