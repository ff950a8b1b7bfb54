from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.docker_shell import ENVIRONMENT, UNKNOWN, commands, of_words

VARIABLES = {"HOME": "/root", "NAME": "chat"}


def found(text: str) -> list[tuple[str, str]]:
    """Each command with its folder."""
    return [(" ".join(one.words), one.folder) for one in commands(text, "/w", VARIABLES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b && c; d | e", [("a b", "/w"), ("c", "/w"), ("d", "/w"), ("e", "/w")]),
        ("cd /x && a", [("cd /x", "/w"), ("a", "/x")]),
        ("cd ../x/y && a", [("cd ../x/y", "/w"), ("a", "/x/y")]),
        ("(cd x && a); b", [("cd x", "/w"), ("a", "/w/x"), ("b", "/w")]),
        ("cd $(pwd) && a", [(f"cd {UNKNOWN}", "/w"), ("a", UNKNOWN)]),
        ("a $NAME ${NAME} '$NAME' \"$NAME x\"", [("a chat chat $NAME chat x", "/w")]),
        ("a ${X:-y} ${NAME:+z} ${X:?}", [(f"a y z {UNKNOWN}", "/w")]),
        ("X=1 && a $X $Y", [(f"a 1 {UNKNOWN}", "/w")]),
        ("export X=1; a $X", [("export X=1", "/w"), ("a 1", "/w")]),
        ("a # b\nc", [("a", "/w"), ("c", "/w")]),
        ("a \\\n b", [("a b", "/w")]),
        ("env A=b sudo -E poetry install", [("poetry install", "/w")]),
        ("bash -lc 'cd x && a'", [("cd x", "/w"), ("a", "/w/x")]),
        ("a 'never closed", [(UNKNOWN, "/w")]),
        ("a 2>&1 >/dev/null b", [("a b", "/w")]),
        ('A="b c" && a $A "$A" x$A', [("a b c b c xb c", "/w")]),
        ("a >$NAME b", [("a b", "/w")]),
        ("", []),
    ],
)
def test_commands_are_found_with_the_folder_they_run_in(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("a; b && c", ["a", "b", "c"]),
        ("a || b", ["a"]),
        ("if a; then b; else c; fi; d", ["d"]),
        ("for x in 1 2; do b; done; d", ["d"]),
        ("a || b && c", ["a", "c"]),
        ("sh -c 'a || b'", ["a"]),
    ],
)
def test_what_runs_in_any_case_is_told_from_what_may_not(text: str, certain: list[str]) -> None:
    assert [one.program for one in commands(text, "/", {}) if one.certain] == certain


def test_a_failure_that_the_build_goes_on_after_is_forgiven() -> None:
    forgiven = [one.forgiven for one in commands("a || true; b || exit 1; c", "/", {})]
    assert forgiven == [True, False, False, False, False]


def test_output_goes_to_files() -> None:
    (command,) = commands("a > x 2>&1 >> y", "/", {})
    assert command.writes == ("x", "y")


def test_activating_an_environment_sets_its_variable() -> None:
    last = commands(". /venv/bin/activate && pip install x", "/", {})[-1]
    assert last.variables["VIRTUAL_ENV"] == "/venv"


def test_the_json_form_is_one_program_without_a_shell() -> None:
    (command,) = of_words(["a", "$NAME", "&&"], "/", VARIABLES)
    assert command.words == ("a", "$NAME", "&&")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a $BOTH", ("a", "--x", "--y", "z")),
        ('a "$BOTH"', ("a", "--x  --y z")),
        ("a p$BOTH", ("a", "p--x", "--y", "z")),
        ("a $EMPTY b", ("a", "b")),
        ('a "$EMPTY" b', ("a", "", "b")),
        ('a $EMPTY"" b', ("a", "", "b")),
        ("$EMPTY a", ("a",)),
        ("B=$BOTH; a $B", ("a", "--x", "--y", "z")),
        ('export B=$BOTH; a "$B"', ("a", "--x  --y z")),
        ("a ${NONE:-b c}", ("a", "b", "c")),
        ("$BOTH", ("--x", "--y", "z")),
    ],
)
def test_what_an_unquoted_variable_holds_is_split_into_words(
    text: str, words: tuple[str, ...]
) -> None:
    variables = {"BOTH": "--x  --y z", "EMPTY": ""}
    assert commands(text, "/", variables)[-1].words == words


@pytest.mark.parametrize(
    "text",
    [
        "a $(poetry env info -p)",
        'a "`poetry -q env info --path 2>/dev/null`"',
        "V=$(/p/bin/poetry env info --path) && a $V",
    ],
)
def test_the_environment_of_poetry_is_told_from_other_unknown_words(text: str) -> None:
    assert commands(text, "/", {})[-1].words == ("a", ENVIRONMENT)


@given(st.text(alphabet="ab $(){}'\"`;&|<>\\\n#=!-/if", max_size=60))
def test_no_text_crashes_the_reader(text: str) -> None:
    for command in commands(text, "/", {}):
        assert command.words
