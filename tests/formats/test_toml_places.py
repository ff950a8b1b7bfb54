from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.toml_places import line_of, places


def at(data: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        data = data[key]
    return data


def leaves(data: Any, keys: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """The keys of every value that is neither a table nor an array, and of every empty one."""
    if not isinstance(data, dict | list) or not data:
        return {keys}
    items = data.items() if isinstance(data, dict) else enumerate(data)
    return {leaf for key, value in items for leaf in leaves(value, (*keys, key))}


def check(text: str) -> None:
    """Every value of the text has its place, and what stands there is that value."""
    data = tomllib.loads(text)
    found = places(text)
    for place in found:
        if not place.header:
            assert tomllib.loads(f"x = {text[place.value : place.end]}")["x"] == at(
                data, place.keys
            )
    assert leaves(data) - {()} <= {place.keys for place in found}
    assert found == sorted(found, key=lambda place: (place.start, -place.end))


def test_each_thing_has_its_keys_and_its_span() -> None:
    text = 'a.b = 1 # c\n[t]\n"x y" = [ {k = "v"}, ]\n[[l]]\n[[l]]\nz = 2'
    assert [(p.keys, text[p.start : p.end], p.inline, p.header) for p in places(text)] == [
        (("a", "b"), "a.b = 1", False, False),
        (("t",), "[t]", False, True),
        (("t", "x y"), '"x y" = [ {k = "v"}, ]', False, False),
        (("t", "x y", 0), '{k = "v"}', True, False),
        (("t", "x y", 0, "k"), 'k = "v"', True, False),
        (("l", 0), "[[l]]", False, True),
        (("l", 1), "[[l]]", False, True),
        (("l", 1, "z"), "z = 2", False, False),
    ]


def test_an_empty_text_has_no_places() -> None:
    assert places("") == places("# nothing\n\n") == []


@pytest.mark.parametrize(
    "value",
    [
        '"""a "quoted" text\n with # and = and ""\\""" and five"""""',
        "'''it's\n[not] a = table'''''",
        '"a\\"b # c"',
        "'C:\\temp'",
        "1979-05-27 07:32:00",
        "+1_000.5e-3",
        "[\n  1, # one ]\n  [2, [3]],\n  # end\n]",
        "{ a = { b = [ { c = 1 } ] }, d.e = '}' }",
        "[]",
        "{}",
    ],
)
def test_a_value_of_any_form_is_spanned_whole(value: str) -> None:
    text = f"before = 1\nx = {value}  # comment\nafter = 2\n"
    check(text)
    [place] = [place for place in places(text) if place.keys == ("x",)]
    assert text[place.value : place.end] == value


def test_tables_in_an_array_of_tables_are_told_apart() -> None:
    text = "[[a]]\n[a.b]\nx = 1\n[[a.c]]\ny = 1\n[[a.c]]\ny = 2\n[[a]]\n[a.b]\nx = 2\n"
    check(text)
    keys = [place.keys for place in places(text) if not place.header]
    assert keys == [
        ("a", 0, "b", "x"),
        ("a", 0, "c", 0, "y"),
        ("a", 0, "c", 1, "y"),
        ("a", 1, "b", "x"),
    ]


KEYS = st.sampled_from(["a", "b-c", "d_e", "1", "tool", "with space", "dot.ted", "é", 'q"q', ""])
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
GAPS = st.sampled_from(["", " ", "  ", "\t"])
BREAKS = st.sampled_from(["", " ", "\n", "\n  # [a] = {,}\n ", "\r\n"])


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """A value as TOML, with blanks, comments and line breaks wherever they may stand."""
    if isinstance(value, list):
        items = [draw(BREAKS) + draw(written(item)) + draw(BREAKS) for item in value]
        return f"[{','.join(items)}{draw(BREAKS)}]"
    if isinstance(value, dict):
        pairs = [draw(GAPS) + draw(pair(key, value[key])) + draw(GAPS) for key in value]
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, str) and draw(st.booleans()):
        return f"'''{value}'''" if "'" not in value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


@st.composite
def pair(draw: st.DrawFn, key: str, value: Any) -> str:
    bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    name = key if bare and draw(st.booleans()) else json.dumps(key, ensure_ascii=False)
    return f"{name}{draw(GAPS)}={draw(GAPS)}{draw(written(value))}"


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = []
    data = draw(st.dictionaries(KEYS, VALUES, max_size=4))
    tables = draw(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
    lines += [draw(pair(key, data[key])) for key in data if key not in tables]
    for name, table in tables.items():
        header = json.dumps(name, ensure_ascii=False)
        lines.append(draw(st.sampled_from(["[{}]", "[ {} ] # x", "[[{}]]"])).format(header))
        lines += [draw(GAPS) + draw(pair(key, table[key])) + draw(GAPS) for key in table]
    return draw(st.sampled_from(["\n", "\r\n", " # comment\n"])).join(lines)


@given(texts())
def test_whatever_a_text_holds_has_its_place(text: str) -> None:
    check(text)


TEXT = """\
[project]
name = "chat"
dependencies = [
  "version>=2",
  "rich==13",
]
"version" = "1.0" # quoted

[tool.poetry.dependencies]
shared = { path = "../shared", develop = true }
vector.path = "../vector"
"a=b" = "1"

[tool.poetry.group."dev.more".dependencies] # a comment
  indented = "^1"

[[tool.poetry.source]]
name = "mirror"
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("project",), 1),
        (("project", "name"), 2),
        (("project", "version"), 7),
        (("tool", "poetry", "dependencies"), 9),
        (("tool", "poetry", "dependencies", "shared"), 10),
        (("tool", "poetry", "dependencies", "shared", "develop"), 10),
        (("tool", "poetry", "dependencies", "vector"), 11),
        (("tool", "poetry", "dependencies", "vector", "path"), 11),
        (("tool", "poetry", "dependencies", "a=b"), 12),
        (("tool", "poetry", "group"), 14),
        (("tool", "poetry", "group", "dev.more", "dependencies", "indented"), 15),
        (("tool", "poetry", "source", 0, "name"), 18),
        (("tool", "poetry", "extras"), 9),
        (("project", "rich"), 1),
        (("build-system",), None),
    ],
)
def test_the_line_of_a_key_is_found(keys: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, *keys) == line
    assert line_of(TEXT.replace("\n", "\r\n"), *keys) == line


def test_the_line_of_an_item_is_found_or_else_that_of_its_array() -> None:
    text = "[workspace]\nmembers = [\n  'packages/**', # [\n  \"workers/*\",\n]\n"
    assert line_of(text, "workspace", "members", 0) == 3
    assert line_of(text, "workspace", "members", 1) == 4
    assert line_of(text, "workspace", "members", 2) == 2
