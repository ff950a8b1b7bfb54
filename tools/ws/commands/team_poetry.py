"""The team's Poetry, found and made ready for what a plan wants of it."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from ws.commands import engine
from ws.engines import wheelhouse, which_poetry
from ws.engines.poetry import Poetry
from ws.engines.poetry_command import CommandLine
from ws.engines.poetry_library import Library, misfit
from ws.engines.relock import Relocking
from ws.engines.verify import Verification
from ws.model.names import normalise
from ws.model.plan import INDEXES, VERIFY, Install, Relock, RunTool
from ws.model.urls import without_credentials
from ws.planning.held_paths import why_left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ws.commands.context import Context
    from ws.engines.apply import Tool
    from ws.engines.process import Processes
    from ws.engines.relock import Solver
    from ws.engines.which_poetry import Identity
    from ws.files.store import Store
    from ws.model.plan import Plan, Supply
    from ws.model.workspace import Member, Workspace


class Ready(NamedTuple):
    """What the actions of a plan need."""

    tools: Mapping[str, Tool]
    relocking: Relocking | None = None


@contextmanager
def ready(
    context: Context,
    plan: Plan,
    workspace: Workspace,
    store: Store,
    processes: Processes,
    *,
    dry: bool = False,
    supply: Supply = INDEXES,
) -> Iterator[Ready]:
    """What a plan needs of Poetry, ended at the end of the block; with `dry`, to write no lock.

    `supply` is where the packages of environments come from. Raises `ToolError` if Poetry, or a
    plugin that it needs, is not there.
    """
    locked = tuple(action.member for action in plan.actions if isinstance(action, Relock))
    if locked:
        solver = _solver(context, [workspace.by_name[name] for name in locked], store, processes)
        known = workspace.by_name

        def why(member: str, names: Sequence[str]) -> str:
            return why_left_out(workspace, known[member], names)

        try:
            yield Ready({}, Relocking(store, solver, why, dry))
        finally:
            solver.close()
    else:
        yield Ready(_tools(context, plan, workspace, store, processes, supply))


def _tools(
    context: Context,
    plan: Plan,
    workspace: Workspace,
    store: Store,
    processes: Processes,
    supply: Supply,
) -> dict[str, Tool]:
    """The programs that a plan runs; both engines ask the same package index, if any."""
    runs = (a.run if isinstance(a, Install) else a for a in plan.actions)
    wanted = {run.tool for run in runs if isinstance(run, RunTool)}
    tools: dict[str, Tool] = {}
    found: dict[str, str] = {}
    if wanted & {"poetry", VERIFY} or any(
        isinstance(a, Install) and a.verify for a in plan.actions
    ):
        identity, found = _identified(context, processes, asks_index=supply.asks_indexes)
        environ = which_poetry.child_environment(context.environ) | found
        poetry = Poetry(identity.program, environ, processes)
        if not supply.asks_indexes:
            poetry = wheelhouse.poetry_from(supply, identity, environ, processes)
        tools["poetry"] = poetry
        tools[VERIFY] = Verification(poetry)
    if "uv" in wanted:
        mirror = mirror_for_uv(context, store, found, supply)
        tools["uv"] = engine.uv({**context.environ, **mirror}, workspace, processes, supply)
    return tools


def mirror_for_uv(
    context: Context, store: Store, found: Mapping[str, str], supply: Supply
) -> Mapping[str, str]:
    """The mirror that was found; offline, the one that the last run online has found.

    uv keeps what it downloads under the address of the index, credentials aside. Poetry's archives
    are found without.
    """
    if supply.wheelhouses or context.environ.get(which_poetry.MIRROR):
        return found
    path = store.memory("cache", "mirror")
    if supply.asks_indexes:
        url = without_credentials(found.get(which_poetry.MIRROR, ""))
        with suppress(OSError):  # a full disk: then the next run knows of none
            path.write_text(url, encoding="utf-8")
        return found
    url = path.read_text(encoding="utf-8") if path.exists() else ""
    return {which_poetry.MIRROR: url} if url else found


def _solver(
    context: Context, members: Sequence[Member], store: Store, processes: Processes
) -> Solver:
    """Poetry as a library, or, where that does not do, its command line, and why."""
    base = which_poetry.child_environment(context.environ)
    log = store.memory("logs", "poetry.log")
    log.unlink(missing_ok=True)
    libraries: list[Library] = []

    def ask(interpreter: str) -> Mapping[str, object]:
        library = Library(interpreter, base, processes, log)
        facts = library.facts(ask_index=not context.environ.get(which_poetry.MIRROR))
        if facts:
            libraries.append(library)
        return facts

    try:
        identity, found = _identified(context, processes, ask)
        reason = misfit(identity.facts, required_plugins(members))
        if libraries and not reason:
            libraries[0].adopt(found)
            return libraries.pop()
    finally:
        for library in libraries:
            library.close()
    why = reason or "the Python that it runs on is not known"
    known = identity.interpreter if identity.version.startswith("2.") else None
    solver = CommandLine(identity.program, known, base | found, processes, store)
    without = "" if solver.takes_start else ", without versions from the locks of others"
    context.note(f"note: Poetry {identity.version} locks by its command line{without}: {why}")
    return solver


def required_plugins(members: Sequence[Member]) -> set[str]:
    """The plugins that members want for themselves (`[tool.poetry.requires-plugins]`)."""
    tables = (member.manifest.document.get("tool", {}).get("poetry", {}) for member in members)
    return {normalise(name) for table in tables for name in table.get("requires-plugins", {})}


def _identified(
    context: Context,
    processes: Processes,
    ask: Callable[[str], Mapping[str, object]] | None = None,
    *,
    asks_index: bool = True,
) -> tuple[Identity, dict[str, str]]:
    """Which Poetry it is, and the variables with which it reaches its package index."""
    program = which_poetry.locate(context.environ)
    ask_index = asks_index and not context.environ.get(which_poetry.MIRROR)
    identity = which_poetry.identify(
        program, context.environ, processes, ask_index=ask_index, ask=ask
    )
    found, note = which_poetry.index_environment(identity)
    if note:
        context.note(note)
    return identity, found
