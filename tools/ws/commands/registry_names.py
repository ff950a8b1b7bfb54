"""Which names images get in registries: from the settings, the command line, and git."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.engines import git
from ws.model.report import Finding
from ws.planning import registry_names as planning
from ws.planning.registry_names import Checkout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.workspace import Member, Workspace

LOCK = "registry/lock"
"""What pushes and pulls hold: images have names of registries for a while, and others' too."""
_DIRTY = "-dirty"


class Names(NamedTuple):
    """The parts of all names."""

    registries: tuple[str, ...]
    templates: tuple[str, ...]
    checkout: Checkout

    def pushed(self, member: Member) -> tuple[str, ...]:
        """What a member's image is to be called, in every registry. Raises `UsageError`."""
        tags = planning.tags(member, self.templates, self.checkout)
        return tuple(
            planning.reference(registry, member.name, tag)
            for registry in self.registries
            for tag in tags
        )

    def pulled(self, member: Member) -> tuple[str, ...]:
        """The names by which a member's image is asked for, in order. Raises `UsageError`."""
        return planning.references(member, self.registries, self.templates, self.checkout)

    def findings(self) -> tuple[Finding, ...]:
        """A warning, where a tag names a commit, and the tree is not what that has."""
        if not (self.checkout.is_dirty and planning.needs(self.templates, "sha")):
            return ()
        message = f"tracked files differ from the commit {self.checkout.commit[: planning.SHORT]}"
        hint = "commit them: then a tag tells what is in the image"
        return (Finding("registry/dirty", "warning", message, hint=hint),)


def names(
    context: Context,
    workspace: Workspace,
    registries: Sequence[str],
    templates: Sequence[str],
    *,
    dev: bool = False,
) -> Names:
    """The names, where registries and templates of tags may be asked for. Raises `UsageError`."""
    settings = workspace.settings.docker
    chosen = planning.templates(settings, templates, dev=dev)
    return Names(
        planning.registries(settings, registries),
        chosen,
        checkout(context, workspace, chosen),
    )


def checkout(context: Context, workspace: Workspace, templates: Sequence[str]) -> Checkout:
    """What git knows, as far as the templates want it."""
    commit = branch = ""
    if planning.needs(templates, "sha"):
        commit = git.revision(workspace.root, context.environ).commit
    if planning.needs(templates, "branch"):
        branch = git.branch(workspace.root, context.environ)
    return Checkout(commit.removesuffix(_DIRTY), commit.endswith(_DIRTY), branch)
