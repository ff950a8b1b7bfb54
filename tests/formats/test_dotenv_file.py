"""`.env` as Compose reads it."""

from __future__ import annotations

import pytest

from ws.errors import ManifestError
from ws.formats import dotenv_file


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=one two # said\n", "one two"),
        ("export A = one\n", "one"),
        ('A="one\\ntwo"', "one\ntwo"),
        ("A=${B:-none}", "none"),
        ("A=$${B} $$B", "${B} $B"),
        ("B=b\nA=<$B>", "<b>"),
        ("B=b\nA=<${B}>", "<b>"),
        ("B=b\nA='<${B}>'", "<${B}>"),
        ("A=<${SHELL_HAS}>", "<it>"),
        ("SHELL_HAS=no\nA=${SHELL_HAS}", "it"),
        ('B=b\nA="\\$B"', "$B"),
        ('B=b\nA="\\\\$B"', "\\b"),
        ("B=b\nA=\\$B", "\\b"),
        ("B=b\nA='\\$B'", "\\$B"),
        ("A: one # said\n", "one"),
        ("B=b\nexport A:<$B>", "<b>"),
        ("B=b\n\nA : '<$B>'\n", "<$B>"),
        ('B="b\nA: one"\n', None),
        ("A=", ""),
        ("A", None),
        ("B=1", None),
    ],
)
def test_values_are_those_of_compose(text: str, value: str | None) -> None:
    assert dotenv_file.read(text, ".env", {"SHELL_HAS": "it"}).get("A") == value


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("A=1\n\n\nb c\n", "this is no NAME=VALUE", 4),
        ("A=1\n\nB: 'b\n", "this is no NAME=VALUE", 3),
        ("A=1\n\nB=${C:?say it}\n", "C is not set: say it", 3),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(ManifestError, match=message) as told:
        dotenv_file.read(text, "ops/.env", {})
    assert (told.value.where and told.value.where.line) == line
