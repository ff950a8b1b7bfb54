from __future__ import annotations

import subprocess
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws.formats.dockerfile_expansion import Expansion, expand, syntax_error

XXYY = {"FOO": "xxyy"}


# Most cases are those of BuildKit's frontend/dockerfile/shell/lex_test.go.
@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("plain", {}, "plain"),
        ("$FOO/b ${FOO}c $BAR.", XXYY, "xxyy/b xxyyc ."),
        ("a$", {}, "a$"),
        ("\\$FOO '$FOO' \"$FOO\"", XXYY, "$FOO $FOO xxyy"),
        ('a\\ b "c\\"\\d" \'e\\f\'', {}, 'a b c"\\d e\\f'),
        ("${FOO-aaa} ${BAR-bbb} ${BAZ-ccc}", {"FOO": "xxx", "BAR": ""}, "xxx  ccc"),
        ("${FOO:-aaa} ${BAR:-bbb} ${BAZ:-ccc}", {"FOO": "xxx", "BAR": ""}, "xxx bbb ccc"),
        ("${FOO+aaa} ${BAR+bbb} ${BAZ+ccc}", {"FOO": "xxx", "BAR": ""}, "aaa bbb "),
        ("${FOO:+aaa} ${BAR:+bbb} ${BAZ:+ccc}", {"FOO": "xxx", "BAR": ""}, "aaa  "),
        ("${FOO?aaa}${FOO:?aaa}${BAR?bbb}", {"FOO": "x", "BAR": ""}, "xx"),
        ("${FOO#()[]{\\}^$.\\*\\?|\\\\}", {"FOO": "()[]{}^$.*?|\\x"}, "x"),
        ("${FOO%%\\**}", {"FOO": "xx**"}, "xx"),
        ("${FOO#*x*y}", XXYY, "y"),
        ("${FOO#*}", XXYY, "xxyy"),
        ("${FOO#$BAR}", XXYY | {"BAR": "x"}, "xyy"),
        ("${FOO##*x}", XXYY, "yy"),
        ("${FOO#?\\?}", {"FOO": "???y"}, "?y"),
        ("${ABC:-.}${FOO%x}${ABC:-.}", XXYY, ".xxyy."),
        ("${FOO%%\\**\\*}", {"FOO": "a***yy*"}, "a"),
        ("${FOO%y}${FOO%%y*}", XXYY, "xxyxx"),
        (
            "${FOO/$NEEDLE/.} - ${FOO//$NEEDLE/.}",
            {"FOO": "/foo*/*/*.txt", "NEEDLE": "\\*/"},
            "/foo.*/*.txt - /foo..*.txt",
        ),
        ("${FOO//\\//\\/}", {"FOO": "/tmp/foo.txt"}, "\\/tmp\\/foo.txt"),
        ("${FOO/$BAR/ww}", XXYY | {"BAR": ""}, "wwxxyy"),
        ("${FOO///}", XXYY, "xxyy"),
        ("a${V:+-${V}}b", {"V": "v7"}, "a-v7b"),
    ],
)
def test_a_text_is_expanded_as_the_builder_does_it(
    text: str, variables: dict[str, str], expected: str
) -> None:
    assert expand(text, variables).text == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("${FOO", "${FOO...} has no modifier and no }"),
        ("${}", "${ is not followed by a name"),
        ("${FOO=a}", "${FOO...} has no modifier ="),
        ("${FOO:-a", "no } where one is due"),
        ("${FOO//a}", "no / where one is due"),
        ("${BAZ:?}", "BAZ: must be set"),
        ("${BAZ?say why}", "BAZ: say why"),
        ("'a", "a single quote is not closed"),
        ('"a', "a double quote is not closed"),
        ("${FOO#\\x}", "\\x is no escape in a pattern"),
    ],
)
def test_what_a_builder_refuses_is_told(text: str, error: str) -> None:
    result = expand(text, XXYY)
    assert (result.text, result.error) == (None, error)


def test_a_backtick_escapes_where_it_is_the_file_s_escape() -> None:
    assert expand("C:\\a`$b", {}, "`").text == "C:\\a$b"


def test_quotes_stay_in_here_documents() -> None:
    assert expand("'$FOO' \"x\"", XXYY, quotes=False).text == "'xxyy' \"x\""


def test_it_is_told_which_variables_a_text_needs() -> None:
    assert expand("$A ${B:-$C} d", {"A": "a"}) == Expansion(
        "a  d", used=frozenset("ABC"), unset=frozenset("BC")
    )


@pytest.mark.parametrize(
    ("text", "expected", "unknown"),
    [
        ("/a/$U", None, "U"),
        ("${U:-x}", None, "U"),
        ("${U+x}", None, "U"),
        ("${K:-$U}", "k", ""),
        ("${K:+$U}", None, "U"),
        ("${N:+$U}", "", ""),
        ("${K#$U}", None, "U"),
        ("${U?}", None, "U"),
        ("${K/$U/x}", None, "U"),
    ],
)
def test_what_hangs_on_a_value_that_only_the_build_knows_cannot_be_told(
    text: str, expected: str | None, unknown: str
) -> None:
    result = expand(text, {"K": "k", "U": None})
    assert (result.text, result.unknown, result.error) == (expected, frozenset(unknown), "")


def test_a_fault_of_syntax_is_one_whatever_the_variables_are() -> None:
    assert syntax_error("${A?must be given}") == ""
    assert syntax_error("${A:-'}") == "a single quote is not closed"


_NAMES = ("A", "B", "EMPTY", "UNSET")
_value = st.text("abx.-/ ", max_size=6)
_plain = st.text("abx.-/ ", max_size=3)
_variable = st.sampled_from(_NAMES)
_simple = st.one_of(_variable.map(lambda n: f"${{{n}}}"), _plain)


def _substitution(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """`${name...}`; a failing `${name?}` only where it fails for all: at the outermost level."""
    chosen = st.builds(
        "${{{}{}{}}}".format, _variable, st.sampled_from(("-", ":-", "+", ":+")), inner
    )
    trimmed = st.builds(
        "${{{}{}{}}}".format,
        _variable,
        st.sampled_from(("#", "##", "%", "%%")),
        st.lists(st.sampled_from(("a", "b", "*", "?", ".", "/", "\\*", "${B}")), max_size=4).map(
            "".join
        ),
    )
    return st.one_of(chosen, trimmed)


_nested = st.recursive(
    _simple,
    lambda inner: st.one_of(
        _substitution(inner), st.lists(inner, min_size=1, max_size=3).map("".join)
    ),
    max_leaves=6,
)
_quoted = st.one_of(
    st.text('ab $x"\\', max_size=4).map(lambda text: f"'{text}'"),
    st.lists(
        st.one_of(_simple, st.sampled_from(('\\"', "\\$", "\\\\", "\\a", "'"))), max_size=3
    ).map(lambda parts: f'"{"".join(parts)}"'),
    st.sampled_from(("\\$", "\\a", "\\'", '\\"', "\\ ", "\\\\")),
)
_outermost = st.one_of(
    st.text("abx.-/", max_size=3),
    _substitution(_nested),
    _quoted,
    _variable.map(lambda name: f"${name}"),
    st.builds("${{{}{}no}}".format, _variable, st.sampled_from(("?", ":?"))),
)


@settings(max_examples=150)
@given(st.lists(_outermost, max_size=4).map("".join), _value, _value)
def test_a_shell_makes_the_same_of_it(text: str, a: str, b: str) -> None:
    sh = which("sh")
    assert sh is not None
    variables = {"A": a, "B": b, "EMPTY": ""}
    # In an assignment a shell splits no words and looks for no files, nor does a Dockerfile.
    script = f'unset UNSET; v={text}\nprintf %s "$v"'
    ran = subprocess.run(
        [sh, "-c", script], env=variables, capture_output=True, text=True, check=False
    )
    told = (ran.stdout if ran.returncode == 0 else None, ran.returncode != 0)
    result = expand(text, variables)
    assert (result.text, bool(result.error)) == told


def test_a_text_that_doubles_itself_again_and_again_is_refused() -> None:
    value = "x"
    for _ in range(40):
        found = expand("$A$A", {"A": value})
        if found.text is None:
            break
        value = found.text
    assert found.error == "its variables make it longer than any name can be"
