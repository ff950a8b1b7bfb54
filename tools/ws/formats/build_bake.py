"""The builds in a Bake file (Buildx's "Bake file reference"): targets in HCL or JSON.

Of HCL the plain values are read, and variables of the file itself that have a default; what is
computed by functions is not known. A library for HCL would bring a parser generator along.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

from ws.errors import Where
from ws.formats.build_commands import inside
from ws.model.docker import Problem
from ws.model.docker_build import Build, Unsettled, as_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TARGET = re.compile(r'^\s*target\s+"?([\w.-]+)"?\s*\{', re.MULTILINE)
_DEFAULT = re.compile(
    r'^\s*variable\s+"?(\w+)"?\s*\{[^{}]*?\bdefault\s*=\s*"([^"]*)"', re.MULTILINE
)
_VALUE = r'"((?:\\.|[^"\\])*)"|([A-Za-z_]\w*)'
_HCL = re.compile(
    rf"^\s*(\w+)\s*=\s*(?:{_VALUE}|\[([^\]]*)\]|\{{((?:[^{{}}]|\$\{{[^}}]*\}})*)\}})", re.MULTILINE
)
_PAIR = re.compile(rf'"?([\w.-]+)"?\s*[=:]\s*(?:{_VALUE})')
_TOKEN = re.compile(
    r'<<-?\s*(?P<here>\w+)\n.*?^\s*(?P=here)$|#[^\n]*|//[^\n]*|/\*.*?\*/|"|[{}\[\]()]',
    re.MULTILINE | re.DOTALL,
)
_PAIRS = {"}": "{", "]": "[", ")": "("}


def in_json(text: str, path: str) -> Iterator[Build | Unsettled | Problem]:
    """The builds of a Bake file in JSON; `path` is relative to the workspace root."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        yield Problem(error.lineno, f"it is no valid JSON: {error.msg}")
        return
    targets = document.get("target") if isinstance(document, dict) else None
    variables = document.get("variable") if isinstance(document, dict) else None
    values = {
        str(name): str(one["default"])
        for name, one in (variables.items() if isinstance(variables, dict) else ())
        if isinstance(one, dict) and isinstance(one.get("default"), str)
    }
    if isinstance(targets, dict):
        yield from _builds(targets, path, {}, values)


def in_hcl(text: str, path: str) -> Iterator[Build | Unsettled | Problem]:
    """The builds of a Bake file in HCL; `path` is relative to the workspace root."""
    blocks = _blocks(text)
    if isinstance(blocks, Problem):
        yield blocks
        return
    targets: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for found in _TARGET.finditer(text):
        inner = text[found.end() : blocks.get(found.end() - 1, found.end())]
        table: dict[str, Any] = {}
        for key, value, name, listed, pairs in _HCL.findall(inner):
            if pairs:
                each = _PAIR.findall(pairs)
                table[key] = {arg: _value(said, variable) for arg, said, variable in each}
            else:
                one = _value(value, name)
                table[key] = re.findall(r'"([^"]*)"', listed) if listed else one
        targets[found[1]] = table
        lines[found[1]] = text.count("\n", 0, found.start(1)) + 1
    yield from _builds(targets, path, lines, dict(_DEFAULT.findall(text)))


def _value(text: str, name: str) -> str:
    """A string of HCL; a bare name is a variable."""
    return f"${{{name}}}" if name and name not in ("null", "true", "false") else text


def _builds(
    targets: dict[str, Any], path: str, lines: dict[str, int], values: Mapping[str, str]
) -> Iterator[Build | Unsettled]:
    """Paths are relative to the folder that it is run in: taken to be that of the file."""
    folder = posixpath.dirname(path)
    for name in targets:
        table = _inherited(targets, name, ())
        if "context" not in table and "dockerfile" not in table:
            continue
        keys = ("context", "dockerfile", "target")
        given = {key: _put_in(str(table.get(key) or ""), values) for key in keys}
        where = Where(path, lines.get(name))
        if any("://" in value for value in given.values()):
            continue
        file = given["dockerfile"] or "Dockerfile"
        if any("${" in value for value in (given["context"], file)):
            yield Unsettled(as_pattern(folder, given["context"], file), f"the target {name}", where)
            continue
        context = inside(posixpath.join(folder, given["context"] or "."))
        dockerfile = inside(posixpath.join(context, file)) if context is not None else None
        if context is not None and dockerfile is not None and "${" not in given["target"]:
            tags = table.get("tags")
            images = tuple(map(str, tags)) if isinstance(tags, list) else ()
            args = _args(table.get("args"), values)
            yield Build(dockerfile, context, where, args, given["target"], images)


def _args(given: object, values: Mapping[str, str]) -> dict[str, str]:
    pairs = given.items() if isinstance(given, dict) else ()
    told = {str(name): _put_in(str(value), values) for name, value in pairs if value is not None}
    return {name: value for name, value in told.items() if "${" not in value}


def _put_in(text: str, values: Mapping[str, str]) -> str:
    """A string with the variables that are known put in."""
    return re.sub(r"\$\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)


def _inherited(targets: dict[str, Any], name: str, above: tuple[str, ...]) -> dict[str, Any]:
    table = targets.get(name)
    if not isinstance(table, dict) or name in above:
        return {}
    whole: dict[str, Any] = {}
    parents = table.get("inherits")
    for parent in parents if isinstance(parents, list) else ():
        whole = _over(whole, _inherited(targets, str(parent), (*above, name)))
    return _over(whole, table)


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """One target over another: arguments are merged (`mergeTarget` in buildx/bake/bake.go)."""
    whole = below | above
    args = (below.get("args"), above.get("args"))
    if all(isinstance(one, dict) for one in args):
        whole["args"] = {**args[0], **args[1]}  # type: ignore[dict-item]
    return whole


def _blocks(text: str) -> dict[int, int] | Problem:
    """Where each brace that opens is closed; a brace, bracket or quote that is not is a problem.

    More of HCL's grammar is not looked at.
    """
    closed: dict[int, int] = {}
    opened: list[int] = []
    place = 0
    while found := _TOKEN.search(text, place):
        sign, at, place = found[0], found.start(), found.end()
        line = text.count("\n", 0, at) + 1
        if sign == '"':
            place = _string_end(text, place)
            if place < 0:
                return Problem(line, "it is no valid HCL: a string does not end in its line")
        elif sign in _PAIRS:
            if not opened or text[opened[-1]] != _PAIRS[sign]:
                return Problem(line, f"it is no valid HCL: {sign} closes what is not open")
            closed[opened.pop()] = at
        elif sign in _PAIRS.values():
            opened.append(at)
    if not opened:
        return closed
    line = text.count("\n", 0, opened[-1]) + 1
    return Problem(line, f"it is no valid HCL: {text[opened[-1]]} is never closed")


def _string_end(text: str, place: int) -> int:
    """Where a string ends that began before a place; `${...}` in it may hold strings; -1: never."""
    depth = 0
    while place < len(text):
        if text[place] == "\\" and not depth:
            place += 2
            continue
        if text.startswith("${", place) and text[place - 1] != "$":
            depth += 1
        elif text[place] == "}" and depth:
            depth -= 1
        elif text[place] == '"':
            if not depth:
                return place + 1
            place = _string_end(text, place + 1)
            if place < 0:
                return -1
            continue
        elif text[place] == "\n" and not depth:
            return -1
        place += 1
    return -1
