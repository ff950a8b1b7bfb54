"""The ignore files of the Dockerfiles that `ws docker sync` mends: as they are, and will be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where
from ws.files.docker_context import DiskContext
from ws.formats import dockerignore
from ws.model.plan import WriteFile
from ws.model.report import Finding
from ws.planning.docker_fix_ignore import Use, lacking
from ws.planning.docker_ignore import with_lines
from ws.planning.docker_wants import Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ws.commands.docker_builds import Builds
    from ws.commands.dockerfiles import Written
    from ws.files.store import Store
    from ws.model.docker import Dockerfile

RULE = "docker/dockerignore"


class Mine(NamedTuple):
    """A Dockerfile that was asked for, as it will be."""

    dockerfile: Dockerfile
    ways: tuple[Way, ...]
    member: str


class IgnoreFiles:
    """Those of all contexts; a Dockerfile that is built in several may have several."""

    def __init__(self, store: Store, builds: Builds) -> None:
        self.texts: Mapping[str, str] = {}
        """As they will be, by path relative to the workspace root."""
        self._store = store
        self._builds = builds

    def ways(self, written: Written) -> tuple[Way, ...]:
        """How a Dockerfile is built, for whatever may come to stand in its ignore files."""
        return tuple(self._ways(written))

    def _ways(self, written: Written) -> Iterator[Way]:
        for built in written.ways.builds:
            path = self._builds.ignore_file(built)
            if path not in self.texts:
                text = (self._store.read(path) or b"").decode(errors="replace")
                self.texts = {**self.texts, path: text}
            make = partial(_context, self._store.root, built.context.folder, written.path)
            yield Way(make, built.target, built.arguments, path, built.start)

    def changes(
        self, mine: Sequence[Mine], others: Iterable[Written]
    ) -> tuple[list[WriteFile], list[Finding]]:
        """What is to be written, and which files a person must mend.

        `others` share ignore files with those that were asked for, and need what is in them.
        """
        uses = [Use(one.dockerfile, way) for one in mine for way in one.ways]
        uses += [Use(o.dockerfile, way, asked=False) for o in others for way in self.ways(o)]
        members = {way.ignore_file: one.member for one in reversed(mine) for way in one.ways}
        actions, left = [], []
        for path in dict.fromkeys(way.ignore_file for one in mine for way in one.ways):
            action = self._change(
                path, members[path], [u for u in uses if u.way.ignore_file == path]
            )
            if action is None:
                continue
            if self._is_text(path):
                actions.append(action)
            else:
                left.append(of_ignore(action, "save it as UTF-8"))
        return actions, left

    def _change(self, path: str, member: str, uses: Sequence[Use]) -> WriteFile | None:
        around = self._builds.around
        lines = lacking(path, self.texts, uses, around.refuse, self._builds.known)
        after = with_lines(self.texts[path], lines)
        data = self._store.read(path)
        before = None if data is None else data.decode(errors="replace")
        if after == (before or ""):
            return None
        added = after[len(before or "") :].split("\n")
        reason = ", ".join(line.rstrip("\r") for line in added if line.strip())
        return WriteFile(member, path, before, after, f"{path}: {reason}")

    def _is_text(self, path: str) -> bool:
        data = self._store.read(path) or b""
        return data.decode(errors="replace").encode() == data


def of_ignore(action: WriteFile, hint: str = "ws docker sync") -> Finding:
    """A change of an ignore file, as it is told where nothing is written."""
    message = f"what the build context needs to say: {action.reason.partition(': ')[2]}"
    return Finding(RULE, "error", message, Where(action.path), action.member, hint)


def _context(root: Path, folder: str, dockerfile: str, ignore: str) -> DiskContext:
    context = DiskContext(root, folder, dockerfile)
    context.ignored = dockerignore.read(ignore)
    return context
