from __future__ import annotations

import pytest

from ws.formats.compose_variables import escaped, filled, required


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${X}", "${X}"),
        ("a ${X:-b} ${Y?c} ${Z:+d}", "a ${X:-b} ${Y?c} ${Z:+d}"),
        ("$5 and $X and $", "$$5 and $$X and $$"),
        ("$$X", "$$X"),
        ("${not a name}", "$${not a name}"),
        ("${X", "$${X"),
        ("${X:-$5 and ${Y:-$Z}}", "${X:-$$5 and ${Y:-$$Z}}"),
    ],
)
def test_a_dollar_that_is_no_variable_in_braces_is_doubled(text: str, expected: str) -> None:
    assert escaped(text) == expected
    assert escaped(escaped(text)) == expected


def test_in_production_each_variable_must_be_set() -> None:
    assert required("${A} ${B:-b} ${C-} ${D:?d} ${E:+e} $$F") == (
        "${A:?A is not set} ${B:?B is not set} ${C:?C is not set} ${D:?d} ${E:+e} $$F"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${SET}", "value"),
        ("${SET:-other}", "value"),
        ("${EMPTY:-other}", "other"),
        ("${EMPTY-other}", ""),
        ("${LACKS:-other}", "other"),
        ("${LACKS}", ""),
        ("${SET:+there}", "there"),
        ("${LACKS:+there}", ""),
        ("$$5", "$5"),
        ("${LACKS:-$$5 ${SET}}!", "$5 value!"),
        ("${LACKS:-${EMPTY:-${SET}}}", "value"),
        ("${SET:-${LACKS:?never asked}}", "value"),
    ],
)
def test_on_the_host_values_are_what_compose_would_make_of_them(text: str, expected: str) -> None:
    assert filled(text, {"SET": "value", "EMPTY": ""}) == expected


def test_what_must_be_set_is_asked_for() -> None:
    with pytest.raises(KeyError, match="say it"):
        filled("${LACKS:?say it}", {})
    with pytest.raises(KeyError, match="SET is not set: say value"):
        filled("${LACKS:-${NOT_SET:?say ${SET}}}", {"SET": "value"})
    with pytest.raises(KeyError, match="EMPTY is not set"):
        filled("${EMPTY:?}", {"EMPTY": ""})
