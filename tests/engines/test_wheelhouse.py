"""Poetry that takes packages from files: what it is given, and what its failures mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ws.engines import inside_poetry, poetry
from ws.engines.process import Processes
from ws.engines.wheelhouse import PoetryFromFiles, poetry_from
from ws.engines.which_poetry import MIRROR, Identity
from ws.errors import ToolError
from ws.model.plan import Supply

POETRY = PoetryFromFiles("poetry", {}, Processes())
LACKS = "ws: gamma 1.0.0 is not in Poetry's cache: run once without --offline"


def test_poetrys_own_python_runs_it_with_packages_from_the_folders_and_from_no_mirror() -> None:
    identity = Identity("/bin/poetry", "/bin/python", "2.5.1", {})
    environ = {"HOME": "/home/me", MIRROR: "https://me:secret@index/"}
    made = poetry_from(Supply(wheelhouses=("/a b", "/c")), identity, environ, Processes())
    script = Path(inside_poetry.__file__).with_name("install.py")
    assert made.through == ("/bin/python", str(script))
    assert made.environ == {
        "HOME": "/home/me",
        "WS_HOUSES": json.dumps(["/a b", "/c"]),
        "WS_OFFLINE": "",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "file:///a%20b file:///c",
    }


def test_a_poetry_whose_python_is_not_known_is_an_error_with_a_remedy() -> None:
    identity = Identity("/bin/poetry", None, "2.5.1", {})
    with pytest.raises(ToolError) as raised:
        poetry_from(Supply(offline=True), identity, {}, Processes())
    assert raised.value.rule == "tool/poetry-interpreter"
    assert raised.value.hint


def test_what_was_not_found_is_the_reason_whatever_poetry_says_of_it() -> None:
    output = ["  - Installing gamma (1.0.0)", "0 candidate(s) were identified", LACKS]
    assert POETRY.explain(output) == LACKS.removeprefix("ws: ")
    assert POETRY.explain([*output, "ws: zeta 1"]) == (
        f"{LACKS.removeprefix('ws: ')} (1 more: see the log)"
    )


def test_what_was_not_found_is_not_looked_for_again() -> None:
    assert not POETRY.is_passing(["ReadTimeout", LACKS])
    assert POETRY.is_passing(["ReadTimeout"])


def test_other_failures_are_told_as_ever() -> None:
    output = ["OSError: [Errno 28] No space left on device"]
    assert POETRY.explain(output) == poetry.explain(output) != ""
