from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from ws.formats import toml_edits

if TYPE_CHECKING:
    from ws.formats.toml_places import Keys


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("a = {x = 1, y.z = 2, w = 3} # c\n", ("a", "y"), "a = {x = 1, w = 3} # c\n"),
        ("a = {x = 1, y.z = 2}\n", ("a", "y"), "a = {x = 1}\n"),
        ("a = {x = 1}\n", ("a", "x"), "a = {}\n"),
        ('a = ["x",]\n', ("a", 0), "a = []\n"),
        ('a = ["x", "y",]\n', ("a", 1), 'a = ["x",]\n'),
        ('a = ["x", "y",]\n', ("a", 0), 'a = ["y",]\n'),
        ('a = [\n  "x", # one\n  "y" # two\n]\n', ("a", 1), 'a = [\n  "x", # one\n]\n'),
        ('a = [\n  "x", # one\n  "y" # two\n]\n', ("a", 0), 'a = [\n  "y" # two\n]\n'),
        ("# over\na = 1 # beside\n# under\n", ("a",), "# over\n# under\n"),
        ("[t]\na = 1\n\n[t.b]\nc = 1\nd = 2\n\n[u]\n", ("t", "b"), "[t]\na = 1\n\n[u]\n"),
        ("[t]\nb.c = 1\nx = 1\nb.d = {z = 1}\n", ("t", "b"), "[t]\nx = 1\n"),
        ("a = [\n  1,\n  2,\n]\r\nb = 1\r\n", ("b",), "a = [\n  1,\n  2,\n]\r\n"),
    ],
)
def test_what_is_removed_takes_its_comma_its_line_and_the_comment_beside_it(
    before: str, keys: Keys, after: str
) -> None:
    assert toml_edits.remove(before, keys) == after
    tomllib.loads(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = []\n", 'a = ["n"]\n'),
        ('a = [ "x" ]\n', 'a = [ "x", "n" ]\n'),
        ('a = ["x",]\n', 'a = ["x", "n",]\n'),
        ('a = [\n  "x" # c\n]\n', 'a = [\n  "x", # c\n  "n",\n]\n'),
        ('a = [\n  "x", # c\n]\n', 'a = [\n  "x", # c\n  "n",\n]\n'),
        ('a = [\n  "x", "y"\n]\n', 'a = [\n  "x", "y",\n  "n",\n]\n'),
        ('a = [\r\n\t"x",\r\n]\r\n', 'a = [\r\n\t"x",\r\n\t"n",\r\n]\r\n'),
    ],
)
def test_an_item_is_appended_as_the_last_one_stands(before: str, after: str) -> None:
    assert toml_edits.append_item(before, ("a",), '"n"') == after
    tomllib.loads(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[t.d]\n  a = 1 # c\n\n# d\n[u]\n", "[t.d]\n  a = 1 # c\n  n = 1\n\n# d\n[u]\n"),
        ("[t.d]\n\n[u]\n", "[t.d]\nn = 1\n\n[u]\n"),
        ("[t.d]", "[t.d]\nn = 1"),
        ("t.d.a = 1\n", "t.d.a = 1\nt.d.n = 1\n"),
        ("t = {d = {a = 1}}\n", "t = {d = {a = 1, n = 1}}\n"),
        ("t.d = {}\n", "t.d = {n = 1}\n"),
        ("[t.c]\na = 1\n\n[u]\n", "[t.c]\na = 1\n\n[u]\n\n[t.d]\nn = 1\n"),
        ("[p]\na = 1\n[u]\n", "[p]\na = 1\n\n[t.d]\nn = 1\n\n[u]\n"),
        ("[u]\na = 1\n", "[u]\na = 1\n\n[t.d]\nn = 1\n"),
        ("", "[t.d]\nn = 1\n"),
    ],
)
def test_a_pair_is_appended_to_its_table_however_that_is_written(before: str, after: str) -> None:
    assert toml_edits.append_pair(before, ("t", "d"), "n", "1", beside="p") == after
    assert tomllib.loads(after)["t"]["d"]["n"] == 1


def test_a_pair_takes_the_dots_the_quotes_and_the_spacing_of_its_neighbour() -> None:
    text = "[t]\n  'a' . 'path'='x' # c\n"
    assert toml_edits.insert_pair(text, ("t", "a", "path"), "develop", "true") == (
        "[t]\n  'a' . 'path'='x' # c\n  'a' . 'develop'=true\n"
    )


@pytest.mark.parametrize(
    ("text", "table"),
    [("", "{a = 1}"), ("x = { y = 1 }\n", "{ a = 1 }"), ("x = {y = 1}\nz = {}\n", "{a = 1}")],
)
def test_braces_are_spaced_as_most_others_in_the_text(text: str, table: str) -> None:
    assert toml_edits.inline_table(text, {"a": "1"}) == table


def test_keys_that_lead_to_nothing_are_an_error() -> None:
    with pytest.raises(KeyError):
        toml_edits.remove("a = 1\n", ("b",))
    with pytest.raises(KeyError):
        toml_edits.replace_value("a = 1\n", ("b",), "2")
