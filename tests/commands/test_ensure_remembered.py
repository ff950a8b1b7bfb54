"""What is noted of an answer, on disks on which not everything is as it should be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ws.commands import ensure_remembered, products
from ws.commands.context import Context
from ws.commands.ensure import Asked
from ws.files.store import Store
from ws.formats import bundle
from ws.model.docker_engine import EngineState
from ws.model.ensured import Answer, ServiceState, Tried
from ws.model.product import Product, Service

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is remembered there")
VENV = ".ws/host/one"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A bundle with a service that runs without Docker, in an environment."""
    service = Service("one", "one:latest", "f", "one", script="one")
    (tmp_path / "bundle.json").write_text(bundle.write(Product("p", (service,), ("host",), "")))
    (tmp_path / VENV / "lib/python3.12/site-packages/one-1.dist-info").mkdir(parents=True)
    (tmp_path / VENV / "bin").mkdir()
    (tmp_path / VENV / "bin/one").touch()
    return Context(tmp_path, {"WS_DOCKER": "0"}, None, (), lambda: pytest.fail("asked"), print)


def is_remembered(context: Context) -> bool:
    """Whether an answer, once it is noted, is known the next time."""
    program = str(context.cwd / VENV / "bin/one")
    one = ServiceState("one", True, "ready", "host", (Tried("host", "done"),), program=program)
    answer = Answer("p", EngineState("disabled", "off"), (one,))
    notes = ensure_remembered.begin(context, Asked(), Store(context.cwd))
    notes.remember(answer, products.find(context, ()))
    return ensure_remembered.recall(context, Asked()) is not None


def test_a_library_beside_the_packages_of_an_environment_is_no_hindrance(context: Context) -> None:
    (context.cwd / VENV / "lib/libtbb.so.12").touch()
    assert is_remembered(context)


def test_where_files_cannot_be_looked_at_nothing_is_noted_and_nothing_fails(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> list[str]:
        raise PermissionError(path)

    assert is_remembered(context)
    monkeypatch.setattr(os, "listdir", refuse)
    assert not is_remembered(context)
