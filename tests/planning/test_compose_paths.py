"""Paths of a Compose file that moves into the root."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.planning.compose_paths import Rebased

PARTS = st.lists(st.sampled_from(["a", ".b", "..", "."]), min_size=1, max_size=5)


@given(PARTS.map(lambda parts: "/".join([".", *parts])))
def test_a_path_leads_where_it_led(path: str) -> None:
    moved = Rebased("ops/dev")
    volume = moved.volume(f"{path}:/x:ro").partition(":")[0]
    assert posixpath.normpath(volume) == posixpath.normpath(f"ops/dev/{path}")
    assert volume.split("/")[0] in (".", "..")
    assert moved.named == [posixpath.normpath(f"ops/dev/{path}")]


@pytest.mark.parametrize(
    "volume", ["data:/data", "/srv:/srv", "~/x:/x", "${HERE}/x:/x", "/anonymous", ".hidden"]
)
def test_what_is_no_path_relative_to_the_file_stays(volume: str) -> None:
    moved = Rebased("ops")
    assert (moved.volume(volume), moved.named) == (volume, [])


def test_builds_mounts_and_files_move() -> None:
    moved = Rebased("ops")
    service = {
        "image": "x",
        "build": {"context": "../x", "dockerfile": "d"},
        "env_file": "a.env",
        "volumes": [{"type": "bind", "source": "./b"}, {"type": "volume", "source": "v"}, "c:/c"],
    }
    assert moved.service(service) == {
        "image": "x",
        "build": {"context": "./x", "dockerfile": "d"},
        "env_file": "./ops/a.env",
        "volumes": [
            {"type": "bind", "source": "./ops/b"},
            {"type": "volume", "source": "v"},
            "c:/c",
        ],
    }
    assert moved.named == ["ops/b", "ops/a.env", "x"]
    far = {"build": "https://example.org/x.git"}
    assert moved.service(far) == far
    assert Rebased("ops").service({"build": "."}) == {"build": "./ops"}
    assert Rebased(".").service({"build": "."}) == {"build": "."}
