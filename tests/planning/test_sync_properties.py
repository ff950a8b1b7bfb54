"""What must hold for every manifest: sync twice is sync once, and nothing else changes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import LONG

from ws.formats import pyproject_reader, workspace_toml
from ws.formats.requirement import parse
from ws.model.names import normalise
from ws.model.plan import WriteFile
from ws.model.workspace import Member, Workspace
from ws.planning import sync

SETTINGS = workspace_toml.read(b'[workspace]\nmembers = ["**"]\n')
OTHERS = {
    "packages/lib": '[tool.poetry]\nname = "lib"\nversion = "1.4.0"\n',
    "packages/My_Tool": '[project]\nname = "My.Tool"\nversion = "0.3.1"\n',
}
MEMBERS = {"lib", "my-tool"}

INLINE = st.sampled_from(
    [
        '{name} = "^1.0"',
        "{name} = '>=0.1'",
        "{name}={{version='*'}}",
        '{name} = {{ version = "^1", extras = ["é", "x"], python = ">=3.11" }}',
        '"{name}" = {{optional = true, version = "^1"}}',
        '{name} = {{git = "https://example.org/x.git", rev = "a#b", subdirectory = "y"}}',
        '{name} = {{url = "https://example.org/x-1.0.whl", markers = "os_name == \'nt\'"}}',
        '{name} = {{file = "../x.tar.gz"}}',
        '{name} = {{path = "../nowhere/", develop = false, extras = []}}',
        '{name} = {{path = "/abs"}}',
        '{name}.version = "^1"',
        '{name}.path = "x"',
        '{name} = [{{version = "^1", python = "<3.12"}}, {{version = "^2", python = ">=3.12"}}]',
        '{name} = [\n  {{version = "^1"}}, # one\n  {{git = "x"}},\n]',
    ]
)
REQUIREMENTS = st.sampled_from(
    [
        "{name}",
        "{name}>=0.1",
        "{name} (>=0.1,<0.2)",
        "{name}[a, b] ~= 9.0 ; python_version < '3.13'",
        "{name} @ file:///srv/x",
        "{name}[a] @ git+https://example.org/x.git@v1 ; os_name == 'nt'",
        "{name} (==1.4.0)",
    ]
)
NAMES = st.sampled_from(["lib", "Lib", "my-tool", "My_Tool", "my.tool"])
FREE = st.sampled_from(["requests", "zope.interface", "typing_extensions", "ruamel-yaml"])
NOISE = st.sampled_from(["", "# a comment, with = and [x] and 'é'", "   # indented", "\t"])
SECTIONS = (
    "dependencies",
    "dev-dependencies",
    "group.dev.dependencies",
    "group.'x y'.dependencies",
)


@st.composite
def tables(draw: st.DrawFn, section: str) -> list[str]:
    """One of Poetry's tables, with members and others, comments and blanks."""
    lines = [f"[tool.poetry.{section}]" + draw(st.sampled_from(["", " # why"]))]
    used: set[str] = set()
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.one_of(NAMES, FREE))
        if normalise(name) in used:
            continue
        used.add(normalise(name))
        quoted = f'"{name}"' if "." in name else name
        form = draw(INLINE)
        indent = draw(st.sampled_from(["", "  "]))
        written = form.replace('"{name}"', quoted).replace("{name}", quoted)
        lines.append(draw(NOISE))
        lines.append(indent + written.replace("{{", "{").replace("}}", "}"))
    return lines


@st.composite
def arrays(draw: st.DrawFn, key: str) -> list[str]:
    """An array of PEP 508 requirements, on one line or on many."""
    names = draw(st.lists(st.one_of(NAMES, FREE), max_size=4, unique_by=normalise))
    items = [f'"{draw(REQUIREMENTS).format(name=name)}"' for name in names]
    if draw(st.booleans()):
        return [f"{key} = [{', '.join(items)}]"]
    comments = [draw(st.sampled_from(["", " # why"])) for _ in items]
    pairs = zip(items, comments, strict=True)
    return [f"{key} = [", *(f"  {item},{comment}" for item, comment in pairs), "]"]


@st.composite
def manifests(draw: st.DrawFn) -> str:
    lines = [draw(NOISE)]
    if draw(st.booleans()):
        lines += ["[project]", 'name = "chat"', 'version = "1"']
        lines += draw(arrays("dependencies")) if draw(st.booleans()) else []
        if draw(st.booleans()):
            lines += ["", "[project.optional-dependencies]", *draw(arrays("extra"))]
        if draw(st.booleans()):
            lines += ["", "[dependency-groups]", *draw(arrays("dev"))]
    else:
        lines += ["[tool.poetry]", 'name = "chat"', "version = '1'  # kept"]
    for section in draw(st.lists(st.sampled_from(SECTIONS), unique=True)):
        lines += [draw(NOISE), *draw(tables(section))]
    for name in draw(st.lists(NAMES, max_size=2, unique_by=normalise)):
        quoted = f"'{name}'" if "." in name else name
        body = draw(st.permutations(['  version = "^1" # why', "  extras = ['x']", "rev = 'abc'"]))
        lines += [draw(NOISE), f"[tool.poetry.group.tests.dependencies.{quoted}]", *body]
    lines += [draw(NOISE), "[tool.other]", 'text = """', "[not.a.table]", 'lib = "^1"', '"""']
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", ending)


def workspace_of(text: str) -> Workspace:
    members = []
    for folder, manifest_text in sorted({**OTHERS, "services/chat": text}.items()):
        manifest = pyproject_reader.read(manifest_text.encode(), f"{folder}/pyproject.toml")
        assert manifest is not None
        members.append(Member(folder, manifest))
    return Workspace(Path("/nowhere"), SETTINGS, tuple(members))


def synced(text: str) -> str:
    workspace = workspace_of(text)
    plan = sync.plan(sync.changes(workspace, [workspace.by_name["chat"]]))
    after = [action.after for action in plan.actions if isinstance(action, WriteFile)]
    return after[0] if after else text


def without_members(value: Any) -> Any:
    """Parsed TOML without all dependencies on members, and without what is empty then."""
    if isinstance(value, dict):
        kept = {
            key: without_members(item)
            for key, item in value.items()
            if normalise(key) not in MEMBERS
        }
        return {key: item for key, item in kept.items() if item not in ({}, [])}
    if isinstance(value, list):
        return [item for item in map(without_members, value) if item is not None]
    if isinstance(value, str) and (found := parse(value)) and normalise(found.name) in MEMBERS:
        return None
    return value


def mentions_member(line: str) -> bool:
    return any(name in line.lower() for name in ("lib", "tool = ", "my-tool", "my_tool", "my.tool"))


@settings(max_examples=5000 if LONG else 60)
@given(manifests())
def test_sync_twice_is_sync_once(text: str) -> None:
    once = synced(text)
    assert synced(once) == once
    workspace = workspace_of(once)
    left = sync.changes(workspace, [workspace.by_name["chat"]])
    assert [change for change in left if change.edits] == []


@settings(max_examples=5000 if LONG else 60)
@given(manifests())
def test_only_dependencies_on_members_change(text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(synced(text))
    assert without_members(after) == without_members(before)


@settings(max_examples=5000 if LONG else 60)
@given(manifests())
def test_every_untouched_line_stays_as_it_was(text: str) -> None:
    remaining = iter(synced(text).split("\n"))
    kept = [
        line
        for line in text.split("\n")
        if line.strip().startswith("#")
        or line.startswith(("text", "[", "name", "version"))
        or "requests" in line
        if not mentions_member(line) and "= [" not in line
    ]
    assert [line for line in kept if line not in remaining] == []
