"""What in a member's folder is in no wheel of it, as poetry-core builds one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.workspace import Member

SECRETS = ("**/uv.toml", "**/.netrc", "**/.pypirc", "**/id_rsa", "**/id_ed25519")
"""Patterns of files that may hold secrets, besides those of every `.dockerignore`."""
_TESTS = ("tests", "test")


def needless(member: Member, *, tests: bool) -> tuple[str, ...]:
    """The paths, relative to the workspace root, that make no difference to a member's wheel.

    Its lock and Dockerfiles, and unless `tests` are wanted, the folders of its tests: a wheel holds
    what `packages` and `include` name, else the module of the member's name
    (https://python-poetry.org/docs/pyproject/#packages).
    """
    beside = (member.file("poetry.lock"), *member.dockerfiles)
    if tests or not _is_by_poetry(member.manifest.document):
        return beside
    named = set(_named(member.manifest.document.get("tool", {}).get("poetry", {})))
    folders = [name for name in _TESTS if name not in named and name != member.name]
    return (*beside, *map(member.file, folders))


def _is_by_poetry(document: Any) -> bool:  # noqa: ANN401 - TOML
    backend = document.get("build-system", {}).get("build-backend", "")
    return "poetry" in backend and "build" not in document.get("tool", {}).get("poetry", {})


def _named(poetry: Any) -> Iterator[str]:  # noqa: ANN401 - TOML
    """The first parts of the paths that a manifest wants in a wheel; `*` may be any."""
    for entry in (*poetry.get("packages", ()), *poetry.get("include", ())):
        path = entry if isinstance(entry, str) else entry.get("include", entry.get("path", ""))
        above = "" if isinstance(entry, str) else entry.get("from", "")
        first = f"{above}/{path}".strip("/").split("/")[0]
        yield from _TESTS if "*" in first else (first,)
