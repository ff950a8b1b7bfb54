from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from ws.model.sources import Source
from ws.model.workspace import Settings, Shared, Workspace
from ws.planning import imports
from ws.planning.layout import layout

Read = Callable[[Mapping[str, str]], Workspace]
Check = Callable[..., list[str]]

ORDERS = '[tool.poetry]\nname = "orders"\npackages = [{include = "acme"}]\n'
BILLING = '[tool.poetry]\nname = "billing"\npackages = [{include = "acme", from = "src"}]\n'
NEEDS_SHARED = 'shared = {path = "../shared", develop = true}\n'
GROUP = "\n[tool.poetry.group.dev.dependencies]\n"


@pytest.fixture
def check(read_workspace: Read) -> Check:
    """Findings for a workspace of manifests and files, as `place: message [rule]`."""

    def run(files: Mapping[str, str | None], settings: Settings | None = None) -> list[str]:
        manifests = {path: text for path, text in files.items() if not path.endswith(".py")}
        workspace = read_workspace({path: text or "" for path, text in manifests.items()})
        workspace = replace(workspace, settings=settings or workspace.settings)
        layouts, sources = {}, {}
        for member in workspace.members:
            own = {
                path.removeprefix(f"{member.path}/"): text
                for path, text in files.items()
                if path.startswith(f"{member.path}/") and path.endswith(".py")
            }
            found = layout(member.manifest, own)
            layouts[member.name] = found
            sources[member.name] = [
                Source(path, runs, None if (text := own[path]) is None else text.encode())
                for path, runs in found.files.items()
            ]
        return [
            f"{finding.where}: {finding.message} [{finding.rule}]"
            for finding in imports.findings(workspace, workspace.members, layouts, sources)
        ]

    return run


def with_shared(
    text: str, dependencies: str = "", where: str = "chat/chat/main.py"
) -> dict[str, str]:
    """A member `chat` with one file, beside a member `shared`."""
    return {
        "shared": "",
        "shared/shared/__init__.py": "",
        "chat": dependencies,
        "chat/chat/__init__.py": "",
        where: text,
    }


UNUSED = "chat/pyproject.toml:8: depends on shared and never imports shared [imports/unused]"


def test_what_is_imported_and_declared_is_fine(check: Check) -> None:
    for text in ("import shared.x", "from shared import y", "def f():\n    import shared as z"):
        assert check(with_shared(text, NEEDS_SHARED)) == []


def test_what_is_imported_must_be_declared(check: Check) -> None:
    assert check(with_shared("import os\nfrom shared.messages import Message\n")) == [
        "chat/chat/main.py:2: imports shared without depending on shared [imports/undeclared]"
    ]


def test_what_is_declared_in_any_form_counts(check: Check) -> None:
    for form in ('"^0.1"', '[{version = "1"}]', '{git = "x"}', '{version = "*", optional = true}'):
        assert check(with_shared("import shared", f"Shared = {form}\n")) == []
    project = "[project]\nname = 'chat'\nversion = '1'\n"
    for table in ("dependencies = ['shared']", "optional-dependencies.x = ['shared>=1']"):
        assert check(with_shared("import shared", f"{project}{table}\n")) == []


def test_one_finding_tells_of_all_imports_of_a_member_the_one_that_runs_first(check: Check) -> None:
    files = with_shared("import shared\nimport shared.x\n")
    files |= {"chat/a_script.py": "import shared\n", "chat/chat/z.py": "import shared\n"}
    assert check(files) == [
        "chat/chat/main.py:1: imports shared without depending on shared [imports/undeclared]"
    ]


def test_what_only_comes_along_must_be_declared_too(check: Check) -> None:
    files = with_shared("import shared, near, far\n", 'near = {path = "../near"}\n') | {
        "near": 'far = {path = "../far"}\n' + GROUP + NEEDS_SHARED,
        "near/near.py": "import far\n",
        "near/tests/test_near.py": "import shared\n",
        "far": "",
        "far/far.py": "",
    }
    assert check(files) == [
        "chat/chat/main.py:1: imports far without depending on far,"
        " which only comes along with near [imports/undeclared]",
        "chat/chat/main.py:1: imports shared without depending on shared [imports/undeclared]",
    ]


def test_what_is_declared_must_be_imported(check: Check) -> None:
    assert check(with_shared("import os # not shared\n", NEEDS_SHARED)) == [UNUSED]


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import shared\nexcept ImportError: pass",
        "if TYPE_CHECKING:\n    import shared",
        "importlib.import_module('shared.x')",
        "PLUGINS = ['shared.plugin:main']",
    ],
)
def test_any_kind_of_use_is_use(text: str, check: Check) -> None:
    assert check(with_shared(text, NEEDS_SHARED)) == []
    assert check(with_shared(text, NEEDS_SHARED, "chat/tests/test_chat.py")) == []


def test_an_entry_point_or_plugin_in_the_manifest_is_use(check: Check) -> None:
    for table in ('scripts]\nx = "shared.cli:main"', 'plugins.y]\nx = "shared:Plugin"'):
        assert check(with_shared("", f"{NEEDS_SHARED}\n[tool.poetry.{table}\n")) == []


def test_a_dependency_that_the_workspace_demands_is_not_called_unused(check: Check) -> None:
    demanding = Settings(("**",), shared=(Shared("shared", ("*", "!other")),))
    assert check(with_shared("", NEEDS_SHARED), demanding) == []
    other = Settings(("**",), shared=(Shared("shared", ("*", "!chat")),))
    assert check(with_shared("", NEEDS_SHARED), other) == [UNUSED]


def test_who_has_no_code_and_who_offers_none_is_not_judged(check: Check) -> None:
    assert check({"shared": "", "shared/shared.py": "", "meta": NEEDS_SHARED}) == []
    assert check({"shared": "", "chat": NEEDS_SHARED, "chat/chat.py": ""}) == []


def test_an_optional_import_takes_no_dependency(check: Check) -> None:
    text = "try:\n    import shared\nexcept ModuleNotFoundError:\n    shared = None\n"
    assert check(with_shared(text)) == []
    assert check(with_shared(text, GROUP + NEEDS_SHARED)) == []


@pytest.mark.parametrize("where", ["chat/tests/a.py", "chat/run.py", "chat/chat/tests/b.py"])
def test_tests_and_scripts_take_a_dependency_in_any_group(where: str, check: Check) -> None:
    assert check(with_shared("import shared", GROUP + NEEDS_SHARED, where)) == []
    path = where.removeprefix("chat/")
    assert check(with_shared("import shared", "", where)) == [
        f"chat/{path}:1: imports shared without depending on shared [imports/undeclared]"
    ]


def test_what_only_type_checkers_see_takes_a_dependency_in_any_group(check: Check) -> None:
    text = "if TYPE_CHECKING:\n    from shared import X\n"
    assert check(with_shared(text, GROUP + NEEDS_SHARED)) == []
    assert check(with_shared(text)) == [
        "chat/chat/main.py:2: imports shared without depending on shared [imports/undeclared]"
    ]


def test_what_runs_takes_more_than_a_group(check: Check) -> None:
    files = with_shared("from shared import x\n", GROUP + NEEDS_SHARED)
    files |= {"chat/chat/a.py": "if TYPE_CHECKING: import shared\n", "chat/a.py": "import shared"}
    assert check(files) == [
        "chat/chat/main.py:1: imports shared at run time, but depends on shared only in group dev"
        " [imports/group-only]"
    ]
    standard = "[project]\nname = 'chat'\nversion = '1'\n[dependency-groups]\n"
    files["chat"] = f"{standard}test = ['shared']\ndev = ['shared']\n"
    assert check(files) == [
        "chat/chat/main.py:1: imports shared at run time, but depends on shared only in group test"
        " and group dev [imports/group-only]"
    ]


def test_members_in_one_namespace_package_are_told_apart(check: Check) -> None:
    files = {
        "orders": ORDERS,
        "orders/acme/orders/__init__.py": "import acme\nfrom acme.orders import x\n",
        "billing": BILLING + '[tool.poetry.dependencies]\norders = {path = "../orders"}\n',
        "billing/src/acme/billing/__init__.py": "from acme import billing, orders, unknown\n",
    }
    assert check(files) == []
    files["orders/acme/orders/__init__.py"] = "from acme import (\n  orders,\n  billing)\n"
    files["billing/src/acme/billing/__init__.py"] = "import acme.billing.x\n"
    assert check(files) == [
        "billing/pyproject.toml:5: depends on orders and never imports acme.orders"
        " [imports/unused]",
        "orders/acme/orders/__init__.py:3: imports acme.billing without depending on billing"
        " [imports/undeclared]",
    ]


def test_a_member_s_own_module_of_that_name_is_meant(check: Check) -> None:
    own = {"chat/tests/shared.py": "", "chat/tools/shared/__init__.py": ""}
    for where in ("chat/tests/test_a.py", "chat/tests/deep/test_b.py", "chat/tools/run.py"):
        assert check(with_shared("import shared", where=where) | own) == []
    inside = {"chat/chat/shared.py": ""}  # this one is chat.shared
    assert len(check(with_shared("import shared") | inside)) == 1
    beside = {"chat/shared/x.py": ""}  # any real package comes before a folder without __init__.py
    assert len(check(with_shared("import shared") | beside)) == 1


def test_of_two_members_that_install_one_module_the_declared_one_is_meant(check: Check) -> None:
    twin = {"twin": '[tool.poetry]\nname = "twin"\npackages = [{include = "shared"}]\n'}
    twin["twin/shared/__init__.py"] = "import shared.x\n"
    assert check(with_shared("import shared", NEEDS_SHARED) | twin) == []
    assert check(with_shared("import shared") | twin) == [
        "chat/chat/main.py:1: imports shared without depending on shared [imports/undeclared]"
    ]


def test_a_module_named_like_one_of_python_s_own_is_never_meant(check: Check) -> None:
    files = {"queue": "", "queue/queue/__init__.py": "", "chat": "", "chat/chat.py": "import queue"}
    assert check(files) == []
    assert check(files | {"chat": 'queue = {path = "../queue"}\n'}) == []


def test_a_file_that_is_no_python_is_told_where_it_leaves_something_open(check: Check) -> None:
    broken = {"chat/chat/a.py": "import os\nfrom shared import (x\n"}
    where = "chat/chat/a.py:2: what this file imports cannot be told: '(' was never closed"
    assert check(with_shared("", NEEDS_SHARED) | broken) == [f"{where} [imports/unreadable]"]
    assert check(with_shared("", "") | broken) == [f"{where} [imports/unreadable]"]
    assert check(with_shared("import shared", NEEDS_SHARED) | broken) == []
    assert check(with_shared("", "") | {"chat/chat/a.py": "def (\n"}) == []


def test_a_file_that_cannot_be_opened_may_import_anything(check: Check) -> None:
    shut: dict[str, str | None] = {"chat/chat/a.py": None}
    assert check(with_shared("", NEEDS_SHARED) | shut) == [
        "chat/chat/a.py: what this file imports cannot be told: it cannot be opened"
        " [imports/unreadable]"
    ]


def test_findings_say_what_to_do(read_workspace: Read) -> None:
    project = "[project]\nname = 'chat'\nversion = '1'\ndependencies = ['rich']\n"
    hints = []
    for manifest, runs in (("", True), (project, True), (project, False), (NEEDS_SHARED, True)):
        workspace = read_workspace({"lib/shared": "", "chat": manifest})
        found = {
            member.name: layout(member.manifest, [f"{member.name}.py"])
            for member in workspace.members
        }
        text = b"import shared" if "path" not in manifest else b""
        sources = {"chat": [Source("chat.py", runs, text)]}
        members = [workspace.by_name["chat"]]
        [finding] = imports.findings(workspace, members, found, sources)
        hints.append(finding.hint)
    entry = 'shared = { path = "../lib/shared", develop = true }'
    assert hints == [
        f"add {entry} to [tool.poetry.dependencies]",
        'add "shared" to dependencies in [project], then `ws sync --filter chat`',
        f"add {entry} to a group, such as [tool.poetry.group.dev.dependencies]",
        'take it out; if only its programs are used, say so: ignore = ["imports/unused"] in'
        " [tool.ws]",
    ]


def test_only_the_chosen_members_are_checked(read_workspace: Read) -> None:
    workspace = read_workspace({"shared": "", "chat": "", "other": ""})
    layouts = {
        member.name: layout(member.manifest, [f"{member.name}.py"]) for member in workspace.members
    }
    sources = {"chat": [Source("chat.py", runs=True, content=b"import shared")]}
    found = imports.findings(workspace, [workspace.by_name["chat"]], layouts, sources)
    assert [finding.member for finding in found] == ["chat"]
