from __future__ import annotations

import stat
import tomllib
from configparser import RawConfigParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.engines import index_secrets
from ws.errors import WorkError
from ws.planning.image_indexes import Indexes
from ws.planning.uv_requirements import Index

if TYPE_CHECKING:
    from pathlib import Path

OURS = Index("our-own", "http://h.example/simple")
GIVEN = {
    "POETRY_HTTP_BASIC_OUR_OWN_USERNAME": "bob",
    "POETRY_HTTP_BASIC_OUR_OWN_PASSWORD": "a/b@c",
}
GUARDED = "http://bob:a%2Fb%40c@h.example/simple"


def pip(folder: Path) -> dict[str, str]:
    parser = RawConfigParser()
    parser.read(folder / "pip.conf")
    return dict(parser["global"])


def test_nothing_is_written_where_all_comes_from_the_usual_index(tmp_path: Path) -> None:
    assert index_secrets.write(tmp_path, {}, Indexes((OURS,))) == ()
    assert list(tmp_path.iterdir()) == []


def test_credentials_of_a_source_are_for_uv_and_draw_no_other_package_there(tmp_path: Path) -> None:
    assert len(index_secrets.write(tmp_path, GIVEN, Indexes((OURS,)))) == 2
    assert pip(tmp_path) == {}
    assert tomllib.loads((tmp_path / "uv.toml").read_text()) == {
        "index": [{"name": "guarded-1", "url": GUARDED, "explicit": True}]
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_source_in_the_place_of_pypi_is_the_default_unless_this_machine_has_one(
    tmp_path: Path,
) -> None:
    index_secrets.write(tmp_path, GIVEN, Indexes((OURS,), OURS))
    assert pip(tmp_path) == {"index-url": GUARDED}
    assert tomllib.loads((tmp_path / "uv.toml").read_text()) == {
        "index": [{"url": GUARDED, "default": True}]
    }
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    index_secrets.write(
        mirror, {**GIVEN, "PIP_INDEX_URL": "http://m.example/"}, Indexes((OURS,), OURS)
    )
    assert pip(mirror) == {"index-url": "http://m.example"}


def test_variables_come_before_what_stands_in_the_address() -> None:
    index = Index("our-own", "http://old:word@h.example:81/simple")
    assert index_secrets.address(index, {}) == index.url
    assert index_secrets.address(index, GIVEN) == "http://bob:a%2Fb%40c@h.example:81/simple"


@given(st.text(min_size=1), st.text())
def test_any_password_makes_an_address(user: str, password: str) -> None:
    names = ("POETRY_HTTP_BASIC_OUR_OWN_USERNAME", "POETRY_HTTP_BASIC_OUR_OWN_PASSWORD")
    parts = urlsplit(index_secrets.address(OURS, dict(zip(names, (user, password), strict=True))))
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (user, password)
    assert (parts.hostname, parts.path) == ("h.example", "/simple")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match=r"cannot write pip\.conf, a secret of the build"):
        index_secrets.write(tmp_path / "gone", GIVEN, Indexes((OURS,)))
