"""The documents say what the program does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ws.cli.app import app
from ws.formats import workspace_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_in_the_readme_is_the_graph_of_this_workspace() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ws", "graph", "--as", "mermaid"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == ended.stdout


def test_every_command_has_its_place_in_the_reference() -> None:
    reference = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^## ws ([a-z -]+)$", reference, re.MULTILINE))
    assert described == set(_commands(app))


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    """The commands by their full names: `lock`, `docker new`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_json_schema_knows_the_keys_that_the_reader_knows() -> None:
    schema = json.loads((ROOT / "docs" / "workspace.schema.json").read_text(encoding="utf-8"))
    tables = schema["properties"] | {"shared": schema["properties"]["shared"]["items"]}
    assert {name: tuple(table.get("properties", ())) for name, table in tables.items()} == (
        workspace_toml.KEYS
    )


def test_the_rules_in_the_reference_are_those_of_the_code() -> None:
    reference = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:sync|catalog|lock|graph|imports)/[a-z-]+)`", reference))
    planning = "".join(path.read_text() for path in (ROOT / "tools/ws/planning").glob("*.py"))
    assert named == set(re.findall(r'"((?:sync|catalog|lock|graph|imports)/[a-z-]+)"', planning))


def test_the_rules_of_dockerfiles_in_the_reference_are_those_of_the_code() -> None:
    reference = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = reference.partition("## ws docker check\n")[2].partition("\n## ")[0]
    names = ["paths", "imports", "rebuilds", "over_copy", "sent", "parity", "floating", "user"]
    names.append("stories")
    modules = [f"planning/docker_{name}.py" for name in (*names, "contexts")]
    modules += ["commands/docker_check.py", "commands/docker_builds.py"]
    code = "".join((ROOT / "tools/ws" / module).read_text(encoding="utf-8") for module in modules)
    assert set(re.findall(r"`(docker/[a-z-]+)`", section)) == (
        set(re.findall(r'"(docker/[a-z-]+)"', code))
    )
