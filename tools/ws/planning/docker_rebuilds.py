"""What makes a build install third-party packages anew that nobody has changed (`docker/cache`).

A `RUN` runs again as soon as any file has changed that was copied before it, whether it reads that
file or not (Docker's manual, "Build cache invalidation"). Of what another stage made, only that
counts which is copied from there.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.planning.docker_built import members_in, needed
from ws.planning.docker_needs import needs
from ws.planning.skew import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.report import Finding
    from ws.planning.docker_built import Built
    from ws.planning.docker_needs import Known
    from ws.planning.docker_programs import Call
    from ws.planning.docker_stage import Install

RULE = "docker/cache"


def findings(built: Built, known: Known) -> Iterator[Finding]:
    """Warnings where the layers of third-party packages, or all of them, are made anew in vain."""
    told: set[int] = set()
    for install in _first_installs(built):
        found = _of_sources(built, known, install) or _of_versions(built, known, install)
        if found is not None and found.where and found.where.line:
            told.add(found.where.line)
            yield found
    yield from _whole(built, known, told)


def _first_installs(built: Built) -> Iterator[Install]:
    """The installs that bring third-party packages to an environment that has none before."""
    seen: set[int] = set()
    for stage in built.verdict.stages:
        for install in stage.installs:
            if not _brings_third_party(install.call):
                continue
            there = install.image.latest_environments()
            if not any(one.key in seen and one.at == install.environment for one in there):
                yield install
            seen.add(install.key)


def _brings_third_party(call: Call) -> bool:
    if call.verb == "pip":
        projects = [path for path, _ in call.paths if not path.endswith((".whl", ".gz"))]
        return bool(call.files) or (bool(projects) and call.dependencies)
    return call.verb in ("install", "sync", "update") and call.dependencies


def _of_sources(built: Built, known: Known, install: Install) -> Finding | None:
    """Where sources are copied before."""
    found: dict[int, list[str]] = {}
    for at, source in install.image.layout().items():
        path = built.path(source)
        if _holds_sources(path, source, built, known):
            line = install.image.at(at).line or install.line
            found.setdefault(line, []).append("all of it" if path == "." else path)
    if not found:
        return None
    line = min(found)
    return built.warning(
        RULE,
        line,
        f"{some(found[line])} is copied before third-party packages are installed in line"
        f" {install.line}: any edit there installs all of them anew",
        _remedy(install.call),
    )


def _holds_sources(path: str, source: str, built: Built, known: Known) -> bool:
    if path.endswith(".py"):
        return bool(members_in(path, built, known))
    return built.context.is_folder(source) and bool(members_in(path, built, known))


def _remedy(call: Call) -> str:
    if call.tool == "poetry":
        return (
            "before it, copy pyproject.toml and poetry.lock alone,"
            " and poetry install --no-root --no-directory"
        )
    if call.tool == "uv" and call.verb == "sync":
        return "before it, copy the manifest and the lock alone, and uv sync --no-install-workspace"
    return "before it, copy the list of requirements alone, and install that"


def _of_versions(built: Built, known: Known, install: Install) -> Finding | None:
    """Where versions of local packages are copied before, which this install does not need."""
    if install.call.tool == "poetry":
        return None if install.call.directories else _manifests(built, known, install)
    return _exported(built, known, install)


def _manifests(built: Built, known: Known, install: Install) -> Finding | None:
    """The manifests of path dependencies, of which `--no-directory` wants nothing."""
    own = {member.name for member in built.owners}
    for at, source in install.image.layout().items():
        folder, name = posixpath.split(built.path(source))
        member = known.folders.get(folder or ".")
        if member and name == "pyproject.toml" and own and member.name not in own:
            return built.warning(
                RULE,
                install.image.at(at).line or install.line,
                f"the manifest of {member.name} is copied before third-party packages are"
                f" installed in line {install.line}: when its version is bumped, all of them are"
                " installed anew",
                "copy it after that line: --no-directory needs nothing of it",
            )
    return None


def _exported(built: Built, known: Known, install: Install) -> Finding | None:
    """A list that is made in the same stage, from a lock with versions of local packages in it."""
    if not any(needs(member, known, None) for member in built.owners):
        return None
    wanted = set(install.call.files)
    for stage in built.verdict.stages:
        for other in stage.installs:
            made = other.call.verb == "export" and wanted & set(other.call.files)
            if made and other.stage == install.stage:
                return built.warning(
                    RULE,
                    other.line,
                    "the lock, in which versions of local packages stand, feeds the install of"
                    f" third-party packages in line {install.line}: a bump installs all anew",
                    "export in a stage of its own, and COPY --from it: a list that says the same"
                    " keeps what is installed",
                )
    return None


def _whole(built: Built, known: Known, told: set[int]) -> Iterator[Finding]:
    """Where all of a context is copied, of which the member needs a part."""
    wanted = needed(built.owners, known)
    for line, path in built.folders():
        if path != built.context.folder or line in told:
            continue
        others = [m.name for m in members_in(path, built, known) if m.name not in wanted]
        if others:
            yield built.warning(
                RULE,
                line,
                "the whole repository is copied: an edit anywhere in it makes this layer and all"
                f" that follow anew, one of {some(others)} too",
                "copy the folders that it needs, one COPY for each",
            )
