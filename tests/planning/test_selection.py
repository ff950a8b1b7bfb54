"""The oracle is Poetry's own `Locker` and `Transaction`, imported from the Poetry beside ws."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import LONG

from ws.formats import pyproject_reader
from ws.formats.lock import read_lock
from ws.planning.selection import active_groups, is_selectable, selected

pytest.importorskip("poetry.puzzle.transaction", reason="Poetry is not beside ws")

ROOT = Path(__file__).parents[2]
LOCKS = sorted(
    Path(folder, "poetry.lock")
    for top in ("packages", "workers", "tests/workspaces")
    for folder, folders, names in os.walk(ROOT / top)
    if ".venv" not in folder and "poetry.lock" in names
)
GROUPS = ("main", "dev", "test", "lint", "docs")
EXTRAS = ("speed", "all-of-it", "pg")
often = settings(max_examples=2000 if LONG else 200)
"""Poetry's own selection was first compared by hand, in 185 combinations; never in fewer."""
LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.9",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1.0",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "linux",
}
CHANGES: tuple[dict[str, str], ...] = (
    {},
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    {"implementation_name": "pypy", "platform_python_implementation": "PyPy"},
)
VERSIONS = ("3.11.0", "3.11.9", "3.12.1", "3.13.0", "3.14.2")


@st.composite
def environments(draw: st.DrawFn) -> dict[str, str]:
    full = draw(st.sampled_from(VERSIONS))
    version = {"python_full_version": full, "python_version": full.rpartition(".")[0]}
    return LINUX | draw(st.sampled_from(CHANGES)) | version


ATOMS = st.sampled_from(
    [
        'sys_platform == "win32"',
        'sys_platform != "linux"',
        'python_version < "3.12"',
        'python_version >= "3.13"',
        'python_full_version >= "3.11.4"',
        'platform_machine in "x86_64 AMD64"',
        'platform_python_implementation != "PyPy"',
        'extra == "speed"',
        'extra != "speed"',
        'extra == "All.of_it"',
        'extra == "pg"',
    ]
)
MARKERS = st.recursive(
    ATOMS,
    lambda inner: st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=4,
)


@st.composite
def packages(draw: st.DrawFn, name: str, version: str) -> str:
    """One `[[package]]` as Poetry might have written it."""
    groups = draw(st.lists(st.sampled_from(GROUPS), min_size=1, unique=True))
    kind = draw(st.sampled_from(["none", "one", "each"]))
    markers = ""
    if kind == "one":
        markers = f"markers = {json.dumps(draw(MARKERS))}\n"
    elif kind == "each":
        some = draw(st.lists(st.sampled_from(groups), unique=True))
        rows = ", ".join(f"{group} = {json.dumps(draw(MARKERS))}" for group in some)
        markers = f"markers = {{{rows}}}\n"
    optional = str(draw(st.booleans())).lower()
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\ndescription = ""\n'
        f'optional = {optional}\npython-versions = "*"\ngroups = {json.dumps(groups)}\n'
        f"{markers}files = []\n\n"
    )


@st.composite
def locks(draw: st.DrawFn) -> str:
    """A lock of four names, each of them in up to three versions."""
    versions = st.lists(st.sampled_from(["1.0", "1.5rc1", "2.0"]), min_size=1, unique=True)
    body = "".join(
        draw(packages(name, version)) for name in "abcd" for version in sorted(draw(versions))
    )
    return f'{body}[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = ""\n'


def oracle(
    text: str, groups: frozenset[str], extras: frozenset[str], environment: dict[str, str]
) -> list[tuple[str, str]]:
    """What Poetry would install into an empty environment."""
    from poetry.puzzle.transaction import Transaction

    solved = _solved(text)
    transaction = Transaction([], solved, [], None, environment, set(groups))
    operations = transaction.calculate_operations(with_uninstalls=False, extras=set(extras))
    return sorted((op.package.name, str(op.package.version)) for op in operations if not op.skipped)


@cache
def _solved(text: str) -> Any:
    from poetry.packages.locker import Locker

    locker = Locker(Path("/nowhere/poetry.lock"), {})
    locker._lock_data = tomllib.loads(text)  # noqa: SLF001 - so that it is read once
    locker.is_locked = lambda: True
    return locker.locked_packages()


def ours(
    text: str, groups: frozenset[str], extras: frozenset[str], environment: dict[str, str]
) -> list[tuple[str, str]]:
    from poetry.core.constraints.version import Version

    chosen = selected(read_lock(text.encode()), groups, extras, environment)
    return sorted((package.name, str(Version.parse(package.version))) for package in chosen)


@often
@given(
    text=locks(),
    groups=st.frozensets(st.sampled_from(GROUPS)),
    extras=st.frozensets(st.sampled_from(EXTRAS)),
    environment=environments(),
)
def test_what_is_selected_from_any_lock_is_what_poetrys_transaction_installs(
    text: str, groups: frozenset[str], extras: frozenset[str], environment: dict[str, str]
) -> None:
    case = (text, groups, extras, environment)
    assert ours(*case) == oracle(*case)


@often
@given(
    path=st.sampled_from(LOCKS),
    groups=st.frozensets(st.sampled_from(GROUPS), min_size=1),
    environment=environments(),
    data=st.data(),
)
def test_and_from_every_lock_of_this_repository(
    path: Path, groups: frozenset[str], environment: dict[str, str], data: st.DataObject
) -> None:
    text = path.read_text(encoding="utf-8")
    known = sorted(tomllib.loads(text).get("extras", {})) or ["none"]
    extras = data.draw(st.frozensets(st.sampled_from(known)))
    with contextlib.suppress(RuntimeError):  # a lock that Poetry itself does not select from
        case = (text, groups, extras, environment)
        assert oracle(*case) == ours(*case)


def test_of_two_versions_the_one_for_this_python_is_selected() -> None:
    text = "".join(
        f'[[package]]\nname = "a"\nversion = "{version}"\noptional = false\ngroups = ["main"]\n'
        f'markers = "{marker}"\n\n'
        for version, marker in (
            ("1", "python_version < '3.12'"),
            ("2", "python_version >= '3.12'"),
        )
    )
    lock = read_lock((text + '[metadata]\nlock-version = "2.1"\ncontent-hash = ""\n').encode())
    assert [p.version for p in selected(lock, {"main"}, (), LINUX)] == ["1"]
    assert [p.version for p in selected(lock, {"dev"}, (), LINUX)] == []


MANIFEST = """
[project]
name = "chat"
version = "1"
[dependency-groups]
test = ["pytest"]
[tool.poetry.group.dev.dependencies]
ruff = "*"
[tool.poetry.group.My_Docs]
optional = true
[tool.poetry.group.My_Docs.dependencies]
mkdocs = "*"
"""


@pytest.mark.parametrize(
    ("options", "active"),
    [
        ({}, {"main", "dev", "test"}),
        ({"with_": ["my.docs"]}, {"main", "dev", "test", "my-docs"}),
        ({"without": ["main", "dev"]}, {"test"}),
        ({"only": ["my_docs"], "without": ["my_docs"]}, {"my-docs"}),
    ],
)
def test_optional_groups_are_active_only_when_asked_for(
    options: dict[str, list[str]], active: set[str]
) -> None:
    manifest = pyproject_reader.read(MANIFEST.encode(), "chat/pyproject.toml", "chat")
    assert manifest is not None
    assert active_groups(manifest, **options) == active


SPELLED = {"dev": "dev", "My_Docs": "my-docs", "test.all": "test-all", "lint": "lint"}


@st.composite
def groups_of_a_manifest(draw: st.DrawFn) -> tuple[str, frozenset[str]]:
    """A manifest with groups of both forms, some of them optional, and their names."""
    names = draw(st.lists(st.sampled_from(sorted(SPELLED)), unique=True))
    standard, tables = "[dependency-groups]\n", ""
    for name in names:
        modern, optional = draw(st.booleans()), draw(st.booleans())
        standard += f'"{name}" = ["gamma"]\n' if modern else ""
        if optional or not modern:
            tables += f"[tool.poetry.group.'{name}']\noptional = {str(optional).lower()}\n"
        if not modern:
            tables += f"[tool.poetry.group.'{name}'.dependencies]\ngamma = '*'\n"
    project = '[project]\nname = "chat"\nversion = "1"\ndependencies = ["alpha"]\n'
    return f"{project}{standard}{tables}", frozenset(names) | {"main"}


def poetrys_groups(text: str, options: dict[str, list[str]]) -> set[str]:
    """The groups that `poetry install` installs with these options."""
    from tempfile import TemporaryDirectory
    from types import SimpleNamespace

    from poetry.console.commands.install import InstallCommand
    from poetry.core.factory import Factory

    with TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_text(text, encoding="utf-8")
        package = Factory().create_poetry(Path(folder)).package
    said = {key.rstrip("_"): [",".join(names)] if names else "" for key, names in options.items()}

    class Command(InstallCommand):  # type: ignore[misc]
        poetry = SimpleNamespace(package=package)

        def option(self, name: str, default: Any = None) -> Any:
            return said.get(name, default)

        def line_error(self, *_args: Any, **_options: Any) -> None:
            pass

    return set(Command().activated_groups)


@often
@given(manifest=groups_of_a_manifest(), data=st.data())
def test_the_active_groups_of_any_manifest_are_poetrys(
    manifest: tuple[str, frozenset[str]], data: st.DataObject
) -> None:
    text, names = manifest
    some = st.lists(st.sampled_from(sorted(names)), unique=True)
    options = {key: data.draw(some) for key in ("with_", "without", "only")}
    read = pyproject_reader.read(text.encode(), "chat/pyproject.toml", "chat")
    assert read is not None
    assert active_groups(read, **options) == poetrys_groups(text, options)


@pytest.mark.parametrize(("version", "answer"), [("2.0", False), ("2.1", True)])
def test_locks_before_2_1_do_not_say_enough(version: str, *, answer: bool) -> None:
    lock = f'package = []\n[metadata]\nlock-version = "{version}"\ncontent-hash = ""\n'
    assert is_selectable(read_lock(lock.encode())) is answer
