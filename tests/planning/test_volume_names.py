"""What volumes are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.model.volumes import SHARINGS, Sharing, Volume
from ws.planning.volume_names import VOLUME, WORKSPACE, volume_labels, volume_name

ENGINES = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
"""https://github.com/moby/moby/blob/master/volume/names/names.go"""


@pytest.mark.parametrize(
    ("shared", "name"),
    [
        ("workspace", "insight-models"),
        ("member", "insight-stt-worker-models"),
        ("machine", "models"),
    ],
)
def test_a_volume_is_named_after_those_who_share_it(shared: Sharing, name: str) -> None:
    assert volume_name("insight", "stt-worker", Volume("models", "/m", shared=shared)) == name


@given(st.text(min_size=1), st.sampled_from(SHARINGS))
def test_the_engine_takes_the_name_whatever_the_workspace_is_called(
    workspace: str, shared: Sharing
) -> None:
    assert ENGINES.fullmatch(volume_name(workspace, "one", Volume("m", "/m", shared=shared)))


def test_a_volume_of_all_installations_names_none_of_them() -> None:
    assert volume_labels("insight", Volume("m", "/m", shared="machine")) == {VOLUME: "m"}
    mine = volume_labels("insight", Volume("m", "/m", shared="member"))
    assert mine == {WORKSPACE: "insight", VOLUME: "m"}
