from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.planning.locks import directory, lock

from ws.formats.lock import read_facts
from ws.model.workspace import Workspace
from ws.planning.lock_drift import Locks, causes
from ws.planning.lock_reasons import reasons
from ws.planning.path_drift import PathPackage
from ws.reporting.reasons import render

Read = Callable[[Mapping[str, str]], Workspace]

CHAT = 'server = { path = "../server", develop = true }\n'
SERVER = 'shared = { path = "../shared", develop = true }\n'
LOCK = lock(
    directory("server", "../server", 'shared = {path = "../shared", develop = true}\n'),
    directory("shared", "../shared", 'rich = "^13"\n'),
)


def explained(read: Read, data: bytes, shared: str) -> str:
    workspace = read({"chat": CHAT, "server": SERVER, "shared": shared})
    member = workspace.by_name["chat"]
    packages = {
        m.path: PathPackage(m.path, m.manifest.text, m.manifest.document) for m in workspace.members
    }
    locks = Locks({"chat": read_facts(data.replace(b">=3.8", b"^3.11"))}, packages)
    return render({"chat": reasons(member, causes(workspace, [member], locks), locks)})


def test_causes_come_nearest_first_each_with_its_way_to_the_member(read_workspace: Read) -> None:
    assert (
        explained(read_workspace, LOCK, 'rich = "^14"\n')
        == """\
chat: the lock does not fit, because
  1. the lock is stale: chat/pyproject.toml has changed its dependencies, groups, extras or sources\
 since it was locked [lock/content-hash]
     see chat/poetry.lock:40, chat/pyproject.toml:6
  2. the dependencies of shared are not those of shared/pyproject.toml: rich is "^14", but "^13" in\
 the lock [lock/path-dependency]
     chat → server → shared
     see chat/poetry.lock:31, shared/pyproject.toml:8
  → ws lock --filter chat
"""
    )


def test_a_lock_that_fits_is_said_to(read_workspace: Read) -> None:
    workspace = read_workspace({"chat": ""})
    assert render({workspace.members[0].name: ()}) == "chat: the lock fits: nothing to do\n"
