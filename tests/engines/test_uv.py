from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
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


def test_uv_asks_one_index_in_the_way_in_which_it_tells_that_it_wants_credentials() -> None:
    alone = {"UV_INDEX_STRATEGY": "first-index"}
    assert uv.with_indexes(FIXED, (), needs_default=True) == FIXED | alone
    one = (Index("a", "https://h/simple"),)
    found = uv.with_indexes(FIXED, one, needs_default=False)
    assert found == FIXED | alone | {"UV_DEFAULT_INDEX": "a=https://h/simple"}
    for more in ({"UV_EXTRA_INDEX_URL": "https://b"}, {"UV_INDEX": "https://b"}):
        assert uv.with_indexes(FIXED | more, (), needs_default=True) == FIXED | more


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (("error: Failed to build `a==1`", "..."), "a 1 cannot be built: the log tells why"),
        (("hint", "error: something else"), "something else"),
        (("nothing",), ""),
    ],
)
def test_a_failure_is_explained_in_one_line(output: tuple[str, ...], reason: str) -> None:
    assert uv.explain(output) == reason


SAYS = {
    "cache": "Because a was not found in the cache and you require a==1, we can conclude",
    "address": "Because a was not found in the cache and you require a, we can conclude",
    "archive": "error: Failed to download `a==1`\n  cause: Network connectivity is disabled, but",
    "build": "  cause: Failed to resolve requirements from `build-system.requires`\n"
    "  cause: Because a was not found in the cache and you require a>=1,<2, we can conclude",
    "house": "Because a was not found in the provided package locations and you require a==1, we",
    "version": "Because there is no version of a==1 and you require a==1, we can conclude",
    "hash": "error: Failed to download `a==1`\n  cause: Hash mismatch for `a==1`",
    "range": "Because only a==1 is available and you require a>=2,<3, we can conclude",
}
ONCE = "run once without --offline"
HASH = "the wheelhouse (/h) has another hash than the lock says: put the right one there"
PUT = "is not in the wheelhouse (/h): put its wheel or sdist there"


@pytest.mark.parametrize(
    ("says", "offline", "houses", "reason"),
    [
        ("cache", True, (), f"a 1 is not in uv's cache: {ONCE}, or --wheelhouse DIR"),
        ("address", True, (), f"a is not in uv's cache: {ONCE}"),
        ("address", True, ("/h",), f"a is not in uv's cache: {ONCE}"),
        ("archive", True, (), f"a 1 is not in uv's cache: {ONCE}, or --wheelhouse DIR"),
        ("build", True, (), f"a>=1,<2 is not in uv's cache: {ONCE}, or --wheelhouse DIR"),
        ("hash", False, ("/h",), f"a 1 in {HASH}"),
        ("house", False, ("/h",), f"a 1 {PUT}"),
        ("version", True, ("/h",), f"a 1 {PUT}"),
        ("range", False, ("/h",), f"a>=2,<3 {PUT}"),
    ],
)
def test_what_is_not_where_packages_are_taken_from_is_named(
    *, says: str, offline: bool, houses: tuple[str, ...], reason: str
) -> None:
    program = uv.Uv("uv", {}, Processes(), offline, houses)
    assert program.explain(SAYS[says].splitlines()) == reason


def test_a_wheelhouse_stands_in_the_place_of_every_index(tmp_path: Path) -> None:
    fake = script(tmp_path / "uv", 'echo "$@"')
    program = uv.Uv(fake, os.environ, Processes(), wheelhouses=("/a", "/b"))
    said: list[str] = []
    for args in (("pip", "install", "x"), ("venv", ".venv")):
        program.run(args, tmp_path, said.append)
    assert said == [
        "--no-progress pip install x --no-index --find-links /a --find-links /b",
        "--no-progress venv .venv",
    ]


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


def test_one_goes_online_at_a_time_and_the_others_find_what_it_has_downloaded(
    tmp_path: Path,
) -> None:
    """Nobody is kept waiting where a build may take long."""
    fake = script(
        tmp_path / "uv",
        'case "$2" in --offline) test -e done;;'
        ' *) echo "$$" >> asked; sleep 0.3; touch done;; esac',
    )
    runner = uv.Uv(fake, os.environ, Processes())

    def ask(_: int) -> int:
        return runner.run_cached(["pip"], tmp_path, lambda _line: None, in_turn=True).code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [0, 0, 0, 0]
    assert len((tmp_path / "asked").read_text().split()) == 1
