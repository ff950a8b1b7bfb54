"""A small workspace, its build context and Dockerfiles, none of which ever was on a disk."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ws.formats import pyproject_reader, workspace_toml
from ws.formats.dockerfile_parser import read
from ws.formats.lock import read_facts
from ws.model.workspace import Member, Workspace
from ws.planning.docker_needs import Known
from ws.planning.docker_paths import Verdict, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.model.docker import Dockerfile
    from ws.model.lock import LockFacts

CHAT = "workers/general/chat"
SHARED = "packages/shared/python"
BASE = "packages/base"
TOOL = "packages/tool"


class Folder:
    """A build context that is a list of files."""

    def __init__(
        self, files: Iterable[str], folder: str = ".", links: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.links = links or {}
        self.files = {posixpath.relpath(file, folder) for file in files}
        self.files = {file for file in self.files if not file.startswith("../")}
        self.folders = {"."} | {
            "/".join(file.split("/")[:depth])
            for file in self.files
            for depth in range(1, file.count("/") + 1)
        }

    def exists(self, path: str) -> bool:
        return path in self.files or path in self.folders

    def is_folder(self, path: str) -> bool:
        return path in self.folders

    def link(self, path: str) -> str:
        return self.links.get(path, "")

    def hides(self, path: str) -> str:  # noqa: ARG002 - nothing is ignored here
        return ""

    def glob(self, pattern: str) -> list[str]:
        return sorted(
            path
            for path in self.files | self.folders
            if path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)
        )


def manifest(name: str, module: str, dependencies: str = "", groups: str = "") -> str:
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "0.1.0"\nreadme = "README.md"\n'
        f'packages = [{{ include = "{module}", from = "src" }}]\n\n'
        f'[tool.poetry.dependencies]\npython = "^3.11"\n{dependencies}\n{groups}'
    )


def path_to(name: str, path: str) -> str:
    return f'{name} = {{ path = "{path}", develop = true }}\n'


def lock(entries: Mapping[str, str], group: str = "main", *, develop: bool = True) -> bytes:
    """A lock of path dependencies: names to folders."""
    packages = "".join(
        f'[[package]]\nname = "{name}"\nversion = "0.1.0"\ngroups = ["{group}"]\nfiles = []\n'
        f"develop = {str(develop).lower()}\n\n"
        f'[package.source]\ntype = "directory"\nurl = "{url}"\n\n'
        for name, url in entries.items()
    )
    return f'{packages}[metadata]\nlock-version = "2.1"\ncontent-hash = "x"\n'.encode()


class Place:
    """A workspace of a worker, the shared package that it needs, and what that needs."""

    def __init__(
        self,
        member: str = CHAT,
        *,
        transitive: bool = False,
        dev: bool = False,
        locked: bool = True,
        develop: bool = True,
        shared: str = SHARED,
    ) -> None:
        to_shared = posixpath.relpath(shared, member)
        to_base = posixpath.relpath(BASE, member)
        tool = path_to("tool", posixpath.relpath(TOOL, member))
        group = f"[tool.poetry.group.dev.dependencies]\n{tool}" if dev else ""
        needs = path_to("base", posixpath.relpath(BASE, shared)) if transitive else ""
        self.manifests = {
            member: manifest("chat", "chat", path_to("shared-python", to_shared), group),
            shared: manifest("shared-python", "shared", needs),
            BASE: manifest("base", "base"),
            TOOL: manifest("tool", "tool"),
        }
        modules = {member: "chat", shared: "shared", BASE: "base", TOOL: "tool"}
        names = ("pyproject.toml", "README.md", "poetry.lock")
        self.files = [f"{folder}/{name}" for folder in self.manifests for name in names]
        self.files += [f"{at}/src/{module}/__init__.py" for at, module in modules.items()]
        entries = {"shared-python": to_shared} | ({"base": to_base} if transitive else {})
        self.lock = lock(entries, develop=develop) if locked else None
        if self.lock and dev:
            self.lock = lock({"tool": posixpath.relpath(TOOL, member)}, "dev") + b""
            tooled = self.lock.split(b"[metadata]")[0]
            self.lock = tooled + lock(entries, develop=develop)
        if not locked:
            self.files.remove(f"{member}/poetry.lock")

    @property
    def known(self) -> Known:
        members = []
        for folder, text in self.manifests.items():
            read_one = pyproject_reader.read(text.encode(), f"{folder}/pyproject.toml", folder)
            assert read_one is not None
            members.append(Member(folder, read_one))
        settings = workspace_toml.read(b'[workspace]\nmembers = ["**"]\n')
        return Known.of(Workspace(Path("/nowhere"), settings, tuple(members)), self._lock)

    def _lock(self, member: Member) -> LockFacts | None:
        return read_facts(self.lock) if self.lock and member.name == "chat" else None

    def check(self, text: str, folder: str = ".", target: str = "", **arguments: str) -> Verdict:
        """What is said of a Dockerfile built with a folder as its context, and build arguments."""
        context = Folder(self.files, folder)
        parsed = dockerfile(text)
        return check(parsed, context, self.known, target=target, arguments=arguments)


def dockerfile(text: str) -> Dockerfile:
    """A Dockerfile of these lines, read; without a `FROM` it gets one."""
    lines = text if "FROM" in text else f"FROM team/python:3.11-slim\n{text}"
    read_one = read(lines, "Dockerfile")
    assert not read_one.problems, read_one.problems
    return read_one


def rules(verdict: Verdict) -> list[str]:
    return [finding.rule for finding in verdict.findings]
