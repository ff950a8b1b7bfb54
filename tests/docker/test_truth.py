"""The verdict of `ws docker check` is what a real engine makes of the same Dockerfile.

Each row of the matrix in `truth/` is built; where that works, a container of the last stage is
asked to import the path dependencies. WS_TEST_LONG=1 takes all rows.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG
from tests.docker.truth import commands, contexts, lists, places, stages
from tests.docker.truth.workspace import FILES, Case

from ws.files.docker_context import DiskContext
from ws.files.loader import load
from ws.formats.dockerfile_parser import read
from ws.formats.lock import read_facts
from ws.planning.docker_needs import Known
from ws.planning.docker_paths import check

from .conftest import POETRY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    from ws.model.lock import LockFacts
    from ws.model.workspace import Member
    from ws.planning.docker_paths import Verdict

    from .conftest import Engine, Result

MATRIX = (*places.CASES, *contexts.CASES, *stages.CASES, *commands.CASES, *lists.CASES)
CASES = [case for case in MATRIX if LONG or case.in_ci]
MENDED = [case for case in CASES if case.rule and not case.by_hand][:: 1 if LONG else 2]
BASE = "ws-test/python"
"""`POETRY` under a name that says it holds nothing of anybody's workspace."""


@dataclass
class Locks:
    """The locks of members, each made once by Poetry itself."""

    engine: Engine
    root: Path

    def of(self, member: str) -> bytes:
        path = self.root / member / "poetry.lock"
        if not path.exists():
            self.engine.lock(self.root, member)
        return path.read_bytes()


@pytest.fixture(scope="session")
def locks(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Locks:
    assert docker_engine.call("tag", POETRY, BASE).code == 0
    assert docker_engine.call("tag", POETRY, f"{BASE}:3.11").code == 0
    root = tmp_path_factory.mktemp("locks")
    write(root, FILES)
    return Locks(docker_engine, root)


def write(root: Path, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        elif text.startswith("-> "):
            if path.is_dir():
                path.rmdir()
            path.symlink_to(text[3:])
        else:
            path.write_text(text)


@pytest.fixture
def prepare(tmp_path: Path, locks: Locks) -> Callable[[Case], Path]:
    """Write what a row is built from, and give its folder."""

    def prepared(case: Case) -> Path:
        write(tmp_path, FILES)
        (tmp_path / case.member / "poetry.lock").write_bytes(locks.of(case.member))
        write(tmp_path, case.files)
        if case.locked:
            locks.engine.lock(tmp_path, case.member)
        write(tmp_path, {case.dockerfile: case.whole_text})
        if case.ignore:
            ignore = os.path.normpath(f"{case.context}/.dockerignore")
            write(tmp_path, {ignore: case.ignore.replace(";", "\n")})
        return tmp_path

    return prepared


def verdict(root: Path, case: Case) -> Verdict:
    def lock(member: Member) -> LockFacts | None:
        path = root / member.file("poetry.lock")
        return read_facts(path.read_bytes()) if path.exists() else None

    dockerfile = read((root / case.dockerfile).read_text(), case.dockerfile)
    context = DiskContext(root, case.context, case.dockerfile)
    known = Known.of(load(root), lock)
    return check(dockerfile, context, known, target=case.target, arguments=case.arguments)


def happens(engine: Engine, root: Path, case: Case) -> Result:
    """What the build says, or the import in a container where it works."""
    tag = "ws-test/truth-" + re.sub(r"[^a-z0-9]+", "-", case.name.lower()).strip("-")
    options = [f"--build-arg={name}={value}" for name, value in case.arguments.items()]
    options += [f"--target={case.target}"] if case.target else []
    built = engine.build(root / case.context, root / case.dockerfile, tag, *options)
    if built.code:
        return built
    command = f"{case.python} -c 'import {', '.join(case.asked)}'"
    return engine.run(tag, "sh", "-c", command)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_what_happens(
    case: Case, docker_engine: Engine, prepare: Callable[[Case], Path]
) -> None:
    root = prepare(case)
    said = verdict(root, case)
    real = happens(docker_engine, root, case)
    if said.status == "cannot-tell" and case.cannot_tell:
        return
    story = "\n".join([case.whole_text, *map(str, said.findings), real.output[-2000:]])
    assert (said.status == "ok") == (real.code == 0), story
    assert said.status != "cannot-tell", story
    if case.rule:
        assert said.status == "broken", story
        assert f"docker/{case.rule}" in [one.rule for one in said.findings], story


@pytest.mark.parametrize("case", MENDED, ids=lambda case: case.name)
def test_what_sync_mends_builds_then(
    case: Case,
    docker_engine: Engine,
    prepare: Callable[[Case], Path],
    ws: Callable[..., Ran],
) -> None:
    root = prepare(case)
    write(root, {"compose.yml": compose(case)})
    before = (root / case.dockerfile).read_text()
    assert verdict(root, case).status == "broken"
    ended = ws("docker", "sync")
    after = (root / case.dockerfile).read_text()
    story = "\n".join([before, "---", after, *map(str, verdict(root, case).findings), ended.err])
    assert ended.code == 0, story
    assert verdict(root, case).status == "ok", story
    real = happens(docker_engine, root, case)
    assert real.code == 0, f"{story}\n{real.output[-2000:]}"
    ws("docker", "sync")
    assert (root / case.dockerfile).read_text() == after


def compose(case: Case) -> str:
    """A Compose file that says how it is built, in JSON, which is YAML too."""
    dockerfile = os.path.relpath(case.dockerfile, case.context)
    build: dict[str, object] = {"context": f"./{case.context}", "dockerfile": dockerfile}
    build |= {"args": dict(case.arguments)} if case.arguments else {}
    build |= {"target": case.target} if case.target else {}
    return json.dumps({"services": {"it": {"build": build}}})
