"""What a builder would refuse in a Dockerfile, each with what to do next: `docker/malformed`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.errors import Where
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.docker import Dockerfile

RULE = "docker/malformed"

_REMEDIES = (
    (r"it is no text", "save it as UTF-8 text, or give it another name if it is no Dockerfile"),
    (r"there is no FROM", "begin it with FROM and an image, such as FROM python:3.11-slim"),
    (r"before the first FROM", "move it below the FROM: only ARG may stand above"),
    (r"unknown instruction .*did you mean", "write the instruction that is meant"),
    (r"unknown instruction", "mend the word, or end the line before with \\ if it belongs there"),
    (r"an escape continues nothing", "take the escape out, or write an instruction"),
    (r"the here-document .* does not end", "write its word on a line of its own after its text"),
    (r"a stage named .* is there already", "give one of the two stages another name"),
    (r"the directive .* is given twice", "take one of the two lines out"),
    (r"the escape must be", "write # escape=\\ or # escape=`"),
    (r"has no flag --", "take the flag out, or mend its name: see Docker's Dockerfile reference"),
    (r"is given twice", "take one of the two out"),
    (r"is true or false", "write =true or =false, or take the flag out"),
    (r"needs a value", "write a value after =, or take the flag out"),
    (r" needs (?:an|\d+) arguments?", "write what is missing, or take the line out"),
    (r" takes .* at most", "take the rest out, or put quotes around what is one argument"),
    (r"is no name for a stage", "give the stage such a name"),
    (r"FROM takes an image", "write FROM IMAGE or FROM IMAGE AS NAME"),
    (r"has a value without a name", "write a name before ="),
    (r"has no value", "write it so"),
    (r"cannot copy to a here-document", "write the destination's path last"),
    (r"HEALTHCHECK NONE", "take the arguments out"),
    (r"HEALTHCHECK CMD", "write the command after CMD, or HEALTHCHECK NONE"),
    (r"HEALTHCHECK is followed", "write HEALTHCHECK CMD and the command"),
    (r"SHELL must be", "write it so"),
    (r"ONBUILD cannot|it cannot hold another", "take the ONBUILD out"),
    (r"VOLUME cannot be empty", "write a path, or take the line out"),
    (r"syntax error in pattern", "end each [ with ], with its ranges upwards; [[] is a bracket"),
    (r"must hold strings only", "put every argument in double quotes"),
)
_OTHER = "mend the quotes, braces or $ of that word; \\ before $ takes its meaning"


def findings(dockerfile: Dockerfile) -> Iterator[Finding]:
    """An error for each problem of a Dockerfile."""
    for line, message in dockerfile.problems:
        where = Where(dockerfile.path, line)
        yield Finding(RULE, "error", message, where, hint=remedy(message))


def remedy(message: str) -> str:
    """What to do about a problem, as the parser words it."""
    return next((said for what, said in _REMEDIES if re.search(what, message)), _OTHER)
