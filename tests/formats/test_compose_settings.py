from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.errors import WsError, faults_of
from ws.formats import pyproject_reader, workspace_toml
from ws.model.compose_settings import ComposeSettings, MemberCompose

if TYPE_CHECKING:
    from ws.model.manifest import Manifest


def member(compose: str) -> Manifest:
    text = f'[tool.poetry]\nname = "chat"\nversion = "1"\n\n[tool.ws.compose]\n{compose}'
    manifest = pyproject_reader.read(text.encode(), "chat/pyproject.toml")
    assert manifest is not None
    return manifest


def workspace(compose: str) -> ComposeSettings:
    text = f'[workspace]\nmembers = ["*"]\n[compose]\n{compose}'
    return workspace_toml.read(text.encode()).compose


def test_a_member_says_what_its_service_is_like() -> None:
    said = 'command = "chat --model \'a b\'"\nports = [8000, "81:80"]\ndevices = ["/dev/snd"]\n'
    said += 'volumes = ["./data:/data:ro"]\nprofiles = ["speech"]\nrestart = "no"\n'
    said += 'environment = { LEVEL = 3, DEBUG = true, NAME = "x" }\n'
    said += "host-environment = { LEVEL = 4 }\n"
    said += 'depends-on = { broker = "healthy", router = "" }\n'
    assert member(said).settings.compose == MemberCompose(
        command=("chat", "--model", "a b"),
        environment={"LEVEL": "3", "DEBUG": "true", "NAME": "x"},
        host_environment={"LEVEL": "4"},
        ports=("8000", "81:80"),
        devices=("/dev/snd",),
        volumes=("./data:/data:ro",),
        profiles=("speech",),
        depends_on={"broker": "healthy", "router": None},
        restart="no",
    )


def test_services_to_wait_for_may_be_a_list_and_a_command_an_array() -> None:
    said = member('depends-on = ["broker"]\ncommand = ["chat", "a b"]\nservice = false\n')
    assert said.settings.compose == MemberCompose(
        service=False, command=("chat", "a b"), depends_on={"broker": None}
    )


def test_a_workspace_says_where_compose_files_lie_and_which_services_are_no_members() -> None:
    said = 'folder = "./deploy/"\nbuild = "member"\nenvironment.LOG = "INFO"\n'
    said += 'host-environment.LOG = "DEBUG"\ndepends-on = ["broker"]\n'
    said += 'services.broker = { image = "redis:7-alpine", ports = ["6379"] }\n'
    assert workspace(said) == ComposeSettings(
        folder="deploy",
        build="member",
        environment={"LOG": "INFO"},
        host_environment={"LOG": "DEBUG"},
        depends_on=("broker",),
        services={"broker": {"image": "redis:7-alpine", "ports": ["6379"]}},
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('folder = "../x"', '"../x" lies outside the workspace'),
        ('build = "layer"', '"layer" is no Dockerfile'),
        ("environment.A = []", '"A" must be a string'),
        ('services."a b" = {}', '"a b" is no name of a service'),
        ("services.a = 1", '"compose.services.a" must be a table'),
        ('services.a.healthcheck = "x"', '"compose.services.a.healthcheck" must be a table'),
        ("services.a.healthcheck = []", '"compose.services.a.healthcheck" must be a table'),
        ("services.a.ports = 80", '"compose.services.a.ports" must be an array'),
        ("services.a.profiles = [1]", '"compose.services.a.profiles" must be an array of strings'),
        ('services.a.depends_on = "b"', '"compose.services.a.depends_on" must be a table'),
        (
            "services.a.depends_on = [1]",
            '"compose.services.a.depends_on" must be an array of strings',
        ),
        ('services.a.depends_on.b = ""', '"compose.services.a.depends_on.b" must be a table'),
        ("port = 1", 'unknown key "port" in [compose]'),
    ],
)
def test_what_a_workspace_cannot_mean_is_a_fault_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(WsError) as raised:
        workspace(line)
    (fault,) = faults_of(raised.value)
    assert (fault.reason, fault.where and fault.where.line) == (reason, 4)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('command = "a \'b"', '"command" cannot be cut into words: No closing quotation'),
        ('depends-on.a = "health"', '"health" cannot be awaited'),
        ("ports = [1.5]", '"tool.ws.compose.ports" must be an array of strings'),
    ],
)
def test_what_a_member_cannot_mean_is_a_fault_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(WsError) as raised:
        member(line)
    (fault,) = faults_of(raised.value)
    assert (fault.reason, fault.where and fault.where.line) == (reason, 6)
