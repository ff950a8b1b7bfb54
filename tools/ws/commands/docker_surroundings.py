"""What the check of Dockerfiles asks of a workspace, each of it read once, and when it is asked."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from ws.errors import WsError
from ws.files import docker_refuse
from ws.files.docker_remembered import Contexts
from ws.files.ignored import Ignored
from ws.files.locks import lock_facts
from ws.files.store import Store
from ws.formats import builds
from ws.formats.build_variables import dotenv
from ws.formats.docker_pins import pins
from ws.model.docker_build import AS_BUILT, Start
from ws.planning import docker_context, docker_paths
from ws.planning.docker_needs import Known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.files.cache import Cache
    from ws.files.docker_context import DiskContext
    from ws.formats.builds import Said
    from ws.model.docker import Dockerfile
    from ws.model.docker_build import Build
    from ws.model.lock import LockFacts
    from ws.model.workspace import Member, Workspace
    from ws.planning.docker_paths import Verdict


class Surroundings:
    """A workspace as it lies on the disk. All paths are relative to its root."""

    def __init__(self, workspace: Workspace, build_files: Sequence[str], cache: Cache) -> None:
        """`build_files` are those that may say how images are built."""
        self.workspace = workspace
        self.known = Known.of(workspace, self._lock, Ignored(workspace.root).file)
        self._root = workspace.root
        self._store = Store(workspace.root)
        self._contexts = Contexts(workspace.root)
        self._cache = cache
        self._build_files = build_files
        self._locks: dict[str, LockFacts | None] = {}
        self._there: dict[str, bool] = {}
        self._sizes: dict[str, int] = {}
        self._proofs: dict[object, Verdict] = {}

    def text(self, path: str) -> str:
        """What a file says; what is no UTF-8 is replaced. Raises `WorkError` if unreadable."""
        return (self._store.read(path) or b"").decode(errors="replace")

    def context(self, folder: str, dockerfile: str) -> DiskContext:
        """The build context of a Dockerfile."""
        return self._contexts.of(folder, dockerfile)

    @cached_property
    def said(self) -> Mapping[str, Said]:
        """What its files say of builds, by their paths; one that cannot be read says nothing."""
        found: dict[str, Said] = {}
        for path in self._build_files:
            try:
                values = dotenv(self.text(place)) if (place := builds.values_file(path)) else {}
                found[path] = builds.read(self.text(path), path, values)
            except WsError:
                continue
        return found

    @cached_property
    def builds(self) -> Mapping[str, Sequence[Build]]:
        """What its files build, by Dockerfile."""
        found: dict[str, list[Build]] = {}
        for build in (one for said in self.said.values() for one in said.builds):
            found.setdefault(build.dockerfile, []).append(build)
        return found

    @cached_property
    def refuse(self) -> tuple[str, ...]:
        """What belongs into no image."""
        return docker_refuse.refuse(self._root)

    def size(self, path: str) -> int:
        """The bytes of a file or folder."""
        if path not in self._sizes:
            self._sizes[path] = docker_refuse.size(self._root, path)
        return self._sizes[path]

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder, or one that a pattern names."""
        if path not in self._there:
            is_pattern = any(sign in path for sign in "*?[")
            found = bool(self.context(".", "").glob(path)) if is_pattern else False
            self._there[path] = found or os.path.exists(os.path.join(self._root, path))
        return self._there[path]

    def faults(self, dockerfile: Dockerfile, folder: str) -> int:
        """How bad a build in a folder would be: 0 where it works, 1 where nobody can tell."""
        return docker_context.faults(self.proof(dockerfile, folder))

    def proof(
        self,
        dockerfile: Dockerfile,
        folder: str,
        target: str = "",
        arguments: Mapping[str, str] | None = None,
        start: Start = AS_BUILT,
    ) -> Verdict:
        """What `docker_paths.check` says of a build in a folder, proved once.

        Where nobody says in which folder, the one that is chosen was proved for that already.
        """
        given = tuple(sorted((arguments or {}).items()))
        key = (dockerfile.path, dockerfile.text, folder, target, given, start)
        if key not in self._proofs:
            context = self.context(folder, dockerfile.path)
            self._proofs[key] = docker_paths.check(
                dockerfile, context, self.known, target=target, arguments=arguments, start=start
            )
        return self._proofs[key]

    def pins(self, path: str) -> Mapping[str, str]:
        """The versions that a member's lock or a list of requirements names."""
        folder, _, name = path.rpartition("/")
        member = self.known.folders.get(folder or ".")
        if name == "poetry.lock" and member:
            facts = self._lock(member)
            return {one.name: one.version for one in facts.entries} if facts else {}
        try:
            return pins(self.text(path))
        except WsError:
            return {}

    def _lock(self, member: Member) -> LockFacts | None:
        if member.name not in self._locks:
            self._locks |= lock_facts(self._root, (member,), self._cache)
        return self._locks[member.name]
