from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.errors import WsError, faults_of
from ws.formats import pyproject_reader, workspace_toml
from ws.model.budgets import Budget
from ws.model.docker_settings import DockerSettings, MemberDocker

if TYPE_CHECKING:
    from ws.model.manifest import Manifest


def member(docker: str) -> Manifest:
    text = f'[tool.poetry]\nname = "chat"\nversion = "1"\n\n[tool.ws.docker]\n{docker}'
    manifest = pyproject_reader.read(text.encode(), "chat/pyproject.toml")
    assert manifest is not None
    return manifest


def workspace(docker: str) -> DockerSettings:
    return workspace_toml.read(f'[workspace]\nmembers = ["*"]\n[docker]\n{docker}'.encode()).docker


def test_a_member_says_what_its_image_needs() -> None:
    said = 'apt = ["libpq5=15.*"]\napt-build = ["g++"]\nscript = "chat"\nport = 80\n'
    said += 'health = "/up"\ndebugger = 5678\nstyle = "classic"\n'
    said += 'context = "./workers/"\n'
    assert member(said).settings.docker == MemberDocker(
        ("libpq5=15.*",), ("g++",), "chat", 80, "/up", 5678, "classic", "workers"
    )


def test_a_workspace_says_what_all_images_have_in_common() -> None:
    said = 'base = "python:3.12-slim"\ntemplates = "./docker/mine/"\ncontext = "./"'
    assert workspace(said) == DockerSettings("python:3.12-slim", "docker/mine", ".")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('apt = ["git; rm -rf /"]', '"git; rm -rf /" is no name of a system package'),
        ("port = 70000", '"port" must be a port: 1 to 65535'),
        ("debugger = 0", '"debugger" must be a port: 1 to 65535'),
        ('style = "dev"', '"dev" is no style'),
        ('health = "a\\nb"', '"health" must be one line'),
        ('health = "/\'"', '"health" must be one line'),
        ('context = "../x"', '"../x" lies outside the workspace'),
    ],
)
def test_what_no_dockerfile_can_hold_is_a_fault_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(WsError) as raised:
        member(line)
    (fault,) = faults_of(raised.value)
    assert fault.reason == reason
    assert fault.where is not None
    assert fault.where.line == 6


@pytest.mark.parametrize(
    "line", ['base = "a b"', 'templates = "../mine"', 'templates = "/mine"', 'context = ".."']
)
def test_a_workspace_names_an_image_and_a_folder_of_its_own(line: str) -> None:
    with pytest.raises(WsError):
        workspace(line)


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(WsError, match="prot"):
        member("prot = 80")


def test_budgets_are_sizes_and_times() -> None:
    said = '[docker.budget]\nsize = "400 MB"\nstart = "2 s"\nbuild = "1 min"'
    assert workspace(said).budget == Budget(400_000_000, 2.0, 60.0)
    assert member('budget = { start = "500 ms" }').settings.docker.budget == Budget(start=0.5)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('budget.size = "2 s"', '"2 s" is no size'),
        ('budget.start = ""', '"" is no time'),
        ("budget.build = 60", '"tool.ws.docker.budget.build" must be a string'),
        ('budget.sise = "1 MB"', 'unknown key "sise" in [tool.ws.docker.budget]'),
        ("smoke = 1", '"tool.ws.docker.smoke" must be a string'),
        ('smoke = "a\\nb"', '"smoke" must be one line'),
        ("smoke = [1]", '"tool.ws.docker.smoke" must be an array of strings'),
    ],
)
def test_what_is_no_budget_and_no_smoke_is_a_fault_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(WsError) as raised:
        member(line)
    (fault,) = faults_of(raised.value)
    assert (fault.reason, fault.where and fault.where.line) == (reason, 6)


@pytest.mark.parametrize(
    "line", ['registry = "ann:secret@r.example/x"', 'mirrors = ["https://ann:secret@r.example/x"]']
)
def test_a_registry_with_a_password_is_refused_without_showing_it(line: str) -> None:
    with pytest.raises(WsError) as caught:
        workspace(line)
    (fault,) = faults_of(caught.value)
    assert "is no registry" in fault.reason
    assert "secret" not in fault.reason


def test_an_index_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(WsError) as caught:
        member('index = "https://ann:secret@pypi.example/simple"')
    (fault,) = faults_of(caught.value)
    assert fault.reason == '"***@pypi.example/simple" is no package index'
