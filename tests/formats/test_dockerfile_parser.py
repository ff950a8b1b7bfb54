from __future__ import annotations

import pytest
from hypothesis import given
from tests.formats.dockerfiles import texts

from ws.formats.dockerfile_expansion import SPACES
from ws.formats.dockerfile_parser import read
from ws.model.docker import Heredoc, Instruction, Problem, Span


def only(text: str) -> Instruction:
    """The one instruction after a `FROM`, which a builder takes."""
    file = read(f"FROM a\n{text}", "Dockerfile")
    assert file.problems == ()
    (instruction,) = file.stages[0].instructions
    return instruction


def words(text: str) -> list[str]:
    return [word.text for word in only(text).words]


def problems(text: str) -> list[Problem]:
    return list(read(text, "Dockerfile").problems)


def test_a_file_is_its_arguments_and_its_stages() -> None:
    text = "ARG V=1\nFROM base:${V} AS Build\nRUN make\nFROM --platform=linux/amd64 scratch\n"
    file = read(text, "docker/Dockerfile")
    assert (file.path, file.text, file.problems, file.orphans) == (
        "docker/Dockerfile",
        text,
        (),
        (),
    )
    assert [argument.pairs for argument in file.arguments] == [(("V", "1"),)]
    assert [(stage.index, stage.name, stage.base) for stage in file.stages] == [
        (0, "build", "base:${V}"),
        (1, "", "scratch"),
    ]
    assert [i.kind for i in file.instructions] == ["ARG", "FROM", "RUN", "FROM"]
    assert file.stages[1].source.flag("platform") == "linux/amd64"


def test_directives_stand_at_the_top_in_any_case_and_any_other_line_ends_them() -> None:
    file = read(
        "#Syntax = docker/dockerfile:1\n# ESCAPE=`\n# check=skip=all\nFROM a\n", "Dockerfile"
    )
    assert file.directives == {
        "syntax": "docker/dockerfile:1",
        "escape": "`",
        "check": "skip=all",
    }
    assert file.escape == "`"
    assert read("\n# escape=`\nFROM a", "Dockerfile").escape == "\\"
    assert read("# a comment\n# escape=`\nFROM a", "Dockerfile").escape == "\\"
    assert problems("# escape=x\nFROM a") == [Problem(1, "the escape must be \\ or `, not x")]
    assert problems("# syntax=x\n# syntax=y\nFROM a") == [
        Problem(2, "the directive syntax is given twice")
    ]


def test_an_escape_continues_a_line_over_comments_empty_lines_and_trailing_blanks() -> None:
    text = "RUN one \\  \n# a comment\n\n  # another\n\t two \\\r\n  three\nUSER x\n"
    run, user = read(f"FROM a\n{text}", "Dockerfile").stages[0].instructions
    assert [word.text for word in run.words] == ["one \t two   three"]
    assert (run.line, run.end_line, user.line) == (2, 7, 8)


def test_an_escape_that_is_escaped_continues_nothing() -> None:
    run, user = read("FROM a\nRUN a \\\\\nUSER x", "Dockerfile").stages[0].instructions
    assert (run.words[0].text, user.kind) == ("a \\\\", "USER")


def test_a_backtick_continues_lines_where_the_directive_says_so() -> None:
    file = read("# escape=`\nFROM a\nCOPY a `\n  C:\\dir\\\n", "Dockerfile")
    assert [word.text for word in file.stages[0].instructions[0].words] == ["a", "C:\\dir\\"]


@pytest.mark.parametrize("text", ["\ufefffrom a\n\tWorkdir /b", "from a\r\n\tWorkdir /b\r\n"])
def test_case_indentation_line_ends_and_a_byte_order_mark_change_nothing(text: str) -> None:
    file = read(text, "Dockerfile")
    (workdir,) = file.stages[0].instructions
    assert (workdir.kind, workdir.words[0].text) == ("WORKDIR", "/b")
    assert text[slice(*workdir.span)] == "Workdir /b"
    assert text[slice(*file.stages[0].source.span)] == "from a"
    assert file.problems == ()


def test_flags_may_be_several_and_quoted() -> None:
    text = 'COPY --from=b --chown="a b":c --link --exclude=x --exclude=y src /dst'
    copy = only(text)
    assert [(flag.name, flag.value) for flag in copy.flags] == [
        ("from", "b"), ("chown", "a b:c"), ("link", ""), ("exclude", "x"), ("exclude", "y"),
    ]  # fmt: skip
    assert copy.flag("exclude") == "y"
    assert [word.text for word in copy.words] == ["src", "/dst"]
    assert f"FROM a\n{text}"[slice(*copy.flags[1].span)] == '--chown="a b":c'


def test_two_dashes_end_the_flags() -> None:
    assert words("RUN --mount=type=cache,target=/x -- --version") == ["--version"]


@pytest.mark.parametrize(
    ("text", "json", "expected"),
    [
        ('COPY ["a b", "\\u0063\\\\d", "/e/"]', True, ["a b", "c\\d", "/e/"]),
        ('RUN [ "a" , "b" ]', True, ["a", "b"]),
        ("CMD []", True, []),
        ("RUN ['a', 'b']", False, ["['a', 'b']"]),
        ('RUN ["a", "b"', False, ['["a", "b"']),
        ("RUN [ -f x ] && y", False, ["[ -f x ] && y"]),
        ('VOLUME ["/a", "/b"]', True, ["/a", "/b"]),
        ('HEALTHCHECK --interval=5s CMD ["a", "b"]', True, ["CMD", "a", "b"]),
        ("HEALTHCHECK CMD a  b", False, ["CMD", "a  b"]),
        ("HEALTHCHECK NONE", False, ["NONE"]),
        ('SHELL ["/bin/bash", "-c"]', True, ["/bin/bash", "-c"]),
    ],
)
def test_json_form_is_read_where_it_is_valid_else_it_is_shell_form(
    text: str, *, json: bool, expected: list[str]
) -> None:
    assert (only(text).json, words(text)) == (json, expected)


def test_a_string_in_json_form_has_its_quotes_in_its_place() -> None:
    text = 'FROM a\nCOPY ["x", \\\n  "y"]\n'
    copy = read(text, "Dockerfile").stages[0].instructions[0]
    assert [text[slice(*word.span)] for word in copy.words] == ['"x"', '"y"']
    assert [word.line for word in copy.words] == [2, 3]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ('ENV A=b C="d e" F=g\\ h', (("A", "b"), ("C", '"d e"'), ("F", "g\\ h"))),
        ("ENV A some  text = x", (("A", "some  text = x"),)),
        ("ARG A B=c", (("A", None), ("B", "c"))),
        ("LABEL a.b='c d' e=", (("a.b", "'c d'"), ("e", ""))),
    ],
)
def test_names_and_values_keep_their_quotes(
    text: str, pairs: tuple[tuple[str, str | None], ...]
) -> None:
    assert only(text).pairs == pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WORKDIR /a dir", ["/a dir"]),
        ("USER a:b", ["a:b"]),
        ("MAINTAINER A <a@b>", ["A <a@b>"]),
        ("EXPOSE 80 443/tcp", ["80", "443/tcp"]),
        ("STOPSIGNAL SIGKILL", ["SIGKILL"]),
        ("ENTRYPOINT exec a", ["exec a"]),
        ("ADD a  b\tc", ["a", "b", "c"]),
    ],
)
def test_each_kind_cuts_its_words_as_the_builder_does(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_onbuild_holds_back_an_instruction() -> None:
    inner = only("ONBUILD copy --from=x a b").inner
    assert inner is not None
    assert (inner.kind, inner.flag("from"), [word.text for word in inner.words]) == (
        "COPY",
        "x",
        ["a", "b"],
    )


# Cases of parser_heredoc_test.go and of Docker's reference.
@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("RUN <<EOF\nEOF", [("EOF", "", True)]),
        ("RUN 3<<E\n# no comment\n\\\nE", [("E", "# no comment\n\\\n", True)]),
        ("RUN <<-E\n\tbaz\n\t\tq\n\tE", [("E", "baz\nq\n", True)]),
        ("RUN <<-'E'\n\tno $X\nE", [("E", "no $X\n", False)]),
        ("COPY <<A <<B /d/\n1\nA\n2\nB", [("A", "1\n", True), ("B", "2\n", True)]),
        ("COPY <<X <<Y /d\nY\nX\nX\nY", [("X", "Y\n", True), ("Y", "X\n", True)]),
        ("RUN <<E python3\nprint()\nE", [("E", "print()\n", True)]),
        ("RUN <<eo'f'\na\neof", [("eof", "a\n", False)]),
        ("RUN <<eo\\'f\na\neo'f", [("eo'f", "a\n", True)]),
        ("RUN <<'e'o\\'f\na\neo'f", [("eo'f", "a\n", False)]),
        ("RUN <<'one two'\na\none two", [("one two", "a\n", False)]),
        ("RUN <<$EOF\n$EOF", [("$EOF", "", True)]),
        ("RUN <<  EOF  > foo\nEOF", [("EOF", "", True)]),
        ("RUN << -EOF\n-EOF", [("-EOF", "", True)]),
        ("RUN --mount=type=cache,target=/f <<E\na\nE", [("E", "a\n", True)]),
        ("RUN <<E\r\na\r\nE\r\n", [("E", "a\r\n", True)]),
        ("ONBUILD RUN <<E\na\nE", [("E", "a\n", True)]),
        ('RUN "<<NO"', []),
        ('RUN ["<<NO"]', []),
        ("RUN echo a<<NO", []),
        ("RUN cat <<<NO", []),
        ("RUN cat <<- NO", []),
        ("RUN it's <<NO", []),
        ("CMD <<NO", []),
    ],
)
def test_here_documents_belong_to_the_instruction_that_announces_them(
    text: str, documents: list[tuple[str, str, bool]]
) -> None:
    found = only(text).heredocs
    assert [(each.name, each.text, each.expand) for each in found] == documents


def test_a_here_document_is_part_of_its_instruction() -> None:
    text = "FROM a\nRUN <<EOF\n  FROM b\nEOF\nUSER x\n"
    run, user = read(text, "Dockerfile").stages[0].instructions
    assert text[slice(*run.span)] == "RUN <<EOF\n  FROM b\nEOF"
    assert run.heredocs == (Heredoc("EOF", "  FROM b\n", expand=True, span=Span(17, 26)),)
    assert (run.end_line, user.line) == (4, 5)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "there is no FROM"),
        ("ARG A\n", 1, "there is no FROM"),
        ("RUN a\nFROM b", 1, "RUN before the first FROM"),
        ("FROM a\nRNU b", 2, 'unknown instruction RNU: did you mean "RUN"?'),
        ("FROM a\nCOPY a", 2, "COPY needs 2 arguments"),
        ("FROM", 1, "FROM needs an argument"),
        ("FROM a b", 1, "FROM takes an image, or an image, AS and a name"),
        ("FROM a AS 1b", 1, "1b is no name for a stage: letters first, then digits, - _ and . too"),
        ("FROM a AS b\n\nFROM c AS B", 3, "a stage named b is there already, on line 1"),
        ("FROM a\nRUN <<EOF\nb", 2, "the here-document EOF does not end"),
        ("FROM a\nCOPY --form=x a b", 2, "COPY has no flag --form"),
        ("FROM a\nCOPY --from a b", 2, "--from needs a value"),
        ("FROM a\nCOPY --link=maybe a b", 2, "--link is true or false, not maybe"),
        ("FROM a\nCOPY --from=a --from=b a b", 2, "--from is given twice"),
        ("FROM a\nWORKDIR --x=y /a", 2, "WORKDIR has no flag --x"),
        (
            "FROM a\nSHELL /bin/bash",
            2,
            'SHELL must be written in JSON form: SHELL ["/bin/sh", "-c"]',
        ),
        ('FROM a\nRUN ["a", 1]', 2, "RUN: an array in JSON form must hold strings only"),
        ("FROM a\nENV A", 2, "ENV A has no value: it must be written A=..."),
        ("FROM a\nENV A=b C", 2, "ENV C has no value: it must be written C=..."),
        ("FROM a\nENV =b", 2, "ENV has a value without a name"),
        ("FROM a\nCOPY 'a b ./", 2, "'a: a single quote is not closed"),
        ("FROM a\nWORKDIR ${a", 2, "${a: ${a...} has no modifier and no }"),
        ("FROM a\nCOPY a <<E\nE", 2, "COPY cannot copy to a here-document"),
        ("FROM a\nHEALTHCHECK x", 2, "HEALTHCHECK is followed by CMD or NONE, not x"),
        ("FROM a\nHEALTHCHECK CMD", 2, "HEALTHCHECK CMD needs a command"),
        ("FROM a\nONBUILD FROM b", 2, "ONBUILD cannot hold back FROM"),
        ("FROM a\nONBUILD ONBUILD RUN b", 2, "ONBUILD: it cannot hold another"),
        ("FROM a\nONBUILD COPY b", 2, "COPY needs 2 arguments"),
        ("FROM a\n\n\\\n", 3, "an escape continues nothing"),
    ],
)
def test_what_a_builder_refuses_is_a_problem_with_its_line(
    text: str, line: int, message: str
) -> None:
    assert problems(text) == [Problem(line, message)]


def test_a_stage_that_is_copied_from_need_not_be_known() -> None:
    assert problems("FROM a\nCOPY --from=later a b\nFROM b AS later") == []


def test_after_a_problem_the_rest_is_read() -> None:
    file = read("RUN early\nFROM a\nRNU b\nUSER c", "Dockerfile")
    assert [i.kind for i in file.instructions] == ["RUN", "FROM", "RNU", "USER"]
    assert [i.kind for i in file.orphans] == ["RUN"]


@pytest.mark.parametrize("text", ["[" * 100_000, "ONBUILD " * 10_000, "RUN <<" + "${a:-" * 5_000])
def test_depth_is_no_matter(text: str) -> None:
    assert read(f"FROM a\nRUN {text}\n{text}", "Dockerfile").text.endswith(text)


@given(texts)
def test_any_text_is_read_and_its_instructions_stand_one_after_the_other(text: str) -> None:
    file = read(text, "Dockerfile")
    assert file.text == text
    position = 0
    for instruction in file.instructions:
        assert instruction.span.start >= position
        _is_no_instruction(text[position : instruction.span.start], file.escape)
        assert text[instruction.span.start :][: len(instruction.kind)].upper() == instruction.kind
        assert text.count("\n", 0, instruction.span.start) + 1 == instruction.line
        assert text.count("\n", 0, instruction.span.end) + 1 == instruction.end_line
        position = instruction.span.end
    _is_no_instruction(text[position:], file.escape)


@given(texts)
def test_words_and_flags_stand_in_order_where_they_say(text: str) -> None:
    for instruction in read(text, "Dockerfile").instructions:
        position = instruction.span.start
        flags = [flag.span for flag in instruction.flags]
        for span in (*flags, *(word.span for word in instruction.words)):
            assert position <= span.start < span.end <= instruction.span.end
            position = span.end
        for word in instruction.words:
            assert text.count("\n", 0, word.span.start) + 1 == word.line
            if not instruction.json and "\n" not in text[slice(*word.span)]:
                assert text[slice(*word.span)] == word.text


def _is_no_instruction(text: str, escape: str) -> None:
    for line in text.removeprefix("\ufeff").split("\n"):
        rest = line.strip(SPACES + escape)
        assert not rest or rest.startswith("#")
