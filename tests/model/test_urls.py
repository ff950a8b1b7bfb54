from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ws.model.urls import masked, masking

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


@pytest.mark.parametrize(
    ("variables", "text", "shown"),
    [
        ({"POETRY_HTTP_BASIC_OURS_PASSWORD": "s3cret"}, "it is s3cret", "it is ***"),
        ({"POETRY_PYPI_TOKEN_OURS": "pypi-abc"}, "token=pypi-abc!", "token=***!"),
        ({"UV_INDEX_OURS_PASSWORD": "s3/ret"}, "s3/ret s3%2Fret s3%2fret", "*** *** ***"),
        ({"GITHUB_TOKEN": "ghp_abc"}, "ghp_abc", "***"),
        ({"MY_SECRET": "one-line\ntwo-line"}, "two-line of one-line", "*** of ***"),
        ({"PIP_INDEX_URL": "https://bob:s3%40ret@h/"}, "bob s3@ret s3%40ret", "bob *** ***"),
        ({"UV_INDEX": "a=https://x:one1@h b=https://tok-en@i"}, "one1 tok-en", "*** ***"),
        ({"ANY_PASSWORD": "1"}, "1 of 10", "1 of 10"),
        ({"ANY_PASSWORD": ""}, "nothing", "nothing"),
        ({"SOME_PATH": "secret"}, "a secret path", "a secret path"),
        ({"A_TOKEN": "abcd", "B_TOKEN": "abcdef"}, "abcdef", "***"),
        (
            {"POETRY_HTTP_BASIC_A_USERNAME": "tok-en", "POETRY_HTTP_BASIC_A_PASSWORD": ""},
            "tok-en",
            "***",
        ),
        (
            {"POETRY_HTTP_BASIC_A_USERNAME": "robert", "POETRY_HTTP_BASIC_A_PASSWORD": "pass"},
            "robert pass",
            "robert ***",
        ),
        ({}, "http://bob:s3cret@h/", "http://***@h/"),
        ({"PROXY": "http://host:3128"}, "3128", "3128"),
    ],
)
def test_what_variables_hold_is_hidden_however_it_is_written(
    variables: dict[str, str], text: str, shown: str
) -> None:
    assert masking(variables)(text) == shown


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=4))
def test_no_secret_comes_through_plain_or_encoded(secret: str) -> None:
    assume("*" not in secret)
    hide = masking({"ANY_TOKEN": secret, "URL": f"https://bob:{quote(secret, safe='')}@host/"})
    for form in (secret, quote(secret, safe="")):
        assert form not in hide(f"before {form} after")
