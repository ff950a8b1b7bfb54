"""Which environments need something: facts from the disk, then the decision."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from ws.files import stamps
from ws.files.cache import Cache
from ws.files.environment import VENV, facts, integrity
from ws.model.environment import Inputs
from ws.planning import stamp
from ws.planning.needs import Found, need
from ws.planning.path_drift import folder_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.workspace import Member, Workspace
    from ws.planning.lock_drift import Locks
    from ws.planning.needs import Need

_OF_MEMBER = ("poetry.lock", "pyproject.toml", "poetry.toml")
_OF_PACKAGE = ("pyproject.toml", "setup.py", "setup.cfg")


def needs(
    workspace: Workspace,
    asked: Sequence[tuple[Member, tuple[str, ...]]],
    locks: Locks,
    *,
    reinstall: bool = False,
) -> dict[str, tuple[Inputs, Need]]:
    """What those of these members' environments need that need something, by member name.

    Each member comes with what its engine is asked for.
    """
    found: dict[str, tuple[Inputs, Need]] = {}
    with Cache(workspace.root, "stamps") as known:
        look = _Look(workspace, locks, known)
        for member, options in asked:
            inputs = look.inputs(member, options)
            what = look.found(member)
            if not reinstall and _is_fresh(what, inputs):
                continue
            full = inputs._replace(parts=look.parts(inputs))
            if lacks := need(what, full, look.names(member), reinstall=reinstall):
                found[member.name] = (full, lacks)
    return found


def _is_fresh(found: Found, inputs: Inputs) -> bool:
    """Whether all is as it was; it may be good enough even if not."""
    if found.stamp is None or found.environment is None or found.marked:
        return False
    return not stamp.reasons(found.stamp, inputs, found.environment, {})


class _Look:
    """Looks at the disk: at each file once, however many members share it."""

    def __init__(self, workspace: Workspace, locks: Locks, known: Cache) -> None:
        self._workspace = workspace
        self._root = os.path.realpath(workspace.root)
        self._locks = locks
        self._digest = cache(partial(_digest, known))
        self._parts = cache(self._digests)

    def inputs(self, member: Member, options: tuple[str, ...]) -> Inputs:
        """What the member's environment is made from, but for the parts of manifests."""
        paths = [member.file(name) for name in _OF_MEMBER]
        paths += [_join(folder, name) for folder in self.names(member) for name in _OF_PACKAGE]
        files = {path: self._digest(path) for path in paths}
        return Inputs(stamp.ENGINE, self._root, member.path, options, files, {})

    def parts(self, inputs: Inputs) -> dict[str, Mapping[str, str]]:
        """Of each manifest a digest of each part that has a say."""
        manifests = (path for path in inputs.files if os.path.basename(path) == "pyproject.toml")
        return {path: self._parts(path) for path in manifests if inputs.files[path]}

    def names(self, member: Member) -> dict[str, str]:
        """The path dependencies in the member's lock: folder to normalised name."""
        of_lock = self._locks.facts[member.name]
        entries = of_lock.entries if of_lock else ()
        return {folder_of(member, entry): entry.name for entry in entries}

    def found(self, member: Member) -> Found:
        """What there is of the member's environment."""
        venv = os.path.join(self._workspace.root, member.path, VENV)
        return Found(
            facts(venv),
            stamps.read_stamp(self._workspace.root, member.path),
            stamps.is_marked(self._workspace.root, member.path),
            partial(integrity, venv),
        )

    def _digests(self, path: str) -> Mapping[str, str]:
        package = self._locks.packages.get(os.path.dirname(path) or ".")
        return stamp.digests(package.document or {}, _of_value) if package else {}


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _digest(known: Cache, path: str) -> str:
    try:
        return known.digest(path)
    except OSError:
        return ""


def _of_value(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    import json
    from hashlib import blake2b  # costs start-up; only what is stale is looked at so closely

    text = json.dumps(value, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=8).hexdigest()
