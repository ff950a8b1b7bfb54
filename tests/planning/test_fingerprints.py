from __future__ import annotations

import json

from ws.model.built import BuiltImage, Fingerprint
from ws.model.images import OwnImage
from ws.planning.fingerprints import DIGEST, PARTS, finding, own, state
from ws.planning.images import Wish

IMAGE = OwnImage("chat", "workers/chat", "chat:latest", "workers/chat/Dockerfile", ".")


def built(fingerprint: Fingerprint) -> BuiltImage:
    labels = {DIGEST: fingerprint.digest, PARTS: json.dumps(dict(fingerprint.parts))}
    return BuiltImage("sha256:1", "", 1, labels, ())


def test_the_same_inputs_are_up_to_date() -> None:
    now = own("FROM x", {"packages/shared": "1"})
    assert state(IMAGE, now, built(now)).kind == "up to date"


def test_what_changed_is_named() -> None:
    before = own("FROM x", {"packages/shared": "1", "old": "1"})
    now = own("FROM y", {"packages/shared": "2", "new": "1"})
    found = state(IMAGE, now, built(before))
    assert (found.kind, found.reason) == (
        "stale",
        "its Dockerfile changed, packages/shared changed, new is new, old is needed no more",
    )


def test_an_image_of_that_name_that_ws_did_not_build_is_stale() -> None:
    other = BuiltImage("sha256:1", "", 1, {}, ())
    assert state(IMAGE, own("FROM x", {}), other).reason == "ws did not build it"


def test_none_is_missing() -> None:
    assert state(IMAGE, own("FROM x", {}), None).kind == "missing"


def test_the_hint_builds_the_image_that_is_meant() -> None:
    stale = state(IMAGE, own("FROM x", {}), BuiltImage("sha256:1", "", 1, {}, ()))
    assert finding(stale, Wish().build("chat")).hint == "ws docker build chat"
    assert finding(stale, Wish(dev=True, tag="s7").build("chat")).hint == (
        "ws docker build chat --dev --tag s7"
    )
