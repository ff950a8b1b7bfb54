from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.pyproject_editor import ToPath, edited

if TYPE_CHECKING:
    from ws.formats.toml_places import Keys

DEPENDENCIES = ("tool", "poetry", "dependencies")
HEADER = "[tool.poetry.dependencies]\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('x = {path = "../x"}', 'x = {path = "../y", develop = true}'),
        ('x={path="../x"}', 'x={path="../y", develop=true}'),
        ("x = { path = '../x' } # why", "x = { path = '../y', develop = true } # why"),
        ("x = {'path' = '../x'}", "x = {'path' = '../y', 'develop' = true}"),
        ('x = {path = """../x"""}', 'x = {path = "../y", develop = true}'),
        ('x = {path = "q", develop = false}', 'x = {path = "../y", develop = true}'),
        ('x = {develop=false,path = "q"}', 'x = {develop=true,path = "../y"}'),
        (
            'x = {path = "q", extras = ["a"]}',
            'x = {path = "../y", develop = true, extras = ["a"]}',
        ),
        ('x.path = "q" # why\nz = "1"', 'x.path = "../y" # why\nx.develop = true\nz = "1"'),
        ('  x . "path"="q"', '  x . "path"="../y"\n  x . "develop"=true'),
        ('x.path = "q"\nz = "1"\nx.develop = false', 'x.path = "../y"\nz = "1"\nx.develop = true'),
        (
            '[tool.poetry.dependencies.x]\n  path = "q"\n\n[z]',
            '[tool.poetry.dependencies.x]\n  path = "../y"\n  develop = true\n\n[z]',
        ),
    ],
)
def test_only_path_and_develop_change(before: str, after: str) -> None:
    assert edited(HEADER + before, [ToPath((*DEPENDENCIES, "x"), "../y")]) == HEADER + after


def test_one_of_several_constraints_is_changed() -> None:
    before = HEADER + 'x = [\n  # old\n  {version = "1"},\n  {path = "q"}, # new\n]\n'
    after = (
        HEADER + 'x = [\n  # old\n  {version = "1"},\n  {path = "y", develop = true}, # new\n]\n'
    )
    assert edited(before, [ToPath((*DEPENDENCIES, "x", 1), "y")]) == after


def test_a_table_dotted_inside_braces_stays_in_them() -> None:
    before = '[tool.poetry]\ndependencies = {x.path = "q", z = "1"}\n'
    after = '[tool.poetry]\ndependencies = {x.path = "y", x.develop = true, z = "1"}\n'
    assert edited(before, [ToPath((*DEPENDENCIES, "x"), "y")]) == after


def test_a_new_line_ends_as_the_others_do() -> None:
    before = '[tool.poetry.dependencies.x]\r\npath = "q"'
    after = '[tool.poetry.dependencies.x]\r\npath = "y"\r\ndevelop = true'
    assert edited(before, [ToPath((*DEPENDENCIES, "x"), "y")]) == after


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("../it's", '"../it\'s"'),
        ('../a"b', '"../a\\"b"'),
        ("../a\\b", '"../a\\\\b"'),
        ("../naïve dir", "'../naïve dir'"),
    ],
)
def test_a_path_that_its_quotes_cannot_hold_gets_others(path: str, value: str) -> None:
    text = HEADER + "x = {path = 'q', develop = true}\n"
    after = edited(text, [ToPath((*DEPENDENCIES, "x"), path)])
    assert after == HEADER + f"x = {{path = {value}, develop = true}}\n"
    assert tomllib.loads(after)["tool"]["poetry"]["dependencies"]["x"]["path"] == path


def test_any_valid_order_of_tables_can_be_edited() -> None:
    text = (
        '[tool.poetry.dependencies.x]\npath = "q"\n[tool.poetry.dependencies]\n[tool.poetry]\n'
        '[tool.poetry.dependencies.z]\nversion = "1"\n'
    )
    after = edited(text, [ToPath((*DEPENDENCIES, "x"), "y")])
    assert after == text.replace('path = "q"\n', 'path = "y"\ndevelop = true\n')


class Entry(NamedTuple):
    """The lines of one dependency, those marked that an edit may change, and the edits of it."""

    lines: list[tuple[str, bool]]
    edits: list[Keys]
    added: int
    """How many lines the edits add."""


class Generated(NamedTuple):
    text: str
    kept: list[str]
    """The lines that no edit may touch."""
    edits: list[ToPath]
    added: int


SPACES = st.sampled_from(["", " ", "  ", "\t"])
COMMENTS = st.sampled_from(["", "  # path = 'no', develop = false", "# é"])
PATHS = st.sampled_from(["../shared", "..\\\\shared", "x", "../ü b"])
NAMES = ["shared", "Shared_Python", "a.b", "z-1", "path", "develop"]
NEW_PATHS = st.sampled_from(["../../packages/shared", ".", "../it's", '../"q"', "ü/b c", "a\\b"])


def key(name: str, draw: st.DrawFn) -> str:
    quotes = ['"', "'"] if "." in name else ["", '"', "'"]
    quote = draw(st.sampled_from(quotes))
    return f"{quote}{name}{quote}"


def assignment(name: str, value: str, draw: st.DrawFn) -> str:
    return f"{key(name, draw)}{draw(SPACES)}={draw(SPACES)}{value}"


def pairs(draw: st.DrawFn) -> list[tuple[str, str]]:
    """`path`, perhaps `develop`, and others that `path` may hold, in any order."""
    quote = draw(st.sampled_from(['"', '"""']))
    found = [("path", f"{quote}{draw(PATHS)}{quote}")]
    if draw(st.booleans()):
        found.append(("develop", draw(st.sampled_from(["true", "false"]))))
    if draw(st.booleans()):
        found.append(("extras", '["a", "path = 1"]'))
    if draw(st.booleans()):
        found.append(("markers", "\"python_version > '3'\""))
    return draw(st.permutations(found))


def braces(values: list[tuple[str, str]], draw: st.DrawFn) -> str:
    inner = f",{draw(SPACES)}".join(assignment(name, value, draw) for name, value in values)
    return f"{{{draw(SPACES)}{inner}{draw(SPACES)}}}"


def plain(keys: Keys, draw: st.DrawFn) -> Entry:
    return Entry([(assignment(str(keys[-1]), '"^1"', draw) + draw(COMMENTS), False)], [], 0)


def inline(keys: Keys, draw: st.DrawFn) -> Entry:
    text = assignment(str(keys[-1]), braces(pairs(draw), draw), draw)
    return Entry([(text + draw(COMMENTS), True)], [keys], 0)


def constraints(keys: Keys, draw: st.DrawFn) -> Entry:
    lines = [(assignment(str(keys[-1]), "[", draw) + draw(COMMENTS), False)]
    edits: list[Keys] = []
    for index, is_path in enumerate(draw(st.lists(st.booleans(), min_size=1, max_size=3))):
        values = pairs(draw) if is_path else [("version", '"^1"')]
        lines.append((f"  {braces(values, draw)},{draw(COMMENTS)}", is_path))
        edits += [(*keys, index)] if is_path else []
    return Entry([*lines, ("]", False)], edits, 0)


def lines_of(values: list[tuple[str, str]], prefix: str, draw: st.DrawFn) -> Entry:
    changing = ("path", "develop")
    indent = draw(SPACES)
    lines = [
        (indent + prefix + assignment(name, value, draw) + draw(COMMENTS), name in changing)
        for name, value in values
    ]
    return Entry(lines, [], added=0 if "develop" in dict(values) else 1)


def dotted(keys: Keys, draw: st.DrawFn) -> Entry:
    prefix = f"{key(str(keys[-1]), draw)}{draw(SPACES)}.{draw(SPACES)}"
    return lines_of(pairs(draw), prefix, draw)._replace(edits=[keys])


def header(keys: Keys, draw: st.DrawFn) -> Entry:
    name = ".".join((*map(str, keys[:-1]), key(str(keys[-1]), draw)))
    entry = lines_of(pairs(draw), "", draw)
    return Entry([(f"[{name}]{draw(COMMENTS)}", False), *entry.lines], [keys], entry.added)


@st.composite
def manifests(draw: st.DrawFn) -> Generated:
    """A manifest with dependencies in every form that TOML has, in any order."""
    sections: list[list[Entry]] = [
        [Entry([("[tool.poetry]", False), ('name = "chat" # é', False)], [], 0)],
        [Entry([("[tool.black]", False), ('path = "../shared"', False), ("", False)], [], 0)],
    ]
    for table in (DEPENDENCIES, ("tool", "poetry", "group", "dev", "dependencies")):
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
        body = [Entry([(f"[{'.'.join(table)}]", False)], [], 0)]
        for name in names:
            form = draw(st.sampled_from([plain, inline, constraints, dotted, header]))
            entry = form((*table, name), draw)
            if form is header:
                sections.append([entry])
            else:
                body.append(entry)
        sections.append(body)
    entries = [entry for section in draw(st.permutations(sections)) for entry in section]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    ended = draw(st.booleans())
    lines = [line for entry in entries for line in entry.lines]
    whole = [text + newline for text, _ in lines]
    if not ended:
        whole[-1] = lines[-1][0]
    return Generated(
        text="".join(whole),
        kept=[
            text for text, (_, changes) in zip(whole, lines, strict=True) if text and not changes
        ],
        edits=[ToPath(keys, draw(NEW_PATHS)) for entry in entries for keys in entry.edits],
        added=sum(entry.added for entry in entries),
    )


def split(text: str) -> list[str]:
    """The lines with their ends; `splitlines` would split at more than TOML does."""
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]


def with_edits(text: str, edits: list[ToPath]) -> dict[str, Any]:
    """What the edited text must say."""
    document = tomllib.loads(text)
    for edit in edits:
        table: Any = document
        for step in edit.keys:
            table = table[step]
        table.update(path=edit.path, develop=True)
    return document


def edited_of(generated: Generated) -> str:
    return edited(generated.text, generated.edits)


@given(manifests())
def test_the_edited_text_says_exactly_what_was_asked_for(generated: Generated) -> None:
    edited = edited_of(generated)
    assert tomllib.loads(edited) == with_edits(generated.text, generated.edits)


@given(manifests())
def test_every_line_without_an_edited_value_stays_as_it_was(generated: Generated) -> None:
    after = split(edited_of(generated))
    remaining = iter(after)
    assert [line for line in generated.kept if line not in remaining] == []
    assert len(after) == len(split(generated.text)) + generated.added


@given(manifests())
def test_what_is_as_it_should_be_is_not_changed_again(generated: Generated) -> None:
    once = edited_of(generated)
    assert edited(once, generated.edits) == once


@given(manifests())
def test_no_edit_changes_nothing(generated: Generated) -> None:
    assert edited(generated.text, []) == generated.text
