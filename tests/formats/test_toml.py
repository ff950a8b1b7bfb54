from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import ManifestError
from ws.formats.toml import parse


def fault_in(data: bytes) -> tuple[str, str, str, str]:
    with pytest.raises(ManifestError) as raised:
        parse(data, "chat/pyproject.toml")
    fault = raised.value
    return str(fault.where), fault.rule, fault.reason, fault.hint


def test_the_text_keeps_its_line_endings() -> None:
    text, document = parse(b"a = 1\r\nb = 2\n", "pyproject.toml")
    assert text == "a = 1\r\nb = 2\n"
    assert document == {"a": 1, "b": 2}


def test_broken_toml_is_a_fault_with_line_and_column() -> None:
    assert fault_in(b'[project]\nname = "chat"\nversion = 0.1.0\n') == (
        "chat/pyproject.toml:3:14",
        "manifest/syntax",
        "this is not valid TOML: expected newline or end of document after a statement",
        "mend the TOML there",
    )


def test_line_and_column_are_right_with_windows_line_endings() -> None:
    assert fault_in(b"[project]\r\nname = = 1\r\n")[0] == "chat/pyproject.toml:2:8"


def test_a_file_that_ends_too_early_is_a_fault_in_its_last_line() -> None:
    assert fault_in(b"[project]\ndependencies = [") == (
        "chat/pyproject.toml:2",
        "manifest/syntax",
        "this is not valid TOML: invalid value",
        "mend the TOML there",
    )


def test_a_byte_order_mark_is_named_in_the_hint() -> None:
    where, *_, hint = fault_in(b"\xef\xbb\xbf[project]\n")
    assert where == "chat/pyproject.toml:1:1"
    assert hint == "the file begins with a byte order mark: save it without"


def test_conflict_markers_are_named_in_the_hint() -> None:
    where, *_, hint = fault_in(b"a = 1\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> main\n")
    assert where == "chat/pyproject.toml:2:1"
    assert hint == "there are conflict markers of a git merge in the file: resolve them"


def test_a_file_that_is_no_utf_8_is_a_fault_with_its_line() -> None:
    assert fault_in("a = 1\nb = 'é'\n".encode("latin-1")) == (
        "chat/pyproject.toml:2",
        "manifest/encoding",
        "the file is not UTF-8, as TOML must be",
        "save it as UTF-8",
    )


@pytest.mark.parametrize("data", [b"a = " + b"[" * 9999, b"a = " + b"1" * 9999])
def test_what_the_parser_gives_up_on_is_a_fault_and_no_bug(data: bytes) -> None:
    assert fault_in(data)[1] == "manifest/syntax"


PIECES = st.sampled_from(
    [b"a", b"=", b" ", b"\n", b"\r", b'"', b"'", b"[", b"]", b"{", b"}", b".", b"#", b"1", b",",
     b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf", b"1979-13-45", b"\\u", b'"""', b"\x00"]
)  # fmt: skip


@given(st.lists(PIECES).map(b"".join))
def test_any_bytes_are_parsed_or_a_fault_whose_place_is_in_the_file(data: bytes) -> None:
    try:
        text, _ = parse(data, "pyproject.toml")
    except ManifestError as fault:
        line = fault.where and fault.where.line
    else:
        assert text.encode() == data
        return
    assert line in range(1, data.count(b"\n") + 2)
