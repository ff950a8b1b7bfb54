"""How what one stage brings from another might be mended, and a Poetry that removes itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.formats.dockerfile_editor import Edit, replace_word
from ws.model.docker import Span
from ws.planning.docker_copy import absolute
from ws.planning.docker_fix_copies import destination, is_reachable, line_for
from ws.planning.docker_hints import written
from ws.planning.docker_needs import absent_module, needs
from ws.planning.docker_remedy import Remedy, after, command_of, is_known, verb_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.docker import Instruction
    from ws.model.image import Environment
    from ws.planning.docker_wants import Job, View

EDITABLE = "docker/editable-across-stages"
MOVED = "docker/venv-moved"
_TELLING = ("ENV", "CMD", "ENTRYPOINT", "HEALTHCHECK", "RUN", "LABEL")


def uninstalling(view: View) -> Iterator[Remedy]:
    """`poetry install` in the place of `poetry sync`: in a new image there is nothing to remove."""
    rule = "docker/poetry-uninstalls-itself"
    reason = "poetry sync removes Poetry from the environment that both are in"
    for stage in view.verdict.stages:
        for install in stage.installs:
            command = command_of(view, install) if install.removes_poetry else None
            verb = verb_of(command) if command else None
            if command is None or verb is None:
                continue
            option = re.search(r"[ \t]+--sync(?![\w-])", command.text)
            if view.dockerfile.text[slice(*verb)] == "sync":
                yield Remedy(rule, install.line, reason, (Edit(verb, "install"),))
            elif option:
                start = command.span.start
                span = Span(start + option.start(), start + option.end())
                yield Remedy(rule, install.line, reason, (Edit(span, ""),))


def editable(view: View) -> Iterator[Remedy]:
    """The folders that an environment names, taken along from its stage or from the context."""
    lines = {
        one.where.line
        for one in view.verdict.findings
        if one.rule == EDITABLE and one.where is not None
    }
    for line in sorted(lines, key=lambda line: line or 0):
        instruction = view.at_line(line)
        if instruction is None:
            continue
        for job in view.jobs:
            yield from _editable(view, job, instruction)


def _editable(view: View, job: Job, instruction: Instruction) -> Iterator[Remedy]:
    image = view.verdict.stages[-1].state.image
    for need in needs(job.member, view.known, job.install.call):
        at = absolute(job.install.call.project, need.url)
        if need.member is None or not absent_module(image, at, need.member.manifest):
            continue
        reason = f"{need.name} is installed editable, and {at} is not in the last stage"
        lines = []
        if stage := instruction.flag("from"):
            slash = "/" * instruction.words[-1].text.endswith("/")
            flags = f"{_flags(instruction)}--from={stage} "
            lines.append(written(instruction, flags, (f"{at}{slash}",), f"{at}{slash}"))
        if is_reachable(view, need.folder):
            lines.append(line_for(view, job, need.folder, at, need.url))
        for text in lines:
            edit = after(view, instruction, text)
            yield Remedy(EDITABLE, instruction.line, reason, (edit,), member=job.member.name)


def _flags(instruction: Instruction) -> str:
    owner = instruction.flag("chown")
    return f"--chown={owner} " if owner else ""


def venvs(view: View) -> Iterator[Remedy]:
    """An environment back in the place where it was made, and all that names the other one."""
    for one in view.verdict.stages[-1].state.image.environments() if view.verdict.stages else ():
        copy = view.at_line(one.line)
        if one.whole and one.at != one.made_at and copy is not None and is_known(one.made_at):
            yield from _back(view, one, copy)


def _back(view: View, one: Environment, copy: Instruction) -> Iterator[Remedy]:
    stages = [stage for stage in view.dockerfile.stages if copy in stage.instructions]
    texts = [word.text.rstrip("/") for word in copy.words]
    if not stages or not copy.flag("from") or len(texts) != 2 or texts[0] != one.made_at:  # noqa: PLR2004
        return
    text = destination(copy.words[-1].text, one.made_at, "", "/")
    if not texts[1].startswith("/"):
        text = one.made_at
    edits = [replace_word(copy, copy.words[-1], text)]
    mention = re.compile(rf"(?<![\w./-]){re.escape(one.at)}(?![\w.-])")
    for instruction in view.dockerfile.instructions:
        start, end = instruction.span
        found = list(mention.finditer(view.dockerfile.text, start, end))
        if not found or instruction is copy:
            continue
        if instruction not in stages[0].instructions or instruction.kind not in _TELLING:
            return  # another stage knows the place
        edits += [Edit(Span(match.start(), match.end()), one.made_at) for match in found]
    if len(edits) == 1:
        return  # whoever starts it names the place somewhere else
    reason = f"the environment was made in {one.made_at}, which its scripts name"
    yield Remedy(MOVED, copy.line, reason, tuple(edits))
