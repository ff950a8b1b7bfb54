"""The builds in workflows of GitHub and pipelines of GitLab.

GitHub's "Workflow syntax" (`strategy.matrix`, `env`) and `docker/build-push-action`; GitLab's
"CI/CD YAML syntax reference" (`script`, `variables`, `parallel:matrix`). Each set of values of a
matrix is a build of its own.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from typing import TYPE_CHECKING, Any

from ws.errors import Where
from ws.formats import build_commands
from ws.formats.build_commands import inside
from ws.formats.build_documents import tables
from ws.model.docker_build import Build, Unsettled, as_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.docker import Problem

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_MOST = 200
"""So many sets of values of one job are looked at; GitHub itself starts 256 jobs at most."""


def github(text: str, path: str) -> Iterator[Build | Unsettled | Problem]:
    """The builds of a workflow, which runs at the workspace root by default."""
    document = tables(text)
    if document.problem:
        yield document.problem
    outer = _named("env", document.top.get("env"))
    for name, job, line in document.below("jobs"):
        if not isinstance(job, dict):
            continue
        strategy = job.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
        values = outer | _named("env", job.get("env"))
        steps = job.get("steps")
        for chosen in _matrix(matrix):
            for step in steps if isinstance(steps, list) else ():
                if isinstance(step, dict):
                    known = values | chosen | _named("env", step.get("env"))
                    yield from _step(step, known, f"the job {name}", Where(path, line))


def _step(
    step: dict[str, Any], values: Mapping[str, str], what: str, where: Where
) -> Iterator[Build | Unsettled]:
    given = step.get("with")
    if str(step.get("uses", "")).startswith("docker/build-push-action"):
        yield from _action(given if isinstance(given, dict) else {}, values, what, where)
    if isinstance(step.get("run"), str):
        script = _rendered(step["run"], values, "$UNSET")
        folder = _rendered(str(step.get("working-directory", ".")), values, "$UNSET")
        variables = {k.removeprefix("env."): v for k, v in values.items() if k.startswith("env.")}
        if "$" not in folder:
            yield from build_commands.builds(script, folder, where, variables, what)


def _action(
    given: dict[str, Any], values: Mapping[str, str], what: str, where: Where
) -> Iterator[Build | Unsettled]:
    said = {
        key: _rendered(str(given.get(key) or ""), values) for key in ("context", "file", "target")
    }
    # Without a context the action takes the repository itself, by its address.
    place = said["context"].replace("{{defaultContext}}:", "").replace("{{defaultContext}}", ".")
    place = re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}", ".", place)
    file = said["file"] or posixpath.join(place or ".", "Dockerfile")
    if "://" in place:
        return
    if "${{" in f"{place}{file}":
        yield Unsettled(as_pattern("", "", _EXPRESSION.sub("${_}", file)), what, where)
        return
    context, dockerfile = inside(place or "."), inside(file)
    if context is not None and dockerfile is not None and "${{" not in said["target"]:
        lines = _rendered(str(given.get("build-args") or ""), values).splitlines()
        pairs = (line.strip().partition("=") for line in lines)
        args = {name: value for name, equals, value in pairs if equals and "${{" not in value}
        yield Build(dockerfile, context, where, args, said["target"])


def gitlab(text: str, path: str) -> Iterator[Build | Unsettled | Problem]:
    """The builds of a pipeline: the scripts of all jobs, which run at the workspace root."""
    document = tables(text)
    if document.problem:
        yield document.problem
    outer = _plain(document.top.get("variables"))
    for name, job, line in document.below():
        if not isinstance(job, dict):
            continue
        parallel = job.get("parallel")
        rows = parallel.get("matrix") if isinstance(parallel, dict) else None
        for row in rows if isinstance(rows, list) else [None]:
            for chosen in _matrix(row):
                drawn = {key.removeprefix("matrix."): value for key, value in chosen.items()}
                variables = outer | _plain(job.get("variables")) | drawn
                for key in ("before_script", "script", "after_script"):
                    for script in _strings(job.get(key)):
                        yield from build_commands.builds(
                            script, ".", Where(path, line), variables, f"the job {name}"
                        )


def _strings(listed: object) -> Iterator[str]:
    """The strings of a list, lists in it included (`!reference`)."""
    for each in listed if isinstance(listed, list) else [listed]:
        if isinstance(each, list):
            yield from _strings(each)
        elif isinstance(each, str):
            yield each


def _matrix(given: object) -> Iterator[dict[str, str]]:
    """The sets of values of a matrix: `matrix.NAME`, and `matrix.NAME.KEY` where it is a table."""
    if not isinstance(given, dict):
        yield {}
        return
    axes = {str(name): value for name, value in given.items() if isinstance(value, list)}
    axes |= {str(name): [value] for name, value in given.items() if isinstance(value, str)}
    include, exclude = axes.pop("include", []), axes.pop("exclude", [])
    product = itertools.product(*axes.values()) if axes else iter(())
    rows = [dict(zip(axes, row, strict=True)) for row in itertools.islice(product, _MOST)]
    rows = [row for row in rows if not any(_is_in(one, row) for one in exclude)]
    drawn = list(rows)
    for one in include:
        extra = one if isinstance(one, dict) else {}
        fits = [row for row in drawn if all(row[key] == extra.get(key, row[key]) for key in axes)]
        for row in fits:
            row.update(extra)
        rows += [] if fits else [dict(extra)]
    for row in rows or [{}]:
        yield _named("matrix", row)


def _is_in(part: object, row: dict[str, Any]) -> bool:
    return isinstance(part, dict) and all(row.get(key) == value for key, value in part.items())


def _named(prefix: str, given: object) -> dict[str, str]:
    """The plain values of a table by the names that expressions have for them."""
    found: dict[str, str] = {}
    for name, value in given.items() if isinstance(given, dict) else ():
        if isinstance(value, dict):
            found |= _named(f"{prefix}.{name}", value)
        elif isinstance(value, str | int | float) and "${{" not in str(value):
            found[f"{prefix}.{name}"] = str(value)
    return found


def _plain(given: object) -> dict[str, str]:
    pairs = _named("v", given).items()
    found = {name.removeprefix("v."): value for name, value in pairs if "$" not in value}
    return {name.removesuffix(".value"): value for name, value in found.items()}


def _rendered(text: str, values: Mapping[str, str], unknown: str | None = None) -> str:
    """A text with the expressions put in of which the value is known; others as `unknown`."""
    return _EXPRESSION.sub(
        lambda found: values.get(found[1], found[0] if unknown is None else unknown), text
    )
