"""The sources of local packages, as they go into a build context of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.images import ignored_patterns
from ws.files.pruned_sources import Sources
from ws.formats import dockerignore
from ws.planning import pruned

if TYPE_CHECKING:
    from ws.model.images import ImagePlan
    from ws.model.pruned import PrunedFile
    from ws.model.workspace import Workspace


def package_sources(
    workspace: Workspace, plan: ImagePlan
) -> tuple[tuple[PrunedFile, ...], list[str]]:
    """The files of a plan's packages, sorted by path; no members that lie in their folders.

    And what was passed over only since git ignores it.
    """
    ignored = dockerignore.read("\n".join(ignored_patterns(workspace, plan)))
    inside = {package.folder for package in plan.packages}
    others = {member.path for member in workspace.members} - inside
    sources = Sources(workspace.root, ignored, others)
    known = {member.path: member for member in workspace.members}
    found: dict[str, PrunedFile] = {}
    for folder in sorted(inside):
        named = pruned.named_files(known[folder]) if folder in known else ()
        found |= {file.path: file for file in sources.files(folder, named)}
    return tuple(sorted(found.values())), sources.left_out
