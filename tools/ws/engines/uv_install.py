"""The environment that `poetry install` would make of a member, made by uv and in process."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ws.engines import choose_python, editable, operations, uv
from ws.engines.operations import Steps
from ws.engines.program import Completed
from ws.errors import ToolError, WsError
from ws.files.installed import installed, name_origin
from ws.formats import pyproject_reader
from ws.formats.lock import read_lock
from ws.formats.toml import parse
from ws.planning import selection, transaction, uv_requirements
from ws.planning.asked import Asked, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ws.engines.apply import Call, Step
    from ws.engines.interpreter import Environment, Interpreter, Interpreters
    from ws.engines.uv import Uv
    from ws.model.lock import Lock, LockedPackage
    from ws.model.manifest import Manifest
    from ws.model.report import Counts

_OPERATION = re.compile(r"  - Installing (.+)|\s[+] (\S+?)==\S+|\s[+] (\S+) @")


@dataclass(frozen=True, slots=True)
class UvInstall:
    """The uv engine. A `Tool` of `ws.engines.apply`, with the arguments of Poetry's."""

    uv: Uv
    interpreters: Interpreters

    def run(self, call: Call, log: Path, on_line: Callable[[str], None]) -> Completed:
        """Bring an environment to what the folder's lock says; the last lines of what was told."""
        lines: list[str] = []
        with log.open("a", encoding="utf-8") as sink:

            def say(line: str) -> None:
                lines.append(line)
                sink.write(f"{line}\n")
                sink.flush()
                on_line(line)

            with TemporaryDirectory(prefix="ws-uv-") as scratch:
                work = _Work(self, call, Path(scratch), say, asked(call.args))
                try:
                    code = work.run()
                except WsError as error:
                    say(f"error: {'; '.join(filter(None, (error.reason, error.hint)))}")
                    code = 130 if self.uv.processes.stopped else 1  # as a shell says it
        return Completed(code, tuple(lines[-200:]))

    def steps(self) -> Callable[[str], Step | None]:
        """A new reader of one run's output."""
        return Steps(_OPERATION)

    def counts(self, line: str) -> Counts | None:
        """How many packages this run changes, if this line of its output says so."""
        return operations.counts(line)

    def is_passing(self, output: Sequence[str]) -> bool:
        """As the function of this name of `ws.engines.uv`."""
        return uv.is_passing(output)

    def explain(self, output: Sequence[str]) -> str:
        """As the method of this name of `ws.engines.uv.Uv`."""
        return self.uv.explain(output)


@dataclass(frozen=True, slots=True)
class _Work:
    """One run for one member."""

    engine: UvInstall
    call: Call
    scratch: Path
    say: Callable[[str], None]
    asked: Asked

    @property
    def folder(self) -> Path:
        """The member's."""
        return self.call.folder

    def run(self) -> int:
        """The code of the first step that fails, or 0."""
        manifest, lock = _read(self.folder)
        interpreter, code = self._environment(manifest)
        environment = interpreter.environment(self.call.venv)
        if code != 0:
            return code
        self._check(environment, ())
        chosen = self._selected(manifest, lock, interpreter)
        changes = transaction.changes(
            installed(environment.libraries),
            chosen,
            self.folder,
            sync_for=manifest.name if self.asked.sync else None,
        )
        numbers = len(changes.install), len(changes.update), len(changes.remove)
        self.say("Package operations: {} installs, {} updates, {} removals".format(*numbers))
        code = self._remove(environment, changes) or self._add(environment, changes.new)
        if code == 0:
            self._check(environment, changes.new)
        if code == 0 and _is_package(manifest) and not self.asked.no_root:
            self.say(f"  - Installing the current project: {manifest.name} ({manifest.version})")
            editable.install_member(self.folder, environment)
        return code

    def _selected(
        self, manifest: Manifest, lock: Lock, interpreter: Interpreter
    ) -> tuple[LockedPackage, ...]:
        asked = self.asked
        groups = selection.active_groups(manifest, asked.only, asked.with_, asked.without)
        extras = lock.document.get("extras", {}) if asked.all_extras else asked.extras
        return selection.selected(lock, groups, extras, interpreter.markers)

    def _environment(self, manifest: Manifest) -> tuple[Interpreter, int]:
        """The member's environment: that which is there, if its Python will do, or a new one."""
        venv, ask = self.call.venv, self.engine.interpreters.ask
        if found := choose_python.of_environment(venv, manifest.python, ask):
            return found, 0
        environ = self.engine.uv.environ
        asked = self.call.python
        chosen = ask(asked) if asked else choose_python.on_path(environ, manifest.python, ask)
        name = venv.parent.name if self.call.shared else manifest.name
        prompt = f"{name}-py{chosen.markers['python_version']}"
        args = ("venv", "--no-project", "--python", chosen.program, "--prompt", prompt)
        clear = ("--clear",) if os.path.lexists(venv) else ()
        return chosen, self.engine.uv.run((*args, *clear, str(venv)), self.scratch, self.say).code

    def _remove(self, environment: Environment, changes: transaction.Changes) -> int:
        """What goes, and what is replaced: uv takes one from elsewhere for the same."""
        names = [p.name for p in changes.update] + [one.name for one in changes.remove]
        if not names:
            return 0
        args = ("pip", "uninstall", "--python", str(environment.python), *names)
        return self.engine.uv.run(args, self.scratch, self.say).code

    def _add(self, environment: Environment, packages: Sequence[LockedPackage]) -> int:
        wanted = uv_requirements.requirements(packages, self.folder)
        direct = list(wanted.direct)
        ours = []
        for package in wanted.editables:
            folder = Path(os.path.normpath(self.folder / (package.folder or "")))
            if editable.builds(_document(folder)):
                ours.append((package, folder))
            else:
                direct.append(f"-e {folder.as_uri()}")
        refresh = [word for name in wanted.rebuilt for word in ("--reinstall-package", name)]
        code = self._pip(environment, wanted, wanted.hashed, ["--require-hashes"])
        code = code or self._pip(environment, wanted, direct, refresh)
        if code != 0:
            return code
        self._name_origins(environment, packages)
        for package, folder in ours:
            self.say(f"  - Installing {package.name} ({package.version} {package.folder})")
            editable.install_dependency(folder, package.name, environment)
        return 0

    def _check(self, environment: Environment, new: Sequence[LockedPackage]) -> None:
        """Raise `ToolError` if uv has not done what it says that it did."""
        there = installed(environment.libraries)
        absent = [package.name for package in new if package.name not in there]
        if absent or not environment.python.exists():
            raise ToolError(
                f"uv ended well, and {', '.join(absent[:3]) or 'the environment'} is not there",
                rule="tool/uv-broken",
                hint=f"is {self.engine.uv.program} a uv? WS_UV names another one",
            )

    def _name_origins(self, environment: Environment, packages: Sequence[LockedPackage]) -> None:
        """Let each say the address that stands in the lock.

        uv may write another form of the same, and Poetry compares letter by letter.
        """
        there = installed(environment.libraries)
        for package in packages:
            wanted = transaction.origin(package, self.folder)
            if package.name in there and wanted.kind == "git":
                name_origin(environment.libraries, there[package.name], wanted)

    def _pip(
        self,
        environment: Environment,
        wanted: uv_requirements.Requirements,
        lines: Sequence[str],
        options: Sequence[str],
    ) -> int:
        if not lines:
            return 0
        file = self.scratch / "requirements.txt"
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        compiled = ("--compile-bytecode",) if self.asked.compiled else ()
        where = ("--python", str(environment.python), "--no-deps", "--no-sources")
        args = ("pip", "install", *where, *compiled, *options, "-r", str(file))
        builds = lines is not wanted.hashed or wanted.built  # for which more may be needed
        environ = uv.with_indexes(
            self.engine.uv.environ, wanted.indexes, needs_default=wanted.needs_default or builds
        )
        program = replace(self.engine.uv, environ=environ)
        return program.run_cached(args, self.scratch, self.say, in_turn=not builds).code


@cache
def parsed_lock(data: bytes) -> Lock:
    """A whole lock, read once however often it is asked for. Raises `LockUnreadableError`."""
    return read_lock(data)


def _read(folder: Path) -> tuple[Manifest, Lock]:
    path = folder / "pyproject.toml"
    manifest = pyproject_reader.read(path.read_bytes(), path.name, folder.name)
    assert manifest is not None
    return manifest, parsed_lock((folder / "poetry.lock").read_bytes())


def _document(folder: Path) -> dict[str, Any]:
    try:
        return parse((folder / "pyproject.toml").read_bytes(), "pyproject.toml")[1]
    except FileNotFoundError:  # a folder with a setup.py
        return {}


def _is_package(manifest: Manifest) -> bool:
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    return poetry.get("package-mode", True) is not False
