"""`docker/malformed`: each says what to do next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import Where
from ws.formats.dockerfile_parser import read
from ws.model.report import Finding
from ws.planning.docker_malformed import findings

BROKEN = {
    "": "begin it with FROM and an image, such as FROM python:3.11-slim",
    "RUN a\nFROM a\n": "move it below the FROM: only ARG may stand above",
    "FROM a\nCOPI x /\n": "write the instruction that is meant",
    "FROM a\nxyzzy\n": "mend the word, or end the line before with \\ if it belongs there",
    "FROM a\n\\\n": "take the escape out, or write an instruction",
    "FROM a\nRUN <<X\ny\n": "write its word on a line of its own after its text",
    "FROM a AS b\nFROM c AS b\n": "give one of the two stages another name",
    "# escape=x\nFROM a\n": "write # escape=\\ or # escape=`",
    "# syntax=x\n# syntax=y\nFROM a\n": "take one of the two lines out",
    "FROM a\nCOPY --x=1 a b\n": (
        "take the flag out, or mend its name: see Docker's Dockerfile reference"
    ),
    "FROM a\nCOPY --from=a --from=b a b\n": "take one of the two out",
    "FROM a\nCOPY --link=x a b\n": "write =true or =false, or take the flag out",
    "FROM a\nCOPY --from a b\n": "write a value after =, or take the flag out",
    "FROM a\nCOPY [ b c/\n": "end each [ with ], with its ranges upwards; [[] is a bracket",
    "FROM a\nCOPY x\n": "write what is missing, or take the line out",
    "FROM a AS 1x\n": "give the stage such a name",
    "FROM a b\n": "write FROM IMAGE or FROM IMAGE AS NAME",
    "FROM a\nENV =x\n": "write a name before =",
    "FROM a\nENV a=b c\n": "write it so",
    "FROM a\nHEALTHCHECK NONE x\n": "take the arguments out",
    "FROM a\nHEALTHCHECK CMD\n": "write the command after CMD, or HEALTHCHECK NONE",
    "FROM a\nHEALTHCHECK x y\n": "write HEALTHCHECK CMD and the command",
    "FROM a\nSHELL sh\n": "write it so",
    "FROM a\nONBUILD FROM b\n": "take the ONBUILD out",
    "FROM a\nONBUILD ONBUILD RUN b\n": "take the ONBUILD out",
    'FROM a\nVOLUME [""]\n': "write a path, or take the line out",
    "FROM a\nCMD [1]\n": "put every argument in double quotes",
    "FROM a\nWORKDIR ${x\n": "mend the quotes, braces or $ of that word;"
    " \\ before $ takes its meaning",
}


@pytest.mark.parametrize("text", BROKEN)
def test_each_says_what_to_do_next(text: str) -> None:
    assert BROKEN[text] in [one.hint for one in findings(read(text, "Dockerfile"))]


def test_each_has_its_line() -> None:
    found = list(findings(read("FROM a\nCOPY x\n", "a/Dockerfile")))
    hint = "write what is missing, or take the line out"
    where = Where("a/Dockerfile", 2)
    assert found == [
        Finding("docker/malformed", "error", "COPY needs 2 arguments", where, hint=hint)
    ]


@given(st.text() | st.binary().map(lambda data: data.decode(errors="replace")))
def test_whatever_the_file_holds_no_message_does_anything_to_a_terminal(text: str) -> None:
    found = list(findings(read(text, "Dockerfile")))
    assert all(one.message.isprintable() and one.hint for one in found)
