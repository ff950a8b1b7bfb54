"""Who installs the members that need something, with which Python, and what keeps them from it.

What costs start-up is imported where it is used: a check comes here, too.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from ws.commands.context import read_locks
from ws.errors import WsError
from ws.files.store import Store
from ws.model.report import Outcome
from ws.planning.install import Task, in_conflict
from ws.planning.needs import FIRST, NOT_OURS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ws.commands.context import Context
    from ws.engines.interpreter import Interpreters
    from ws.model.environment import Inputs
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace
    from ws.planning.install import Asked, Wishes
    from ws.planning.needs import Need

    Lacking = Mapping[str, tuple[Inputs, Need]]


class Prepared(NamedTuple):
    """What is to be done about members whose environment needs something."""

    tasks: tuple[Task, ...] = ()
    settled: tuple[Outcome, ...] = ()
    """Those about which nothing can be done, with the reason."""
    conflicts: tuple[Finding, ...] = ()
    """What keeps members from sharing an environment."""


def prepared(
    context: Context,
    workspace: Workspace,
    asked: Sequence[Asked],
    lacking: Lacking,
    wishes: Wishes,
) -> Prepared:
    """The tasks for `asked`, all of which are in `lacking`, by name, with what they lack.

    Raises `WorkError` for a shared environment that cannot be, whoever asks.
    """
    if not workspace.settings.one_venv:
        return _tasks(context, workspace, asked, lacking, wishes)
    from ws.commands.shared import look

    new = any(_is_new(need) for _, need in lacking.values())
    one = look(context, workspace, asked, anew=new)
    if one.conflicts:
        return Prepared((), in_conflict([each.member for each in asked]), one.conflicts)
    found = _tasks(context, workspace, asked, lacking, wishes)
    sharing = tuple(member.path for member in workspace.members)
    tasks = [replace(task, python=one.python, sharing=sharing) for task in found.tasks]
    first = [replace(task, unneeded=one.unneeded) for task in tasks[:1]]
    return found._replace(tasks=(*first, *tasks[1:]))


def _tasks(
    context: Context,
    workspace: Workspace,
    asked: Sequence[Asked],
    lacking: Lacking,
    wishes: Wishes,
) -> Prepared:
    texts = read_locks(Store(workspace.root), [each.member for each in asked])
    engine_of = _engines(context, workspace, wishes)
    interpreters = cache(partial(_interpreters, context))
    tasks: list[Task] = []
    settled: list[Outcome] = []
    for each in asked:
        member, (inputs, need) = each.member, lacking[each.member.name]
        text, python = texts[member.name], ""
        if need.reason in NOT_OURS:
            reason = f"{need.reason}: it was left alone; move it away, and run ws install again"
            settled.append(Outcome(member.name, "install", "failed", reason))
            continue
        try:
            if each.python and _is_new(need) and not workspace.settings.one_venv:
                python = _python(context, each, interpreters())
        except WsError as fault:
            reason = f"{fault.reason}; {fault.hint}"
            settled.append(Outcome(member.name, "install", "failed", reason))
            continue
        tool, because = engine_of(member, text, each.options)
        venv, verify = workspace.venv(member), wishes.verify
        tasks.append(
            Task(each, inputs, need, text, venv, tool, because, python=python, verify=verify)
        )
    return Prepared(tuple(tasks), tuple(settled))


def _is_new(need: Need) -> bool:
    """Whether the environment is to be made, and so its Python to be chosen."""
    return need.anew or need.reason == FIRST


def _engines(
    context: Context, workspace: Workspace, wishes: Wishes
) -> Callable[[Member, bytes | None, Sequence[str]], tuple[str, str]]:
    """Who installs a member with this lock and these options, and why not the other engine."""
    if (wishes.engine or workspace.settings.install_engine) != "uv":
        return lambda _member, _lock, _options: ("poetry", "")
    from ws.commands import engine

    return lambda member, lock, options: engine.chosen(
        workspace, member, lock, options, context.environ
    )


def _interpreters(context: Context) -> Interpreters:
    from ws.engines.interpreter import Interpreters
    from ws.engines.process import Processes

    return Interpreters(Processes(), context.environ)


def _python(context: Context, asked: Asked, interpreters: Interpreters) -> str:
    """The program of the Python that is asked for. Raises `WorkError`."""
    from ws.engines import choose_python

    allowed = asked.member.manifest.python
    found = choose_python.named(asked.python, context.environ, allowed, interpreters.ask)
    return found.program
