"""Which package indexes the locks of images name, and in which of them the others look too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.model.urls import without_credentials
from ws.planning.uv_requirements import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.images import ImagePlan
    from ws.model.workspace import Member, Workspace

_PRIMARY = "primary"


class Indexes(NamedTuple):
    """The indexes of members (`[[tool.poetry.source]]`) that something in an image comes from."""

    named: tuple[Index, ...] = ()
    """With the credentials that stand in their addresses, in the order of members and manifests."""
    default: Index | None = None
    """The one of them in the place of PyPI, where no image takes anything from there."""


def indexes(workspace: Workspace, plan: ImagePlan) -> Indexes:
    """The indexes that the layers of a plan ask.

    As Poetry has it, a member with a primary source has no PyPI any more
    (https://python-poetry.org/docs/repositories/#primary-package-sources).
    """
    asked = {each.origin.rstrip("/") for layer in plan.layers for each in layer.requirements}
    names = dict.fromkeys(name for layer in plan.layers for name in layer.members)
    found: dict[Index, bool] = {}
    for name in names:
        for index, is_primary in _sources(workspace.by_name[name]):
            if without_credentials(index.url) in asked:
                found[index] = found.get(index, False) or is_primary
    primary = next((index for index, is_primary in found.items() if is_primary), None)
    return Indexes(tuple(found), None if "" in asked else primary)


def _sources(member: Member) -> Iterator[tuple[Index, bool]]:
    """The package indexes that a member names, and whether each is a primary one."""
    for source in member.manifest.document.get("tool", {}).get("poetry", {}).get("source", ()):
        if url := source.get("url", ""):
            index = Index(source.get("name", ""), url.rstrip("/"))
            yield index, source.get("priority", _PRIMARY) == _PRIMARY
