"""What `ws init` proposes: a `workspace.toml` for the members that a repository has already."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ws.model.workspace import Settings, Shared
from ws.planning.patterns import patterns_for
from ws.planning.sync_paths import has_main

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.model.workspace import Member
    from ws.planning.patterns import Choice

_LINE = 100
_ENOUGH = 2
"""How many must depend on a member already for it to be called shared."""

_HEAD = """\
# What `ws` works on: `ws list` shows the members, `ws check` what is wrong with them.

[workspace]
"""
_MEMBERS = """\
# Folders with a pyproject.toml: * is any one name, ** any depth. What git ignores is passed over.
"""
_EXCLUDE = """\
# Not these, though a pattern above matches them.
"""
_SHARED = """\

# Who must depend on what, by path: `ws sync` writes it where it is missing. With dedupe = true,
# consumers do not repeat what the shared package already brings.
"""


def propose(
    name: str, members: Sequence[Member], others: Sequence[str], exclude: Sequence[str] = ()
) -> Settings:
    """Settings that choose exactly these members, and their text: a whole `workspace.toml`.

    `others` are the folders that hold a `pyproject.toml` besides, `exclude` the patterns that
    were left out of both. All paths and patterns are relative to the root.
    """
    choice = patterns_for([member.path for member in members], others)
    settings = Settings(
        members=choice.patterns,
        name=name,
        exclude=tuple(dict.fromkeys((*exclude, *choice.exclude))),
        shared=_shared(members),
    )
    return replace(settings, text=_text(settings))


def _shared(members: Sequence[Member]) -> tuple[Shared, ...]:
    """The members that others depend on already, with exactly those others as consumers.

    However they declare it: `ws sync` makes a path of it. Those that need it only in a group are
    no consumers, since a consumer gets it as a main dependency.
    """
    found = []
    for package in members:
        rest = [member for member in members if member is not package]  # it is no consumer itself
        needing = {member.path for member in rest if has_main(member, package.name)}
        if len(needing) >= _ENOUGH:
            others = {member.path for member in rest} - needing
            choice = patterns_for(needing, others, least=_ENOUGH)
            found.append(Shared(package.name, tuple(_consumers(choice))))
    return tuple(found)


def _consumers(choice: Choice) -> Iterator[str]:
    """A choice as `[[shared]]` has it, where `!` takes away: no folder may begin with it."""
    for pattern in choice.patterns:
        yield f"./{pattern}" if pattern.startswith("!") else pattern
    for pattern in choice.exclude:
        yield f"!{pattern}"


def _text(settings: Settings) -> str:
    name = f"name = {_string(settings.name)}\n" if settings.name else ""
    exclude = _EXCLUDE + _array("exclude", settings.exclude) if settings.exclude else ""
    shared = "\n".join(
        f"[[shared]]\npackage = {_string(one.package)}\n{_array('consumers', one.consumers)}"
        for one in settings.shared
    )
    return "".join(
        (
            _HEAD,
            name,
            _MEMBERS,
            _array("members", settings.members),
            exclude,
            _SHARED if shared else "",
            shared,
        )
    )


def _array(key: str, values: Sequence[str]) -> str:
    """`key = [...]` on one line, or where that is too long, with a line for each value."""
    line = f"{key} = [{', '.join(map(_string, values))}]\n"
    if len(line) <= _LINE:
        return line
    return f"{key} = [\n{''.join(f'    {_string(value)},{chr(10)}' for value in values)}]\n"


def _string(value: str) -> str:
    """A TOML string; its escapes are those of JSON, which leaves the DEL character as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
