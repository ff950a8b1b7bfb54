from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ws.model.urls import masked

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://bob:secret@host/simple", "https://***@host/simple"),
        ("https://token@host/simple", "https://***@host/simple"),
        ("https://bob:se@cret@host/simple", "https://***@host/simple"),
        ("https://bob:se/cr?et#@host:80/simple", "https://***@host:80/simple"),
        ("git+ssh://git@host/a.git@v1", "git+ssh://***@host/a.git@v1"),
        ("see http://a:b@x and HTTP://c:d@y/", "see http://***@x and HTTP://***@y/"),
        ("https://host:8080/a.git@v1", "https://host:8080/a.git@v1"),
        ("https://host/simple", "https://host/simple"),
        ("mail bob@host", "mail bob@host"),
    ],
)
def test_user_and_password_of_an_address_are_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(TEXT, TEXT)
def test_no_password_is_left_however_it_is_written(user: str, password: str) -> None:
    shown = "could not open https://***@index.example/simple today"
    assume(not set(user) & set("/?#@:") and not password[0].isdigit())
    for word in (password, quote(password, safe="")):
        text = f"could not open https://{user}:{word}@index.example/simple today"
        assert masked(text) == shown
        assert masked(shown) == shown
