from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.build_variables import dotenv, interpolated

VALUES = {"CTX": "workers", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$CTX/chat", "workers/chat"),
        ("${CTX}/chat", "workers/chat"),
        ("${CTX:-.}", "workers"),
        ("${NONE:-.}", "."),
        ("${NONE-}", ""),
        ("${EMPTY:-.}", "."),
        ("${EMPTY-.}", ""),
        ("${NONE:-${CTX}/a}", "workers/a"),
        ("${NONE:-${NONE:-x}}", "x"),
        ("${CTX:+a}${EMPTY:+b}", "a"),
        ("$$CTX", "$CTX"),
        ("${NONE}", None),
        ("$NONE", None),
        ("${NONE:?say it}", None),
        ("${CTX:?say it}", "workers"),
        ("${CTX", None),
    ],
)
def test_what_compose_puts_in(text: str, result: str | None) -> None:
    assert interpolated(text, VALUES) == result


def test_an_env_file_has_values_quotes_and_comments() -> None:
    text = """\
# a comment
CTX=.
export OTHER = "a b" # more
SINGLE='$CTX'
MADE=${CTX}/chat  # of another
UNKNOWN=${NOWHERE}
no value
"""
    assert dotenv(text) == {"CTX": ".", "OTHER": "a b", "SINGLE": "$CTX", "MADE": "./chat"}


@given(st.text(st.sampled_from("${}:-+?AB_a=\"'# \n")))
def test_no_text_makes_it_fail(text: str) -> None:
    interpolated(text, {"A": "b"})
    dotenv(text)


@given(st.text().filter(lambda text: "$" not in text))
def test_a_text_without_a_dollar_stays(text: str) -> None:
    assert interpolated(text, {}) == text
