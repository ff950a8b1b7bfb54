from __future__ import annotations

from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from ws.errors import WsError, faults_of
from ws.formats.pyproject_reader import read
from ws.model.manifest import MAIN, Dependency, Manifest
from ws.model.names import normalise

PATH = "chat/pyproject.toml"
POETRY = '[tool.poetry]\nname = "chat"\nversion = "0.1.0"\n'
PROJECT = '[project]\nname = "chat"\nversion = "0.1.0"\n'


def manifest(text: str, folder: str = "chat") -> Manifest:
    found = read(text.encode(), PATH, folder)
    assert found is not None
    return found


def faults(text: str) -> list[str]:
    """Each fault as `line: reason (hint)`."""
    with pytest.raises(WsError) as raised:
        read(text.encode(), PATH, "chat")
    found = faults_of(raised.value)
    assert {fault.where.path for fault in found if fault.where} == {PATH}
    return [f"{fault.where and fault.where.line}: {fault.reason} ({fault.hint})" for fault in found]


def test_the_older_form_is_read() -> None:
    text = (
        '[tool.poetry]\nname = "Chat_Worker"\nversion = "0.1.0"\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nrich = "^13"\n'
        'Shared_Python = {path = "../shared", develop = true}\n'
    )
    assert manifest(text) == Manifest(
        name="chat-worker",
        version="0.1.0",
        python="^3.11",
        form="poetry",
        groups=(),
        dependencies=(
            Dependency("rich", MAIN, ("tool", "poetry", "dependencies", "rich")),
            Dependency(
                "shared-python",
                MAIN,
                ("tool", "poetry", "dependencies", "Shared_Python"),
                "../shared",
                develop=True,
            ),
        ),
        text=text,
        document={},
    )


def test_the_standard_form_is_read() -> None:
    text = (
        '[project]\nname = "chat"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        'dependencies = ["Rich[jupyter]>=13 ; python_version > \'3\'", " shared @ file:///x"]\n'
        '[project.optional-dependencies]\nspeech = ["vector"]\n'
        '[tool.poetry.dependencies]\nshared = {path = "../shared"}\n'
    )
    assert manifest(text) == Manifest(
        name="chat",
        version="0.1.0",
        python=">=3.11",
        form="project",
        groups=(),
        dependencies=(
            Dependency("rich", MAIN, ("project", "dependencies", 0)),
            Dependency("shared", MAIN, ("project", "dependencies", 1)),
            Dependency("vector", MAIN, ("project", "optional-dependencies", "speech", 0)),
            Dependency("shared", MAIN, ("tool", "poetry", "dependencies", "shared"), "../shared"),
        ),
        text=text,
        document={},
    )


def test_groups_of_every_form_are_named_once_and_normalised() -> None:
    text = (
        POETRY + '[tool.poetry.dev-dependencies]\npytest = "^8"\n'
        '[tool.poetry.group.dev.dependencies]\nmypy = "^1"\n'
        '[tool.poetry.group.Type_Check.dependencies]\nmypy = "^1"\n'
        '[dependency-groups]\n"type.check" = ["ruff"]\ndocs = [{include-group = "dev"}, "sphinx"]\n'
    )
    found = manifest(text)
    assert found.groups == ("dev", "type-check", "docs")
    assert [(dependency.name, dependency.group) for dependency in found.dependencies] == [
        ("pytest", "dev"),
        ("mypy", "dev"),
        ("mypy", "type-check"),
        ("ruff", "type-check"),
        ("sphinx", "docs"),
    ]


def test_each_of_several_constraints_is_a_dependency_of_its_own() -> None:
    text = POETRY + (
        "[tool.poetry.dependencies]\nshared = [\n"
        '  {path = "../shared", python = "^3.12"},\n  {version = "^1", python = "<3.12"},\n]\n'
    )
    keys = ("tool", "poetry", "dependencies", "shared")
    assert manifest(text).dependencies == (
        Dependency("shared", MAIN, (*keys, 0), "../shared"),
        Dependency("shared", MAIN, (*keys, 1)),
    )


def test_python_may_be_a_table() -> None:
    text = POETRY + '[tool.poetry.dependencies]\npython = {version = "^3.11"}\n'
    assert manifest(text).python == "^3.11"


@pytest.mark.parametrize("text", ["", "[tool.ruff]\nline-length = 100\n", "[build-system]\n"])
def test_a_file_of_tool_settings_describes_no_package(text: str) -> None:
    assert read(text.encode(), PATH) is None


def test_a_member_that_is_no_package_is_named_after_its_folder() -> None:
    assert manifest("[tool.poetry]\npackage-mode = false\n", "Chat_Worker").name == "chat-worker"


def test_the_text_keeps_its_line_endings() -> None:
    text = POETRY.replace("\n", "\r\n")
    assert manifest(text).text == text


def test_a_package_without_a_name_is_told_to_have_one() -> None:
    assert faults('[tool.poetry]\nversion = "0.1.0"\n') == [
        '1: the package has no name (give it one: name = "chat")'
    ]


def test_a_name_that_is_no_name_is_a_fault() -> None:
    assert faults('[project]\nversion = "1"\nname = "chat worker"\n') == [
        '3: "chat worker" is not a valid package name'
        " (letters, digits, and between them . _ or - (PEP 508))"
    ]


def test_a_name_of_the_wrong_kind_is_one_fault() -> None:
    assert faults("[project]\nname = 3\n") == ['2: "project.name" must be a string ()']


def test_all_faults_of_a_manifest_are_found_at_once() -> None:
    text = """\
[project]
name = "chat"
version = 1
dependencies = ["rich", "!", 3]

[tool.poetry.dependencies]
python = 3.11
shared = { path = 1, develop = "yes" }
vector = true

[tool.poetry.group]
dev = ["pytest"]

[dependency-groups]
docs = "sphinx"
"""
    assert sorted(faults(text)) == sorted(
        [
            '3: "project.version" must be a string ()',
            "4: '!' is not a requirement (see PEP 508 for the form)",
            "4: 3 is not a requirement (see PEP 508 for the form)",
            '7: the dependency "python" must be a constraint or a table'
            ' (such as python = "^1.0" or python = { version = "^1.0" })',
            '8: "tool.poetry.dependencies.shared.path" must be a string ()',
            '8: "tool.poetry.dependencies.shared.develop" must be true or false ()',
            '9: the dependency "vector" must be a constraint or a table'
            ' (such as vector = "^1.0" or vector = { version = "^1.0" })',
            '12: "tool.poetry.group.dev" must be a table ()',
            '15: "dependency-groups.docs" must be an array ()',
        ]
    )


NAMES = st.sampled_from(["python", "shared", "a.b", "Vec_tor", "", "-"])
ODD = st.sampled_from([1, 1.5, True, "", "^1", "a b", [], ["rich"], [1], {}, {"version": 1}])
CONSTRAINTS = ODD | st.fixed_dictionaries({}, optional={"path": ODD, "develop": ODD})
TABLES = ODD | st.dictionaries(NAMES, CONSTRAINTS | st.lists(CONSTRAINTS, max_size=2), max_size=3)
GROUPS = ODD | st.dictionaries(
    NAMES, ODD | st.fixed_dictionaries({}, optional={"dependencies": TABLES}), max_size=2
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "project": ODD
        | st.fixed_dictionaries(
            {},
            optional={
                "name": ODD,
                "version": ODD,
                "requires-python": ODD,
                "dependencies": ODD,
                "optional-dependencies": TABLES,
            },
        ),
        "dependency-groups": TABLES,
        "tool": ODD
        | st.fixed_dictionaries(
            {
                "poetry": ODD
                | st.fixed_dictionaries(
                    {},
                    optional={
                        "name": ODD,
                        "version": ODD,
                        "package-mode": ODD,
                        "dependencies": TABLES,
                        "dev-dependencies": TABLES,
                        "group": GROUPS,
                    },
                )
            }
        ),
    },
)


@given(DOCUMENTS)
def test_any_toml_is_a_manifest_or_faults_each_told_once(document: dict[str, Any]) -> None:
    try:
        found = read(tomlkit.dumps(document).encode(), PATH, "chat")
    except WsError as error:
        told = [(fault.rule, fault.reason, fault.where) for fault in faults_of(error)]
        assert len(told) == len(set(told))
    else:
        assert found is None or found.name


GOOD = st.sampled_from(["^1", {"version": "^1"}, {"path": "../x"}, {"path": "y", "develop": True}])
GOOD_TABLES = st.dictionaries(
    st.sampled_from(["python", "shared", "a.b", "Vec_tor"]),
    GOOD | st.lists(GOOD, min_size=1, max_size=3),
    max_size=3,
)
REQUIREMENTS = st.lists(st.sampled_from(["rich", "a.b>=1 ; extra == 'x'", "Vec_tor[all]"]))
GOOD_DOCUMENTS = st.fixed_dictionaries(
    {
        "project": st.fixed_dictionaries(
            {"name": st.just("chat")},
            optional={
                "dependencies": REQUIREMENTS,
                "optional-dependencies": st.dictionaries(st.text(min_size=1), REQUIREMENTS),
            },
        ),
        "tool": st.fixed_dictionaries(
            {
                "poetry": st.fixed_dictionaries(
                    {"dependencies": GOOD_TABLES},
                    optional={
                        "dev-dependencies": GOOD_TABLES,
                        "group": st.dictionaries(
                            st.text(min_size=1),
                            st.fixed_dictionaries({"dependencies": GOOD_TABLES}),
                            max_size=2,
                        ),
                    },
                )
            }
        ),
    },
    optional={"dependency-groups": st.dictionaries(st.text(min_size=1), REQUIREMENTS, max_size=2)},
)


@given(GOOD_DOCUMENTS)
def test_the_keys_of_a_dependency_lead_to_it(document: dict[str, Any]) -> None:
    for dependency in manifest(tomlkit.dumps(document)).dependencies:
        value: Any = document
        for key in dependency.keys:
            value = value[key]
        table = value if isinstance(value, dict) else {}
        assert dependency.path == table.get("path")
        assert dependency.develop == table.get("develop", False)
        named = value if dependency.keys[0] != "tool" else dependency.keys[-1]
        if isinstance(named, int):  # one of several constraints
            named = dependency.keys[-2]
        assert normalise(str(named)).startswith(dependency.name)
