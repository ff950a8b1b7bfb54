"""What is understood of what Docker's client says of images; real ones: tests/docker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ws.engines.images import Docker
from ws.engines.process import Processes
from ws.errors import ToolError

from .test_docker import client

if TYPE_CHECKING:
    from pathlib import Path

WARNING = "WARNING: Error loading config file: open /home/a2.5/config.json: permission denied"
CHAT = json.dumps({"Id": "sha256:1", "RepoTags": ["acme/chat:1.0"]})


def saying(folder: Path, *lines: str) -> Docker:
    """A client that says these lines, whatever it is asked."""
    (folder / "said").write_text("".join(f"{line}\n" for line in lines))
    return Docker(str(folder / "docker"), client(folder, f"cat {folder}/said"), Processes())


def test_a_client_that_warns_of_its_settings_tells_what_images_there_are(tmp_path: Path) -> None:
    docker = saying(tmp_path, WARNING, CHAT, "Error: No such image: acme/other:1.0")
    assert [*docker.images(["acme/chat:1.0", "acme/other:1.0"])] == ["acme/chat:1.0"]


def test_what_a_client_says_instead_of_an_answer_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="Cannot connect"):
        saying(tmp_path, WARNING, "Cannot connect to the daemon").images(["acme/chat:1.0"])


def test_a_warning_is_no_platform(tmp_path: Path) -> None:
    assert saying(tmp_path, WARNING, "linux/arm64").platform() == "linux/arm64"
    assert saying(tmp_path, WARNING).platform() == ""


@pytest.mark.parametrize("name", ["docker.io/acme/chat:1.0", "index.docker.io/acme/chat:1.0"])
def test_an_image_of_docker_hub_is_found_by_its_full_name_too(name: str, tmp_path: Path) -> None:
    there = saying(tmp_path, CHAT).images([name, "acme/chat:1.0", "r.example/acme/chat:1.0"])
    assert [*there] == [name, "acme/chat:1.0"]


def test_an_official_image_of_docker_hub_is_found_by_its_full_name_too(tmp_path: Path) -> None:
    docker = saying(tmp_path, json.dumps({"Id": "sha256:1", "RepoTags": ["python:3.12"]}))
    names = ["docker.io/python:3.12", "docker.io/library/python:3.12", "library/python:3.12"]
    assert [*docker.images(names)] == names
