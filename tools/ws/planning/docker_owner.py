"""Whom a Dockerfile is for: it need neither lie in its member's folder nor bear its name."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.planning.docker_built import members_in, needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.model.docker import Dockerfile
    from ws.model.workspace import Member
    from ws.planning.docker_built import Built
    from ws.planning.docker_needs import Known

_TEMPLATED = ("FROM", "ARG", "COPY", "ADD", "WORKDIR")


def owners(built: Built, known: Known) -> tuple[Member, ...]:
    """The members that an image is for, in listing order; none where that is not to be told.

    These are the members that it installs, else those that it copies, without what others of these
    need. Of several that are only copied, the one that an argument of the build names, or the one
    in whose folder the Dockerfile lies; that one too where nothing of any member is there.
    """
    if built.verdict.members:
        return _not_needed_by_others(_listed(built.verdict.members, known), known)
    if _copies_variables(built):
        return ()
    all_copied = _copied(built, known)
    named = [member for member in all_copied if _is_named(member, built)]
    if len(named) == 1:
        return tuple(named)
    copied = _not_needed_by_others(all_copied, known)
    here = home(built.dockerfile.path, known)
    return (here,) if here is not None and (here in copied or not copied) else copied


def is_selected(built: Built) -> bool:
    """Whether an argument of the build says whom it is for: others have the same Dockerfile."""
    return len(built.owners) == 1 and _is_named(built.owners[0], built)


def home(path: str, known: Known) -> Member | None:
    """The member in whose folder a file lies, if it lies in one's: one at the root has none."""
    folder = posixpath.dirname(path)
    while folder and folder not in known.folders:
        folder = posixpath.dirname(folder)
    return known.folders.get(folder)


def is_template(dockerfile: Dockerfile) -> bool:
    """Whether it is none yet: `{{...}}` stands where a builder wants a name or a path."""
    return any(
        "{{" in word.text
        for instruction in dockerfile.instructions
        if instruction.kind in _TEMPLATED
        for word in instruction.words
    )


def is_of_workspace(built: Built, known: Known) -> bool:
    """Whether a Dockerfile has to do with members: not the one of a web server or a database."""
    if built.owners or built.dockerfile.problems or home(built.dockerfile.path, known):
        return True
    installs = (install for stage in built.verdict.stages for install in stage.installs)
    return any(one.call.tool == "poetry" for one in installs) or bool(_copied(built, known))


def _copied(built: Built, known: Known) -> list[Member]:
    """The members of which a folder, the manifest or the lock is copied."""
    found = {
        member.name for one in built.folders() for member in members_in(one.path, built, known)
    }
    for stage in built.verdict.stages:
        for source in stage.state.image.layout().values():
            folder, name = posixpath.split(built.path(source))
            member = known.folders.get(folder or ".")
            if member and name in ("pyproject.toml", "poetry.lock"):
                found.add(member.name)
    return _listed(found, known)


def _listed(names: Iterable[str], known: Known) -> list[Member]:
    """The members of these names, in the order of every listing."""
    members = known.workspace.members
    if "places" not in known.asked:
        known.asked["places"] = {member.name: place for place, member in enumerate(members)}
    places: dict[str, int] = known.asked["places"]
    return [members[place] for place in sorted(places[name] for name in names)]


def _not_needed_by_others(members: Iterable[Member], known: Known) -> tuple[Member, ...]:
    listed = tuple(members)
    by_others = {
        name for member in listed for name in needed((member,), known) if name != member.name
    }
    return tuple(member for member in listed if member.name not in by_others) or listed


def _is_named(member: Member, built: Built) -> bool:
    """Whether an argument of the build names the folder of a member, all of it or its end."""
    values = (value.strip("/") for value in built.arguments.values())
    return any(value and f"/{member.path}".endswith(f"/{value}") for value in values)


def _copies_variables(built: Built) -> bool:
    """Whether what is copied is known at build time only."""
    return None in list(_sources(built))


def _sources(built: Built) -> Iterator[str | None]:
    for stage in built.stages:
        for position, instruction in enumerate(stage.instructions):
            if instruction.kind in ("COPY", "ADD") and instruction.flag("from") is None:
                for word in instruction.words[:-1]:
                    yield built.expanded(stage, position, word.text)
