from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.dockerfiles import dockerfiles

from ws.errors import WsError
from ws.formats import dockerfile_editor as editor
from ws.formats.dockerfile_parser import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.model.docker import Dockerfile, Instruction

TEXT = """\
# syntax=docker/dockerfile:1
FROM a

# the app
COPY a \\
     b ./
RUN b # not a comment
"""


def parsed(text: str) -> tuple[Dockerfile, tuple[Instruction, ...]]:
    file = read(text, "Dockerfile")
    return file, file.instructions


def test_a_word_or_flag_is_replaced_where_it_stands() -> None:
    text = 'FROM a\nCOPY  --from=x a \\\n  b ./\nCMD ["a", "b"]\nHEALTHCHECK CMD ["c"]\n'
    _, (_, copy, cmd, check) = parsed(text)
    edits = [
        editor.replace_word(copy, copy.flags[0], "--from=y"),
        editor.replace_word(copy, copy.words[1], "../c"),
        editor.replace_word(cmd, cmd.words[1], 'say "é"'),
        editor.replace_word(check, check.words[0], "cmd"),
    ]
    assert editor.apply(text, edits) == (
        'FROM a\nCOPY  --from=y a \\\n  ../c ./\nCMD ["a", "say \\"é\\""]\nHEALTHCHECK cmd ["c"]\n'
    )


def test_lines_are_inserted_after_an_instruction_and_before_its_comments() -> None:
    file, (source, copy, run) = parsed(TEXT)
    edits = [
        editor.insert_before(file, source, "ARG V"),
        editor.insert_before(file, copy, "WORKDIR /app"),
        editor.insert_after(file, copy, "USER a\n"),
        editor.insert_before(file, run, "USER b"),
    ]
    assert editor.apply(TEXT, edits) == (
        "# syntax=docker/dockerfile:1\nARG V\nFROM a\n\nWORKDIR /app\n# the app\n"
        "COPY a \\\n     b ./\nUSER a\nUSER b\nRUN b # not a comment\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from a\n  run b\n", "from a\n  run b\n  copy X \\\n    Y /\n"),
        ("FROM a\r\n\tRUN b\r\n", "FROM a\r\n\tRUN b\r\n\tCOPY X \\\r\n\t  Y /\r\n"),
        ("FROM a\nRUN b", "FROM a\nRUN b\nCOPY X \\\n  Y /"),
        ("FROM a\r\nRUN b", "FROM a\r\nRUN b\r\nCOPY X \\\r\n  Y /"),
        ("FROM a\nRUN <<E\nb\nE\nUSER c\n", "FROM a\nRUN <<E\nb\nE\nCOPY X \\\n  Y /\nUSER c\n"),
        ("FROM a\nRUN b \\\n# c\n\\\n", "FROM a\nRUN b\nCOPY X \\\n  Y /\n# c\n"),
    ],
)
def test_new_lines_have_the_file_s_case_indentation_and_line_ends(before: str, after: str) -> None:
    file, (_, run, *_rest) = parsed(before)
    assert editor.apply(before, [editor.insert_after(file, run, "COPY X \\\n  Y /")]) == after


def test_the_lines_of_a_new_here_document_are_not_indented() -> None:
    text = "FROM a\n  USER b\n"
    file, (_, user) = parsed(text)
    edit = editor.insert_after(file, user, "RUN <<E\nb\nE\nUSER c")
    assert editor.apply(text, [edit]) == "FROM a\n  USER b\n  RUN <<E\nb\nE\n  USER c\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEXT, TEXT.replace("COPY a \\\n     b ./\n", "")),
        ("FROM a\n  RUN b", "FROM a\n"),
        ("FROM a\nRUN <<E\nb\nE\nUSER c\n", "FROM a\nUSER c\n"),
        ("FROM a\nRUN b \\\n# c\n", "FROM a\n# c\n"),
    ],
)
def test_an_instruction_is_removed_with_its_line_end(before: str, after: str) -> None:
    file, (_, second, *_rest) = parsed(before)
    assert editor.apply(before, [editor.remove(file, second)]) == after


def test_a_run_of_instructions_is_replaced_with_the_comments_in_it() -> None:
    file, (source, copy, run) = parsed(TEXT)
    replaced = editor.apply(TEXT, [editor.replace(file, copy, run, "RUN x\nRUN y")])
    assert replaced == TEXT[: TEXT.index("COPY")] + "RUN x\nRUN y\n"
    assert editor.apply(TEXT, [editor.replace(file, source, source, "FROM b")]) == TEXT.replace(
        "FROM a", "FROM b"
    )


def test_edits_that_change_the_same_are_refused() -> None:
    file, (_, copy, run) = parsed(TEXT)
    word = editor.replace_word(copy, copy.words[0], "c")
    with pytest.raises(ValueError, match="overlap"):
        editor.apply(TEXT, [editor.remove(file, copy), word])
    editor.apply(TEXT, [editor.insert_after(file, copy, "USER a"), editor.remove(file, run)])


def test_what_stands_between_markers_can_be_read_and_replaced() -> None:
    text = "FROM a\n  # ws:begin deps\n  COPY a b\n  # ws:end\n# ws:begin\n# ws:end\n"
    file, _ = parsed(text)
    first, second = editor.blocks(file)
    assert (first.name, first.text, first.line) == ("deps", "  COPY a b\n", 2)
    assert (second.name, second.text) == ("", "")
    edits = [editor.replace_block(file, first, ""), editor.replace_block(file, second, "RUN c\n")]
    assert editor.apply(text, edits) == (
        "FROM a\n  # ws:begin deps\n  # ws:end\n# ws:begin\nRUN c\n# ws:end\n"
    )


def test_a_block_is_inserted_with_its_markers() -> None:
    text = "FROM a\n\tRUN b\n"
    file, (_, run) = parsed(text)
    edit = editor.insert_before(file, run, editor.marked("COPY a b\n", "deps"))
    assert editor.apply(text, [edit]) == (
        "FROM a\n\t# ws:begin deps\n\tCOPY a b\n\t# ws:end\n\tRUN b\n"
    )


def test_new_lines_do_not_go_into_a_block_that_ends_above() -> None:
    text = "FROM a\n# ws:begin\n# ws:end\n# c\nRUN b\n"
    file, (_, run) = parsed(text)
    assert editor.apply(text, [editor.insert_before(file, run, "USER u")]) == (
        "FROM a\n# ws:begin\n# ws:end\nUSER u\n# c\nRUN b\n"
    )


def test_what_looks_like_a_marker_inside_an_instruction_is_none() -> None:
    text = "FROM a\nRUN <<E\n# ws:begin\nE\nRUN a \\\n# ws:end\n  b\n# ws:beginner\n"
    assert editor.blocks(parsed(text)[0]) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\n# ws:begin\nRUN b\n", 2),
        ("FROM a\n# ws:end\n", 2),
        ("FROM a\n# ws:begin\n# ws:begin\n# ws:end\n", 2),
    ],
)
def test_a_marker_without_its_other_half_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(WsError) as caught:
        editor.blocks(parsed(text)[0])
    assert str(caught.value.where) == f"Dockerfile:{line}"


_new = st.sampled_from(("USER new", "COPY \\\n  x \\\n  /y", "RUN <<E\n  x\nE", "USER x\nUSER y"))


def kinds_and_words(text: str) -> list[tuple[str, tuple[str, ...]]]:
    file = read(text, "Dockerfile")
    assert file.problems == ()
    return [(i.kind, tuple(word.text for word in i.words)) for i in file.instructions]


@given(dockerfiles(), _new, st.sampled_from((editor.insert_before, editor.insert_after)), st.data())
def test_an_insertion_adds_its_instructions_and_nothing_else(
    text: str,
    new: str,
    insert: Callable[[Dockerfile, Instruction, str], editor.Edit],
    data: st.DataObject,
) -> None:
    file, instructions = parsed(text)
    index = data.draw(st.integers(1, len(instructions) - 1))
    edit = insert(file, instructions[index], new)
    edited = editor.apply(text, [edit])
    assert edit.span.start == edit.span.end
    assert edited == text[: edit.span.start] + edit.text + text[edit.span.end :]
    known, at = kinds_and_words(text), index + (insert is editor.insert_after)
    added = kinds_and_words(f"FROM a\n{edit.text}")[1:]
    found = kinds_and_words(edited)
    assert found == [*known[:at], *added, *known[at:]]


@given(dockerfiles(), st.data())
def test_what_is_removed_is_gone_and_the_rest_is_there_byte_for_byte(
    text: str, data: st.DataObject
) -> None:
    file, instructions = parsed(text)
    chosen = data.draw(st.sets(st.integers(1, len(instructions) - 1)))
    edited = editor.apply(text, [editor.remove(file, instructions[index]) for index in chosen])
    known = kinds_and_words(text)
    assert kinds_and_words(edited) == [k for index, k in enumerate(known) if index not in chosen]
    gone = {
        line
        for index in chosen
        for line in range(instructions[index].line, instructions[index].end_line + 1)
    }
    lines = text.split("\n")
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    assert edited.rstrip("\n") == "\n".join(kept).rstrip("\n")


@given(dockerfiles(), _new, st.data())
def test_a_block_that_was_put_in_is_read_back_and_taken_out_again(
    text: str, new: str, data: st.DataObject
) -> None:
    file, instructions = parsed(text)
    index = data.draw(st.integers(1, len(instructions) - 1))
    with_block = editor.apply(
        text, [editor.insert_before(file, instructions[index], editor.marked("USER old", "b"))]
    )
    file = read(with_block, "Dockerfile")
    (block,) = editor.blocks(file)
    assert (block.name, block.text.lower().split()) == ("b", ["user", "old"])
    replaced = editor.apply(with_block, [editor.replace_block(file, block, new)])
    (again,) = editor.blocks(read(replaced, "Dockerfile"))
    twice = editor.replace_block(read(replaced, "Dockerfile"), again, new)
    assert editor.apply(replaced, [twice]) == replaced
    emptied = editor.replace_block(read(replaced, "Dockerfile"), again, "")
    assert kinds_and_words(editor.apply(replaced, [emptied])) == kinds_and_words(text)
