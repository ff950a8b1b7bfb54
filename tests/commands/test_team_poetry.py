"""Which package index uv is given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ws.commands.context import Context
from ws.commands.team_poetry import mirror_for_uv
from ws.engines.which_poetry import MIRROR
from ws.files.store import Store
from ws.model.plan import Supply

if TYPE_CHECKING:
    from pathlib import Path

    from ws.engines.apply import Observer

ONLINE, OFFLINE = Supply(), Supply(offline=True)
FOUND = {MIRROR: "https://me:secret@index/simple/"}


def observer() -> Observer:
    """Nobody follows."""
    raise NotImplementedError


def test_offline_uv_is_given_the_mirror_that_was_found_last_online(tmp_path: Path) -> None:
    """Else what it has downloaded through that is not found in its cache."""
    context = Context(tmp_path, {}, None, (), observer, print)
    store = Store(tmp_path)
    assert mirror_for_uv(context, store, {}, OFFLINE) == {}
    assert mirror_for_uv(context, store, FOUND, ONLINE) == FOUND
    assert mirror_for_uv(context, store, {}, OFFLINE) == {MIRROR: "https://index/simple/"}
    assert mirror_for_uv(context, store, {}, Supply(True, ("/house",))) == {}
    assert mirror_for_uv(context, store, {}, ONLINE) == {}
    assert mirror_for_uv(context, store, {}, OFFLINE) == {}


@pytest.mark.parametrize("supply", [ONLINE, OFFLINE])
def test_a_mirror_that_the_caller_has_set_is_not_remembered(tmp_path: Path, supply: Supply) -> None:
    context = Context(tmp_path, os.environ | FOUND, None, (), observer, print)
    assert mirror_for_uv(context, Store(tmp_path), {}, supply) == {}
    assert not (tmp_path / ".ws").exists()
