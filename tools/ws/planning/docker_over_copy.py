"""Members that are copied into an image whose member does not need them (`docker/over-copy`)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.planning.docker_built import members_in, needed
from ws.planning.docker_owner import is_selected
from ws.planning.skew import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.report import Finding
    from ws.planning.docker_built import Built
    from ws.planning.docker_needs import Known

RULE = "docker/over-copy"


def findings(built: Built, known: Known) -> Iterator[Finding]:
    """A warning for each `COPY` that brings other members. Of the whole context see `docker/cache`.

    Nothing, where it is not known whom the image is for, or where an argument selects that: what
    one does not need is for another.
    """
    if not built.owners or is_selected(built):
        return
    wanted = needed(built.owners, known)
    for folder in built.folders():
        if folder.path == built.context.folder:
            continue
        brought = members_in(folder.path, built, known)
        others = [member.name for member in brought if member.name not in wanted]
        if others:
            useful = [member.path for member in brought if member.name in wanted]
            who = some([member.name for member in built.owners])
            yield built.warning(
                RULE,
                folder.line,
                f"{some(others)} {'is' if len(others) == 1 else 'are'} copied,"
                f" and {who} needs none of it",
                _remedy(useful, built),
            )


def _remedy(useful: list[str], built: Built) -> str:
    if not useful:
        return "remove this COPY, or the part of it that brings them"
    sources = [posixpath.relpath(path, built.context.folder) for path in useful]
    return f"copy what it needs alone, one COPY for each: {', '.join(sources)}"
