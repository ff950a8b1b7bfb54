"""The builds that the files of a workspace ask for: text to `Build`s.

Compose files (the Compose specification, `build`), Bake files (Buildx's reference), Taskfiles,
GitHub's and GitLab's workflows, Tiltfiles, Makefiles and shell scripts. What is malformed, or known
only when it runs, is passed over: others tell what is wrong in such a file.
"""

from __future__ import annotations

import json
import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ws.errors import Where
from ws.formats import build_commands
from ws.formats.build_commands import inside
from ws.model.docker_build import Build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Reader = Callable[[str, str], Iterator[Build]]

_VARIABLE = re.compile(r"\$\{\w+:?-([^{}]*)\}")
_FUNCTION = re.compile(r"\bdocker_build(?:_with_restart)?\s*\(([^()]*)\)")
_STRING = re.compile(r"(?:(\w+)\s*=\s*)?(['\"])(.*?)\2")
_TARGET = re.compile(r'^target\s+"([^"]+)"\s*\{(.*?)^\}', re.MULTILINE | re.DOTALL)
_HCL = re.compile(r'^\s*(\w+)\s*=\s*(?:"([^"]*)"|\[([^\]]*)\]|\{([^}]*)\})', re.MULTILINE)
_PAIR = re.compile(r'"?([\w.-]+)"?\s*=\s*"([^"]*)"')


def read(text: str, path: str) -> tuple[Build, ...]:
    """The builds in a file; `path` is relative to the workspace root, and says what it is."""
    reader = _reader(path)
    return tuple(reader(text, path)) if reader else ()


def is_asked(path: str) -> bool:
    """Whether a file may say how images are built, by its name alone."""
    return _reader(path) is not None


def _reader(path: str) -> Reader | None:
    return next((reader for pattern, reader in _READERS if fnmatchcase(path, pattern)), None)


def _compose(text: str, path: str) -> Iterator[Build]:
    """Paths are relative to the file's folder, the Dockerfile's to the context."""
    folder = posixpath.dirname(path)
    for name, service, line in _children(text, "services"):
        build = service.get("build")
        table = {"context": build} if isinstance(build, str) else build
        if not isinstance(table, dict):
            continue
        given = {key: _known(table.get(key)) for key in ("context", "dockerfile", "target")}
        context = inside(posixpath.join(folder, given["context"] or "."))
        if context is None or "$" in context or "://" in str(table.get("context")):
            continue
        dockerfile = inside(posixpath.join(context, given["dockerfile"] or "Dockerfile"))
        if dockerfile is None or "$" in dockerfile:
            continue
        image = (_known(service.get("image")) or name,)
        where = Where(path, line)
        yield Build(dockerfile, context, where, _args(table.get("args")), given["target"], image)


def _bake_json(text: str, path: str) -> Iterator[Build]:
    try:
        document = json.loads(text)
    except ValueError:
        return
    targets = document.get("target") if isinstance(document, dict) else None
    if isinstance(targets, dict):
        yield from _bake(targets, path, {})


def _bake_hcl(text: str, path: str) -> Iterator[Build]:
    """The plain values of HCL; what is computed there is not known."""
    targets: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for found in _TARGET.finditer(text):
        table: dict[str, Any] = {}
        for key, value, listed, pairs in _HCL.findall(found[2]):
            if pairs:
                table[key] = dict(_PAIR.findall(pairs))
            else:
                table[key] = re.findall(r'"([^"]*)"', listed) if listed else value
        targets[found[1]] = table
        lines[found[1]] = text.count("\n", 0, found.start()) + 1
    yield from _bake(targets, path, lines)


def _bake(targets: dict[str, Any], path: str, lines: dict[str, int]) -> Iterator[Build]:
    """Paths are relative to the folder that it is run in: taken to be that of the file."""
    folder = posixpath.dirname(path)
    for name in targets:
        table = _inherited(targets, name, ())
        if "context" not in table and "dockerfile" not in table:
            continue
        given = {key: str(table.get(key) or "") for key in ("context", "dockerfile", "target")}
        context = inside(posixpath.join(folder, given["context"] or "."))
        if context is None or any("${" in value or "://" in value for value in given.values()):
            continue
        dockerfile = inside(posixpath.join(context, given["dockerfile"] or "Dockerfile"))
        if dockerfile is not None:
            where, tags = Where(path, lines.get(name)), table.get("tags")
            images = tuple(map(str, tags)) if isinstance(tags, list) else ()
            yield Build(
                dockerfile, context, where, _args(table.get("args")), given["target"], images
            )


def _inherited(targets: dict[str, Any], name: str, above: tuple[str, ...]) -> dict[str, Any]:
    table = targets.get(name)
    if not isinstance(table, dict) or name in above:
        return {}
    whole: dict[str, Any] = {}
    parents = table.get("inherits")
    for parent in parents if isinstance(parents, list) else ():
        whole |= _inherited(targets, str(parent), (*above, name))
    return whole | table


def _taskfile(text: str, path: str) -> Iterator[Build]:
    folder = posixpath.dirname(path)
    for _, task, line in _children(text, "tasks"):
        place = str(task.get("dir", ".")) if isinstance(task, dict) else "."
        listed = task.get("cmds", task.get("cmd")) if isinstance(task, dict) else task
        for script in _scripts(listed, "cmd"):
            where = posixpath.join(folder, place)
            yield from build_commands.builds(_unrendered(script), where, Where(path, line))


def _workflow(text: str, path: str) -> Iterator[Build]:
    """GitHub's: `docker/build-push-action`, and what runs in a shell, at the top by default."""
    for _, job, line in _children(text, "jobs"):
        for step in job.get("steps") or () if isinstance(job, dict) else ():
            if not isinstance(step, dict):
                continue
            where = Where(path, line)
            given = step.get("with")
            if str(step.get("uses", "")).startswith("docker/build-push-action"):
                yield from _action(given if isinstance(given, dict) else {}, where)
            if isinstance(step.get("run"), str):
                folder = str(step.get("working-directory", "."))
                yield from build_commands.builds(_unrendered(step["run"]), folder, where)


def _action(given: dict[str, Any], where: Where) -> Iterator[Build]:
    said = {key: str(given.get(key) or "") for key in ("context", "file", "target")}
    context = inside(said["context"] or ".")
    if context is None or any("${{" in value or "://" in value for value in said.values()):
        return
    dockerfile = inside(said["file"] or posixpath.join(context, "Dockerfile"))
    if dockerfile is not None:
        args = _args(str(given.get("build-args") or "").splitlines())
        yield Build(dockerfile, context, where, args, said["target"])


def _pipeline(text: str, path: str) -> Iterator[Build]:
    """GitLab's: the scripts of all jobs."""
    for _, job, line in _children(text):
        if isinstance(job, dict):
            for key in ("before_script", "script", "after_script"):
                for script in _scripts(job.get(key), ""):
                    yield from build_commands.builds(script, ".", Where(path, line))


def _tiltfile(text: str, path: str) -> Iterator[Build]:
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


def _script(text: str, path: str) -> Iterator[Build]:
    """A shell's: it is taken to run at the root, where people call it from."""
    for number, line in _lines_that_build(text):
        yield from build_commands.builds(line, ".", Where(path, number))


def _makefile(text: str, path: str) -> Iterator[Build]:
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


def _unrendered(script: str) -> str:
    """A script in which what a template puts in is a variable of the shell that nobody has set."""
    return re.sub(r"\$?\{\{.*?\}\}", "$UNSET", script)


def _known(value: object) -> str:
    """A value of Compose, defaults of variables put in."""
    return _VARIABLE.sub(lambda found: found[1], value) if isinstance(value, str) else ""


def _args(given: object) -> dict[str, str]:
    """Build arguments, as a table or as a list of `NAME=value`; those whose value is known."""
    if isinstance(given, dict):
        pairs = [(str(name), value) for name, value in given.items()]
    else:
        listed = given if isinstance(given, list) else []
        pairs = [tuple(str(each).split("=", 1)) for each in listed if "=" in str(each)]  # type: ignore[misc]
    told = ((name, str(value)) for name, value in pairs if value is not None)
    return {name: _known(value) for name, value in told if "$" not in _known(value)}


def _children(text: str, key: str = "") -> Iterator[tuple[str, Any, int]]:
    """The tables below a key at the top of a YAML file (all at the top without one), with lines."""
    import yaml  # costs start-up; only what looks at images needs it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        if key:
            found = [value for name, value in pairs if getattr(name, "value", None) == key]
            pairs = found[0].value if found and isinstance(found[0], yaml.MappingNode) else []
        for name, value in pairs:
            child = loader.construct_object(value, deep=True)
            yield str(name.value), child, name.start_mark.line + 1
    except yaml.YAMLError:
        return
    finally:
        loader.dispose()


_READERS: tuple[tuple[str, Reader], ...] = (
    *((f"{place}{name}.y*ml", _compose) for place in ("", "*/") for name in (
        "compose", "compose.*", "docker-compose", "docker-compose.*", "*.compose", "*-compose")),
    *((f"{place}*bake*.json", _bake_json) for place in ("", "*/")),
    *((f"{place}*bake*.hcl", _bake_hcl) for place in ("", "*/")),
    *((f"{place}Taskfile*.y*ml", _taskfile) for place in ("", "*/")),
    *((f"{place}taskfile*.y*ml", _taskfile) for place in ("", "*/")),
    (".github/workflows/*.y*ml", _workflow),
    (".github/actions/*.y*ml", _workflow),
    (".gitlab-ci*.y*ml", _pipeline),
    *((f"{place}Tiltfile", _tiltfile) for place in ("", "*/")),
    *((f"{place}Makefile", _makefile) for place in ("", "*/")),
    *((f"{place}*.mk", _makefile) for place in ("", "*/")),
    *((f"{place}*.sh", _script) for place in ("", "*/")),
)  # fmt: skip
"""Which file is read how, the surest first."""
