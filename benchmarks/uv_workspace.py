"""The same members as a workspace of uv: one `pyproject.toml` each, and one lock for all."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from poetry.core.factory import Factory

from ws.files.loader import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from poetry.core.packages.dependency import Dependency

    from ws.model.workspace import Member


def make(root: Path, source: Path) -> None:
    """Write, below `root`, what the Poetry workspace at `source` would be for uv, without a lock.

    No member is a package there, so that nothing is built to learn what it needs. The optional
    groups are left out: uv has one lock for all, and linters differ between the members.
    """
    workspace = load(source)
    names = {member.name for member in workspace.members}
    for member in workspace.members:
        folder = root / member.path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(_manifest(member, source, names))
    paths = json.dumps([member.path for member in workspace.members])
    (root / "pyproject.toml").write_text(f"[tool.uv.workspace]\nmembers = {paths}\n")


def lock(uv: Path, root: Path, environ: Mapping[str, str]) -> None:
    """Let uv lock it, which asks the index."""
    subprocess.run([uv, "lock", "--quiet"], cwd=root, env=environ, check=True)


def _manifest(member: Member, source: Path, names: set[str]) -> str:
    package = Factory().create_poetry(source / member.path).package
    groups = {
        name: _requirements(package.dependency_group(name).dependencies, names)
        for name in sorted(package.dependency_group_names())
    }
    required = groups.pop("main", [])
    used = sorted({edge.name for edge in package.all_requires} & names)
    return "".join(
        (
            f'[project]\nname = "{member.name}"\nversion = "{package.version}"\n',
            f'requires-python = "{_python(member)}"\n',
            f"dependencies = {json.dumps(required)}\n\n[dependency-groups]\n",
            *(f"{name} = {json.dumps(listed)}\n" for name, listed in groups.items()),
            "\n[tool.uv]\npackage = false\n\n[tool.uv.sources]\n",
            *(f"{name} = {{ workspace = true }}\n" for name in used),
        )
    )


def _python(member: Member) -> str:
    """As `[project]` would have it: all members of this workspace say 3.11 in one way or other."""
    return member.manifest.python.replace("^3.11", ">=3.11,<4")


def _requirements(dependencies: list[Dependency], names: set[str]) -> list[str]:
    return [
        edge.name if edge.name in names else edge.to_pep_508(with_extras=False)
        for edge in dependencies
    ]
