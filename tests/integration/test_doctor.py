"""`ws doctor` with the real Poetry, and indexes on loopback that answer, refuse, or never do."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")


@pytest.fixture
def mute(socket_enabled: None) -> Iterator[str]:  # noqa: ARG001 - to be open before it listens
    """The address of something that takes calls and says nothing; user and password are in it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://bob:secret@127.0.0.1:{server.getsockname()[1]}/simple"


def checks(ran: Ran) -> dict[str, dict[str, str]]:
    return {check["title"]: check for check in ran.json["data"]["checks"]}


def test_the_real_poetry_and_its_index_are_found(
    make_workspace: Make, ws: Ws, index: str, real_poetry: str, wheels: Path
) -> None:
    assert list(wheels.glob("poetry_core-*"))  # what the index is asked for
    make_workspace({"a": f'\n[[tool.poetry.source]]\nname = "own"\nurl = "{index}"\n'})
    ran = ws("doctor", "--format", "json")
    found = checks(ran)
    assert found["Poetry"]["detail"].endswith(f"({real_poetry}: WS_POETRY names it)")
    assert "poetry-plugin-pypi-mirror" in found["Poetry plugins"]["detail"]
    assert found["Index"]["detail"] == (
        f"{index} answers in HTML only: the mirror that POETRY_PYPI_MIRROR_URL names"
    )
    assert found["Index own"]["detail"] == f"{index} answers in HTML only"
    assert {found[title]["status"] for title in ("Python", "Poetry", "Index", "Index own")} == {
        "ok"
    }


def test_an_index_that_never_answers_holds_nothing_up_and_shows_no_password(
    make_workspace: Make, ws: Ws, mute: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f'\n[[tool.poetry.source]]\nname = "own"\nurl = "{mute}"\n'
    make_workspace({"a": f'{source}priority = "supplemental"\n'})
    monkeypatch.setenv("POETRY_PYPI_MIRROR_URL", f"{mute}/")
    began = time.monotonic()
    ran = ws("doctor", "--format", "json")
    assert time.monotonic() - began < 20
    shown = mute.replace("bob:secret", "***")
    assert ran.code == 1
    assert checks(ran)["Index"]["detail"] == f"{shown}: no answer (ReadTimeout)"
    assert checks(ran)["Index own"]["detail"] == f"{shown}: no answer (ReadTimeout)"
    assert "secret" not in ran.out + ran.err
