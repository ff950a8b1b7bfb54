from __future__ import annotations

import pytest

from ws.errors import WsError, faults_of
from ws.formats import pyproject_reader
from ws.model.volumes import Volume


def volumes(said: str) -> tuple[Volume, ...]:
    text = f'[tool.poetry]\nname = "chat"\nversion = "1"\n[tool.ws.docker.volumes.models]\n{said}'
    manifest = pyproject_reader.read(text.encode(), "chat/pyproject.toml")
    assert manifest is not None
    return manifest.settings.docker.volumes


def test_a_volume_is_a_folder_of_the_container_shared_within_the_workspace() -> None:
    assert volumes('path = "/models/"') == (Volume("models", "/models"),)


def test_a_volume_says_what_fills_it_and_when() -> None:
    said = 'path = "/m"\nsize = "50 MB"\nsource = "https://x.example/m.bin"\n'
    said += f'sha256 = "{"A" * 64}"\n'
    said += 'shared = "machine"\nupdate = "changed"\nenvironment = "CHAT_MODELS"\n'
    assert volumes(said) == (
        Volume(
            "models",
            "/m",
            50_000_000,
            "https://x.example/m.bin",
            "a" * 64,
            "machine",
            "changed",
            "CHAT_MODELS",
        ),
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('path = "models"', '"path" of the volume models must be an absolute path'),
        ('path = "/m/../x"', '"path" of the volume models must be an absolute path'),
        ('path = "/m"\nsize = "big"', '"big" is no size'),
        ('path = "/m"\nsource = "http://x.example/m"', '"http://x.example/m" is no source'),
        ('path = "/m"\nsource = "https://x.example/m"', 'the volume models lacks "sha256"'),
        ('path = "/m"\nsource = "/m"', '"/m" must be relative to the member\'s folder'),
        ('path = "/m"\nsha256 = "12"', '"sha256" must be 64 hexadecimal digits'),
        ('path = "/m"\nshared = "all"', '"all" is no word for "shared"'),
        ('path = "/m"\nupdate = "daily"', '"daily" is no word for "update"'),
        ('path = "/m"\nenvironment = "A-B"', '"A-B" is no name of a variable'),
    ],
)
def test_what_a_volume_cannot_be_is_a_fault(line: str, reason: str) -> None:
    with pytest.raises(WsError) as raised:
        volumes(line)
    assert [fault.reason for fault in faults_of(raised.value)] == [reason]


@pytest.mark.parametrize(
    "source", ["https://me:s3cret@x.example/m", "https://s3cret@x.example/m", "http://a:s3cret@x/m"]
)
def test_an_address_with_a_password_is_a_fault_that_does_not_tell_it(source: str) -> None:
    with pytest.raises(WsError) as raised:
        volumes(f'path = "/m"\nsource = "{source}"\nsha256 = "{"a" * 64}"')
    (fault,) = faults_of(raised.value)
    assert fault.reason == '"source" of the volume models must not hold a user or a password'
    assert "s3cret" not in f"{fault.hint} {fault.where}"
