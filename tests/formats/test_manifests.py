from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.manifests import Manifest, read, read_verbose, same_platform
from ws.model.remote_image import RemoteImage, RemoteLayer

ONE = {
    "schemaVersion": 2,
    "config": {"digest": "sha256:c", "size": 3},
    "layers": [{"digest": "sha256:a", "size": 10}, {"digest": "sha256:b", "size": 5}],
}
MANIFEST = Manifest("sha256:c", (RemoteLayer("sha256:a", 10), RemoteLayer("sha256:b", 5)))
INDEX = {
    "schemaVersion": 2,
    "manifests": [
        {"digest": "sha256:1", "platform": {"os": "linux", "architecture": "amd64"}},
        {
            "digest": "sha256:2",
            "platform": {"os": "linux", "architecture": "arm", "variant": "v7"},
        },
        {"digest": "sha256:3", "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": "sha256:4"},
    ],
}


def test_a_manifest_tells_its_layers_and_an_index_its_platforms() -> None:
    assert read(json.dumps(ONE).encode()) == MANIFEST
    assert read(json.dumps(INDEX).encode()) == {
        "linux/amd64": "sha256:1",
        "linux/arm/v7": "sha256:2",
    }


@pytest.mark.parametrize("key", ["SchemaV2Manifest", "OCIManifest"])
def test_what_the_plain_client_says_is_read_too(key: str) -> None:
    platform = {"os": "linux", "architecture": "amd64"}
    entry = {"Descriptor": {"digest": "sha256:1", "platform": platform}, key: ONE}
    for said in (entry, [entry]):
        assert read_verbose(json.dumps(said).encode()) == {"linux/amd64": ("sha256:1", MANIFEST)}


@given(
    st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*ONE, *INDEX]), inner),
        ).map(lambda document: json.dumps(document).encode()),
    )
)
def test_anything_else_is_refused(data: bytes) -> None:
    for reader in (read, read_verbose):
        with contextlib.suppress(ValueError):
            reader(data)


def test_machines_of_one_kind() -> None:
    assert same_platform("linux/arm64/v8", "linux/arm64")
    assert not same_platform("linux/arm64", "linux/amd64")


def test_what_a_pull_fetches_is_what_the_engine_lacks() -> None:
    layers = MANIFEST.layers
    image = RemoteImage("r/x:1", "d", "m", "i", "linux/amd64", layers, ("sha256:A", "sha256:B"), {})
    assert image.size == 15
    assert image.lacking(set()) == 15
    assert image.lacking({("sha256:A",)}) == 5
    assert image.lacking({("sha256:B",)}) == 15  # on others below, it is another one there
    assert image.lacking({("sha256:A",), ("sha256:A", "sha256:B")}) == 0
    unknown = RemoteImage("r/x:1", "d", "m", "i", "linux/amd64", layers)
    assert (unknown.size, unknown.lacking(set())) == (15, None)
