"""The builds that the files of a workspace ask for: text to `Build`s.

Compose files (the Compose specification, `build`), Bake files, Taskfiles, GitHub's and GitLab's
workflows, Tiltfiles, Makefiles and shell scripts. What is known only when it runs is told apart,
and so is what is malformed.
"""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase, translate
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where
from ws.formats import build_bake, build_commands, build_starts, build_workflows
from ws.formats.build_commands import inside
from ws.formats.build_documents import tables
from ws.formats.build_variables import interpolated
from ws.model.docker import Problem
from ws.model.docker_build import Build, Unsettled, as_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Found = Build | Unsettled | Problem
    Reader = Callable[[str, str, Mapping[str, str]], Iterator[Found]]

_FUNCTION = re.compile(r"\bdocker_build(?:_with_restart)?\s*\(([^()]*)\)")
_STRING = re.compile(r"(?:(\w+)\s*=\s*)?(['\"])(.*?)\2")


class Said(NamedTuple):
    """What a file says of builds."""

    builds: tuple[Build, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    """Those of which it tells no folder or no Dockerfile."""
    problems: tuple[Problem, ...] = ()
    """Why it cannot be read."""


def read(text: str, path: str, values: Mapping[str, str] | None = None) -> Said:
    """What a file says; `path` is relative to the workspace root, and says what it is.

    `values` are those of `values_file`, where there is one.
    """
    reader = _reader(path)
    found = list(reader(text, path, values or {})) if reader else []
    # A template of a file is none yet.
    is_template = reader in (_compose, _bake_json, _bake_hcl) and ("{{" in text or "{%" in text)
    return Said(
        tuple(one for one in found if isinstance(one, Build)),
        tuple(one for one in found if isinstance(one, Unsettled)),
        tuple(one for one in found if isinstance(one, Problem) and not is_template),
    )


def values_file(path: str) -> str:
    """The file with values for the variables of another: the `.env` beside a Compose file."""
    return posixpath.join(posixpath.dirname(path), ".env") if _reader(path) is _compose else ""


def is_asked(path: str) -> bool:
    """Whether a file may say how images are built, by its name alone."""
    return _names().match(path) is not None


@cache
def _names() -> re.Pattern[str]:
    """All the patterns in one: every file of a workspace is asked for its name."""
    return re.compile("|".join(translate(pattern) for pattern, _ in _READERS))


def _reader(path: str) -> Reader | None:
    return next((reader for pattern, reader in _READERS if fnmatchcase(path, pattern)), None)


def _compose(text: str, path: str, values: Mapping[str, str]) -> Iterator[Found]:
    """Paths are relative to the file's folder, the Dockerfile's to the context."""
    folder = posixpath.dirname(path)
    document = tables(text)
    if document.problem:
        yield document.problem
    for name, service, line in document.below("services"):
        build = service.get("build") if isinstance(service, dict) else None
        table = {"context": build} if isinstance(build, str) else build
        if not isinstance(table, dict) or "://" in str(table.get("context")):
            continue
        written = {key: str(table.get(key) or "") for key in ("context", "dockerfile", "target")}
        given = {key: interpolated(value, values) for key, value in written.items()}
        file = written["dockerfile"] or "Dockerfile"
        where = Where(path, line)
        if given["context"] is None or given["dockerfile"] is None:
            place = given["context"] or written["context"]
            file = given["dockerfile"] or file
            yield Unsettled(as_pattern(folder, place, file), f"the service {name}", where)
            continue
        context = inside(posixpath.join(folder, given["context"] or "."))
        if context is None or given["target"] is None:
            continue
        dockerfile = inside(posixpath.join(context, given["dockerfile"] or "Dockerfile"))
        if dockerfile is not None:
            image = (interpolated(str(service.get("image") or ""), values) or name,)
            args = _args(table.get("args"), values)
            start = build_starts.start(service, folder, values)
            yield Build(dockerfile, context, where, args, given["target"], image, start)


def _bake_json(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    return build_bake.in_json(text, path)


def _bake_hcl(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    return build_bake.in_hcl(text, path)


def _taskfile(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    folder = posixpath.dirname(path)
    document = tables(text)
    if document.problem:
        yield document.problem
    outer = _texts(document.top.get("vars"))
    for name, task, line in document.below("tasks"):
        table = task if isinstance(task, dict) else {"cmds": task}
        values = outer | _texts(table.get("vars"))
        place = _unrendered(str(table.get("dir", ".")), values)
        if "$" in place:
            continue
        for script in _scripts(table.get("cmds", table.get("cmd")), "cmd"):
            folder_of = posixpath.join(folder, place)
            yield from build_commands.builds(
                _unrendered(script, values), folder_of, Where(path, line), {}, f"the task {name}"
            )


def _github(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    return build_workflows.github(text, path)


def _gitlab(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    return build_workflows.gitlab(text, path)


def _tiltfile(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    """`docker_build(ref, context, dockerfile=...)` with plain strings."""
    folder = posixpath.dirname(path)
    for found in _FUNCTION.finditer(text):
        plain = [value for name, _, value in _STRING.findall(found[1]) if not name]
        named = {name: value for name, _, value in _STRING.findall(found[1]) if name}
        context = named.get("context", plain[1] if len(plain) > 1 else "")
        place = inside(posixpath.join(folder, context)) if context else None
        if place is None:
            continue
        file = named.get("dockerfile", posixpath.join(context, "Dockerfile"))
        dockerfile = inside(posixpath.join(folder, file))
        if dockerfile is not None:
            line = text.count("\n", 0, found.start()) + 1
            yield Build(dockerfile, place, Where(path, line), {}, "", tuple(plain[:1]))


def _script(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    """A shell's: it is taken to run at the root, where people call it from."""
    for number, line in _lines_that_build(text):
        yield from build_commands.builds(line, ".", Where(path, number))


def _makefile(text: str, path: str, _: Mapping[str, str]) -> Iterator[Found]:
    folder = posixpath.dirname(path)
    for number, line in _lines_that_build(text):
        script = re.sub(r"\$\(\w+\)|\$\{\w+\}", "$UNSET", line.lstrip("\t@- ")).replace("$$", "$")
        yield from build_commands.builds(script, folder or ".", Where(path, number))


def _lines_that_build(text: str) -> Iterator[tuple[int, str]]:
    """The logical lines that have the word `build` in them, with their numbers."""
    begun, whole = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        begun = begun if whole else number
        whole += line.removesuffix("\\") + " "
        if not line.endswith("\\"):
            if "build" in whole or "bud" in whole:
                yield begun, whole
            whole = ""


def _scripts(listed: object, key: str) -> Iterator[str]:
    """The commands in a list of strings, or of tables that have them under `key`."""
    for each in listed if isinstance(listed, list) else [listed]:
        script = each.get(key) if isinstance(each, dict) else each
        if isinstance(script, str):
            yield script


def _unrendered(script: str, values: Mapping[str, str]) -> str:
    """A script with the values of Task's variables; other templates are an unset variable."""
    return re.sub(
        r"\{\{(.*?)\}\}",
        lambda found: values.get(found[1].strip().removeprefix("."), "$UNSET"),
        script,
    )


def _texts(given: object) -> dict[str, str]:
    """The plain values of a table."""
    pairs = given.items() if isinstance(given, dict) else ()
    return {
        str(name): value for name, value in pairs if isinstance(value, str) and "{{" not in value
    }


def _args(given: object, values: Mapping[str, str]) -> dict[str, str]:
    """Build arguments, as a table or as a list of `NAME=value`; those whose value is known.

    One without a value has that of its name's variable.
    """
    if isinstance(given, dict):
        pairs = [(str(name), value) for name, value in given.items()]
    else:
        cut = (str(each).partition("=") for each in (given if isinstance(given, list) else ()))
        pairs = [(name, value if equals else None) for name, equals, value in cut]
    told = {
        name: values.get(name) if value is None else interpolated(_text(value), values)
        for name, value in pairs
    }
    return {name: value for name, value in told.items() if value is not None}


def _text(value: object) -> str:
    """A scalar of YAML as a string again."""
    return str(value).lower() if isinstance(value, bool) else str(value)


_READERS: tuple[tuple[str, Reader], ...] = (
    *((f"{place}{name}.y*ml", _compose) for place in ("", "*/") for name in (
        "compose", "compose.*", "docker-compose", "docker-compose.*", "*.compose", "*-compose")),
    *((f"{place}*bake*.json", _bake_json) for place in ("", "*/")),
    *((f"{place}*bake*.hcl", _bake_hcl) for place in ("", "*/")),
    *((f"{place}Taskfile*.y*ml", _taskfile) for place in ("", "*/")),
    *((f"{place}taskfile*.y*ml", _taskfile) for place in ("", "*/")),
    (".github/workflows/*.y*ml", _github),
    (".github/actions/*.y*ml", _github),
    (".gitlab-ci*.y*ml", _gitlab),
    *((f"{place}Tiltfile", _tiltfile) for place in ("", "*/")),
    *((f"{place}Makefile", _makefile) for place in ("", "*/")),
    *((f"{place}*.mk", _makefile) for place in ("", "*/")),
    *((f"{place}*.sh", _script) for place in ("", "*/")),
)  # fmt: skip
"""Which file is read how, the surest first."""
