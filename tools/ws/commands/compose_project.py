"""What `ws docker up`, `down` and `logs` have in common: files, names, and Compose."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from ws.commands.generate_compose import BASE, DEV
from ws.engines import compose as engine
from ws.engines.images import docker
from ws.engines.process import Processes
from ws.errors import ToolError, UsageError, Where, WorkError
from ws.generate import compose
from ws.planning.compose_waits import who_is_a_service

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.engines.compose import Compose
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.workspace import Workspace


@contextmanager
def project(
    context: Context, workspace: Workspace, *, dev: bool = False, needed: bool = True
) -> Iterator[Compose]:
    """Compose on the files of the workspace, with an engine; its programs end with the block.

    Raises `ToolError` where there is no engine, and `WorkError` for a file that is `needed` and not
    there.
    """
    processes = Processes()
    try:
        found = _docker(context, processes)
        files = tuple(_files(workspace, dev=dev, needed=needed))
        yield engine.Compose(found, workspace.root, compose.project_name(workspace), files)
    finally:
        processes.stop()


def _docker(context: Context, processes: Processes) -> Docker:
    try:
        found = docker(context.environ, processes)
        engine.need(found)
    except ToolError as fault:
        hint = f"{fault.hint}; or do without Docker: --host"
        raise ToolError(fault.reason, rule=fault.rule, where=fault.where, hint=hint) from fault
    return found


@contextmanager
def alone(context: Context, store: Store) -> Iterator[None]:
    """Let no other `ws` start or end services of this workspace meanwhile.

    Where the disk cannot be written to, there is no lock, and the work is done without.
    """
    with ExitStack() as stack:
        with suppress(WorkError):
            stack.enter_context(store.exclusive(context.note, "compose/lock"))
        yield


def log_of(store: Store, command: str) -> Path | None:
    """An empty log of a command; `None` where the disk cannot be written to."""
    with suppress(OSError, WorkError):
        log = store.memory("logs", command, "compose.log")
        log.write_bytes(b"")
        return log
    return None


def checked(workspace: Workspace, names: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """The services that are asked for. Raises `UsageError` for a name that is none's."""
    for name in names:
        if name not in known:
            drifted = name in {member.name for member in compose.members(workspace)}
            hint = "ws generate compose" if drifted else who_is_a_service(workspace, name, known)
            raise UsageError(f"{name} is no service", rule="usage/service", hint=hint)
    return tuple(dict.fromkeys(names))


def _files(workspace: Workspace, *, dev: bool, needed: bool) -> Iterator[str]:
    folder = workspace.settings.compose.folder
    for name in (BASE, DEV) if dev else (BASE,):
        path = f"{folder}/{name}"
        if (workspace.root / path).is_file():
            yield path
        elif needed:
            raise WorkError(
                f"{path} is missing",
                rule="compose/missing",
                where=Where(path),
                hint="ws generate compose",
            )
