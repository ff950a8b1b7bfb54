"""Which environments need something: facts from the disk, then the decision."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from ws.files import stamps
from ws.files.cache import Cache
from ws.files.environment import facts, foreign, integrity
from ws.model.environment import Inputs
from ws.model.workspace import VENV
from ws.planning import pythons, stamp
from ws.planning.needs import Found, need, together
from ws.planning.path_drift import folder_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.environment import Environment, Stamp
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace
    from ws.planning.install import Asked
    from ws.planning.lock_drift import Locks
    from ws.planning.needs import Need

_OF_MEMBER = ("poetry.lock", "pyproject.toml", "poetry.toml")
_OF_PACKAGE = ("pyproject.toml", "setup.py", "setup.cfg")


def needs(
    workspace: Workspace,
    asked: Sequence[Asked],
    locks: Locks,
    environ: Mapping[str, str],
    *,
    reinstall: bool = False,
) -> dict[str, tuple[Inputs, Need]]:
    """What those of these members' environments need that need something, by member name."""
    lacking: dict[str, Need] = {}
    with Cache(workspace.root, "stamps") as known:
        look = _Look(workspace, locks, known, environ)
        made_from = {each.member.name: look.inputs(each) for each in asked}
        for each in asked:
            member, inputs = each.member, made_from[each.member.name]
            what = look.found(each)
            if not reinstall and _is_fresh(what, inputs):
                continue
            full = inputs._replace(parts=look.parts(inputs))
            if lacks := need(what, full, look.names(member), reinstall=reinstall):
                lacking[member.name] = lacks
        if workspace.settings.one_venv:
            lacking = together(lacking, made_from)
        return {
            name: (made_from[name]._replace(parts=look.parts(made_from[name])), lacks)
            for name, lacks in lacking.items()
        }


def own_environments(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    """The warnings about members with an environment of their own, where all share one."""
    if not workspace.settings.one_venv:
        return ()
    from ws.planning.one_environment import own  # costs start-up

    others = [member for member in members if member.path != "."]
    return tuple(
        own(m for m in others if os.path.lexists(os.path.join(workspace.root, m.file(VENV))))
    )


def _is_fresh(found: Found, inputs: Inputs) -> bool:
    """Whether all is as it was; it may be good enough even if not."""
    if found.stamp is None or found.environment is None or found.marked or found.other_python:
        return False
    return not stamp.reasons(found.stamp, inputs, found.environment, {})


class _Look:
    """Looks at the disk: at each file once, however many members share it."""

    def __init__(
        self, workspace: Workspace, locks: Locks, known: Cache, environ: Mapping[str, str]
    ) -> None:
        self._workspace = workspace
        self._environ = environ
        self._root = os.path.realpath(workspace.root)
        self._locks = locks
        self._digest = cache(partial(_digest, known))
        self._parts = cache(self._digests)
        self._facts = cache(facts)
        self._integrity = cache(integrity)
        self._stamps = cache(partial(stamps.read_stamps, workspace.root))

    def inputs(self, asked: Asked) -> Inputs:
        """What the member's environment is made from, but for the parts of manifests."""
        member = asked.member
        paths = [member.file(name) for name in _OF_MEMBER]
        paths += [_join(folder, name) for folder in self.names(member) for name in _OF_PACKAGE]
        files = {path: self._digest(path) for path in paths}
        return Inputs(stamp.ENGINE, self._root, member.path, asked.recorded, files, {})

    def parts(self, inputs: Inputs) -> dict[str, Mapping[str, str]]:
        """Of each manifest a digest of each part that has a say."""
        manifests = (path for path in inputs.files if os.path.basename(path) == "pyproject.toml")
        return {path: self._parts(path) for path in manifests if inputs.files[path]}

    def names(self, member: Member) -> dict[str, str]:
        """The path dependencies in the member's lock: folder to normalised name."""
        of_lock = self._locks.facts[member.name]
        entries = of_lock.entries if of_lock else ()
        return {folder_of(member, entry): entry.name for entry in entries}

    def found(self, asked: Asked) -> Found:
        """What there is of the member's environment."""
        venv = self._workspace.venv(asked.member)
        folder = os.path.join(self._workspace.root, venv)
        environment = self._facts(folder)
        stamped = self._stamped(asked.member, venv)
        marked = stamps.is_marked(self._workspace.root, venv)
        return Found(
            environment,
            stamped,
            marked,
            partial(self._integrity, folder),
            self._other_python(asked, stamped, environment),
            partial(pythons.forbidden, asked.member.manifest.python, environment),
            str if marked else partial(foreign, folder),
        )

    def _stamped(self, member: Member, venv: str) -> Stamp | None:
        """The stamp of a member; of an environment of its own also that of where it lay before."""
        about = self._stamps(venv)
        others = iter(()) if self._workspace.settings.one_venv else iter(about.values())
        return about.get(member.path) or next(others, None)

    def _other_python(
        self, asked: Asked, stamped: Stamp | None, environment: Environment | None
    ) -> str:
        """The Python that is asked for, if it is not that of the environment.

        A program may be one that starts another; that it was asked for last time is enough.
        """
        named = asked.python
        if not named or environment is None:
            return ""
        program = None
        if not pythons.is_version(named):
            if stamped is not None and stamped.inputs.asked == asked.recorded:
                return ""
            from shutil import which  # costs start-up

            program = os.path.realpath(which(named, path=self._environ.get("PATH")) or named)
        return "" if pythons.fits(named, program, environment) else named

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
