from __future__ import annotations

import json

import pytest

from ws.errors import ManifestError
from ws.formats import bundle
from ws.model.product import Product, Service
from ws.model.volumes import Volume

SERVICE = Service(
    "chat",
    "chat:latest",
    "0123",
    "workers/chat",
    script="chat",
    references=("ghcr.io/acme/chat:1.0",),
    requirements=("ops/images/requirements/common.txt",),
    packages=("packages/shared", "workers/chat"),
    volumes=(Volume("models", "/models", 10),),
)
PRODUCT = Product("insight", (SERVICE,), ("image", "load"), "images.tar", base="python:3.11-slim")


def test_what_is_written_is_read_again() -> None:
    assert bundle.read(bundle.write(PRODUCT, [{"name": "pydantic", "bytes": 3}])) == PRODUCT


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "ws-bundle/1"}'])
def test_what_ws_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(ManifestError, match="it is not as ws wrote it"):
        bundle.read(text)


def test_a_bundle_of_another_version_is_refused_with_what_to_do() -> None:
    other = json.dumps(json.loads(bundle.write(PRODUCT)) | {"schema": "ws-bundle/9"})
    with pytest.raises(ManifestError, match="its schema is ws-bundle/9") as raised:
        bundle.read(other)
    assert raised.value.hint.startswith("unpack the bundle again")
