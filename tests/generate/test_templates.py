from __future__ import annotations

import ast
import tomllib
from typing import TYPE_CHECKING

import pytest

from ws.errors import WsError, faults_of
from ws.generate import templates
from ws.model.plan import NewFile
from ws.planning.naming import names_for
from ws.planning.scaffold import NewMember

if TYPE_CHECKING:
    from ws.planning.placing import Kind

KINDS: tuple[Kind, ...] = ("worker", "package")
SUMMARY = NewMember(
    kind="worker",
    names=names_for("text-summary-worker"),
    path="workers/summary",
    python="^3.12",
    pytest="^8.3",
)


def filled(text: str, path: str = "x") -> tuple[NewFile, ...]:
    return templates.filled([NewFile(path, text.encode())], SUMMARY, "templates/ws/worker")


def test_placeholders_stand_for_what_is_decided_of_the_member() -> None:
    text = (
        "{{name}} {{import_name}} {{short_name}} {{class_name}} {{path}} {{python}} {{pytest}}\r\n"
    )
    (file,) = filled(text)
    assert file.data == (
        b"text-summary-worker text_summary_worker text-summary TextSummaryWorker workers/summary"
        b" ^3.12 ^8.3\r\n"
    )


def test_placeholders_stand_in_paths_too_and_the_ending_of_templates_is_taken_off() -> None:
    (file,) = filled("", "src/{{import_name}}/test_{{short_name}}.py.template")
    assert file.path == "src/text_summary_worker/test_text-summary.py"


@pytest.mark.parametrize("text", ["{name} {{ name }} ${{ matrix.name }} {{.Values}} {{}} {{A}} }}"])
def test_other_braces_stay_as_they_are(text: str) -> None:
    (file,) = filled(text)
    assert file.data == text.encode()


def test_four_braces_stand_for_two() -> None:
    (file,) = filled('f"{{{{name}}" {{{{id}}')
    assert file.data == b'f"{{name}}" {{id}}'


def test_what_is_no_text_and_what_may_be_run_stays_so() -> None:
    file = NewFile("a.bin", b"\x00{{name}}", executable=True)
    assert templates.filled([file], SUMMARY, "templates/ws/worker") == (file,)


def test_all_placeholders_that_do_not_exist_are_told_with_their_lines() -> None:
    with pytest.raises(WsError) as raised:
        filled("a\n{{nmae}}\n{{zzz}}", "README.md")
    assert [
        f"{fault.where}: {fault.reason} → {fault.hint}" for fault in faults_of(raised.value)
    ] == [
        "templates/ws/worker/README.md:2: there is no placeholder {{nmae}}"
        ' → did you mean "name"?; for these characters themselves, write {{{{nmae}}',
        "templates/ws/worker/README.md:3: there is no placeholder {{zzz}} → known: name,"
        " import_name, short_name, class_name, path, python, pytest;"
        " for these characters themselves, write {{{{zzz}}",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_with_ws_is_a_whole_member(kind: Kind) -> None:
    files = {
        file.path: file.data.decode()
        for file in templates.filled(templates.built_in(kind), SUMMARY, "built-in")
    }
    expected = {
        "README.md",
        "pyproject.toml",
        "src/text_summary_worker/__init__.py",
        "src/text_summary_worker/py.typed",
        "tests/test_text_summary_worker.py",
    }
    assert set(files) - {"src/text_summary_worker/worker.py"} == expected
    assert ("src/text_summary_worker/worker.py" in files) is (kind == "worker")
    assert "{{" not in "".join(files.values())
    poetry = tomllib.loads(files["pyproject.toml"])["tool"]["poetry"]
    assert poetry["packages"] == [{"include": "text_summary_worker", "from": "src"}]
    assert poetry["group"]["dev"]["dependencies"] == {"pytest": "^8.3"}
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text)


def test_the_worker_that_comes_with_ws_answers_whatever_line_there_is() -> None:
    """Its own tests say the same, and run where it is installed."""
    source = next(
        file for file in templates.built_in("worker") if file.path.endswith("worker.py.template")
    )
    code = compile(source.data, "worker.py", "exec")
    module: dict[str, object] = {"__name__": "worker"}
    exec(code, module)
    answer = module["answer"]
    assert callable(answer)
    assert answer(b'{"id": 7, "payload": {"text": "one two"}}') == {
        "id": 7,
        "status": "ok",
        "payload": {"words": 2},
        "error": None,
    }
    lines = (b"\xff", b"[]", b"1", b"{", b"{}", b'{"payload": {"text": 1}}')
    assert {answer(line)["status"] for line in lines} == {"error"}
