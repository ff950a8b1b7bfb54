from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ws.engines import uv
from ws.engines.process import Processes
from ws.errors import ToolError
from ws.planning.uv_requirements import Index

if TYPE_CHECKING:
    from pathlib import Path

FIXED = {"NO_COLOR": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_the_chosen_uv_goes_before_that_on_path(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    mine, theirs = script(tmp_path / "mine", ""), script(tmp_path / "bin" / "uv", "")
    path = {"PATH": str(tmp_path / "bin")}
    assert uv.locate({**path, "WS_UV": mine}) == mine
    assert os.path.basename(uv.locate(path)) == os.path.basename(theirs)
    with pytest.raises(ToolError, match="WS_UV names nothing, which is no program"):
        uv.locate({**path, "WS_UV": "nothing"})


@pytest.mark.parametrize(
    ("variables", "index"),
    [
        ({}, None),
        ({"PIP_INDEX_URL": "https://h/pip/"}, "https://h/pip"),
        ({"PIP_INDEX_URL": "https://h/pip", "UV_DEFAULT_INDEX": "https://h/uv"}, "https://h/uv"),
        (
            {"POETRY_PYPI_MIRROR_URL": "https://h/p/", "UV_DEFAULT_INDEX": "https://h/u"},
            "https://h/p",
        ),
    ],
)
def test_both_tools_ask_one_index(variables: dict[str, str], index: str | None) -> None:
    assert uv.environment(variables).get("UV_DEFAULT_INDEX") == index


def test_what_would_lead_uv_elsewhere_is_taken_out_and_the_rest_is_kept() -> None:
    theirs = {
        "VIRTUAL_ENV": "/x",
        "UV_OVERRIDE": "o",
        "UV_EXCLUDE_NEWER": "2020",
        "PYTHONPATH": "x",
    }
    kept = {"UV_CACHE_DIR": "/c", "SSL_CERT_FILE": "/pem", "UV_FIND_LINKS": "/wheels"}
    assert uv.environment(theirs | kept) == kept | FIXED
    assert uv.environment({}, "copy") == FIXED | {"UV_LINK_MODE": "copy"}


def test_indexes_of_a_lock_get_poetrys_credentials_in_variables() -> None:
    indexes = (Index("my-own", "https://h/simple"), Index("b", "https://b/simple"))
    given = {"POETRY_HTTP_BASIC_MY_OWN_USERNAME": "u", "POETRY_HTTP_BASIC_MY_OWN_PASSWORD": "p"}
    login = {"UV_INDEX_MY_OWN_USERNAME": "u", "UV_INDEX_MY_OWN_PASSWORD": "p"}
    both = "my-own=https://h/simple b=https://b/simple"
    assert uv.with_indexes(given, indexes, needs_default=True) == {
        **given,
        **login,
        "UV_INDEX": both,
    }
    assert uv.with_indexes({}, indexes, needs_default=False) == {
        "UV_DEFAULT_INDEX": "my-own=https://h/simple",
        "UV_INDEX": "b=https://b/simple",
    }
    assert uv.with_indexes({}, (), needs_default=True) == {}


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (("  error: Hash mismatch for `a==1`",), "a==1 has another hash than the lock says"),
        (("error: No space left on device (os error 28)",), "the disk is full"),
        (("  x Failed to build `a==1`", "..."), "a==1 cannot be built: the log tells why"),
        (("hint", "error: something else"), "something else"),
        (("nothing",), ""),
    ],
)
def test_a_failure_is_explained_in_one_line(output: tuple[str, ...], reason: str) -> None:
    assert uv.explain(output) == reason


def test_online_is_asked_only_when_the_cache_lacks_something(tmp_path: Path) -> None:
    """And no credentials come through."""
    fake = script(
        tmp_path / "uv", 'echo "$@ http://u:secret@h/"; [ ! -e "$4" ] || [ $2 != --offline ]'
    )
    runner = uv.Uv(fake, os.environ, Processes())
    said: list[str] = []
    assert runner.run_cached(["pip", "absent"], tmp_path, said.append).code == 0
    assert said == ["--no-progress --offline pip absent http://***@h/"]
    (tmp_path / "there").touch()
    said.clear()
    assert runner.run_cached(["pip", "there"], tmp_path, said.append).tail == tuple(said)
    assert said == ["--no-progress pip there http://***@h/"]
