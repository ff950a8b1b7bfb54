"""The team's Poetry, found and made ready for what a plan wants of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ws.commands import engine
from ws.engines import which_poetry
from ws.engines.poetry import Poetry
from ws.engines.poetry_command import CommandLine
from ws.engines.poetry_library import Library, misfit
from ws.engines.relock import Relocking
from ws.model.names import normalise
from ws.model.plan import Install, Relock, RunTool
from ws.planning.held_paths import why_left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ws.commands.context import Context
    from ws.engines.apply import Tool
    from ws.engines.process import Processes
    from ws.engines.relock import Solver
    from ws.engines.which_poetry import Identity
    from ws.files.store import Store
    from ws.model.plan import Plan
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
) -> Iterator[Ready]:
    """What a plan needs of Poetry, ended at the end of the block; with `dry`, to write no lock.

    Raises `ToolError` if Poetry, or a plugin that it needs, is not there.
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
        yield Ready(_tools(context, plan, workspace, processes))


def _tools(
    context: Context, plan: Plan, workspace: Workspace, processes: Processes
) -> dict[str, Tool]:
    """The programs that a plan runs; both engines ask the same package index."""
    runs = (a.run if isinstance(a, Install) else a for a in plan.actions)
    wanted = {run.tool for run in runs if isinstance(run, RunTool)}
    tools: dict[str, Tool] = {}
    found: dict[str, str] = {}
    if "poetry" in wanted:
        identity, found = _identified(context, processes)
        environ = which_poetry.child_environment(context.environ) | found
        tools["poetry"] = Poetry(identity.program, environ, processes)
    if "uv" in wanted:
        tools["uv"] = engine.uv({**context.environ, **found}, workspace, processes)
    return tools


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
) -> tuple[Identity, dict[str, str]]:
    """Which Poetry it is, and the variables with which it reaches its package index."""
    program = which_poetry.locate(context.environ)
    ask_index = not context.environ.get(which_poetry.MIRROR)
    identity = which_poetry.identify(
        program, context.environ, processes, ask_index=ask_index, ask=ask
    )
    found, note = which_poetry.index_environment(identity)
    if note:
        context.note(note)
    return identity, found
