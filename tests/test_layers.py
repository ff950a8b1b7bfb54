"""The house's rule: a room imports only the rooms above it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ws

ROOMS = (
    "errors",
    "model",
    "formats",
    "planning",
    "generate",
    "files",
    "engines",
    "reporting",
    "commands",
    "api",
    "cli",
)
SOURCE = Path(ws.__file__).parent
FOREIGN = {
    "click": {"cli"},
    "subprocess": {"engines"},
    "filelock": {"files"},
    "rich": {"cli"},
}
MODULES = [
    *sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE),
    SOURCE / "errors.py",
    SOURCE / "api.py",
]


def imported(path: Path) -> set[str]:
    """Every module that a file imports, at whatever depth of the code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_rooms_above_its_own(path: Path) -> None:
    mine = ROOMS.index(room(path))
    used = {name.split(".")[1] for name in imported(path) if name.startswith("ws.")}
    below = {name for name in used & set(ROOMS) if ROOMS.index(name) > mine}
    assert below == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_foreign_power_is_used_only_in_its_own_room(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(path)}
    strays = {name for name in tops & set(FOREIGN) if room(path) not in FOREIGN[name]}
    assert strays == set()


def test_reporting_knows_no_engines() -> None:
    used = {name for path in (SOURCE / "reporting").glob("*.py") for name in imported(path)}
    assert not {name for name in used if name.startswith(("ws.engines", "ws.files"))}


def test_only_the_command_line_prints() -> None:
    """`print` and `click.echo` stand in `cli` alone; one script's output is its answer."""
    printing = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    }
    assert printing == {"engines/inside_poetry/facts.py"}
