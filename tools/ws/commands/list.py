"""`ws list`: the members of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.report import Report

if TYPE_CHECKING:
    from ws.commands.context import Context


def run(context: Context, *, paths: bool = False) -> Report:
    """Name, path, version, Python, dependencies on members and Dockerfiles of each member.

    With `paths`, people read nothing but the folders, one a line.
    """
    workspace = context.workspace()
    graph = workspace.graph
    members = [
        {
            "name": member.name,
            "path": member.path,
            "version": member.manifest.version,
            "python": member.manifest.python,
            "dependencies": list(graph.dependencies(member.name)),
            "dockerfiles": list(member.dockerfiles),
        }
        for member in context.chosen(workspace)
    ]
    data = {"workspace": workspace.settings.name, "members": members}
    folders = "".join(f"{member['path']}\n" for member in members)
    return Report("list", data=data, text=folders if paths else "")
