"""What `ws docker bundle --check` says, and what is no difference."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ws.formats import bundle
from ws.model.product import Product, Service
from ws.model.pruned import PrunedFile
from ws.planning.bundle_changes import changes

SIZES = st.integers(0, 10**9)


def told(size: int, download: int, fingerprint: str = "f") -> dict[str, PrunedFile]:
    service = Service("a", "a:latest", fingerprint, "a", size=size, download=download)
    row = {"kind": "base", "name": "python", "size": size or None, "download": download or None}
    text = bundle.write(Product("p", (service,), ("build",), "a.tar", download=download), [row])
    return {bundle.NAME: PrunedFile(bundle.NAME, text.encode())}


@given(SIZES, SIZES, SIZES, SIZES)
def test_estimates_are_no_difference_and_fingerprints_are(a: int, b: int, c: int, d: int) -> None:
    assert changes(told(a, b), told(c, d)) == ""
    assert changes(told(a, b), told(c, d, "g")) == "bundle.json changed"


def test_what_somebody_wrote_is_told_before_what_was_made_of_it() -> None:
    files = ("bundle.json", "ops/images/Dockerfile", "a/b.py", "c/d.py", "c/e.py")
    now = {path: PrunedFile(path, b"1") for path in files}
    there = {path: PrunedFile(path, b"2") for path in files if path != "c/d.py"}
    there["z/z"] = PrunedFile("z/z", b"")
    assert changes(there, now) == "a/b.py changed, c/d.py is missing, c/e.py changed, 3 more"
    assert changes({}, now) == "it is not there"
    assert changes(now, now) == ""


def test_a_bit_and_a_bundle_that_is_none_are_differences() -> None:
    one, other = PrunedFile("a/a", b""), PrunedFile("a/a", b"", executable=True)
    assert changes({"a/a": one}, {"a/a": other}) == "a/a changed"
    for text in (b"", b"[]", json.dumps({"services": [1], "downloads": []}).encode()):
        there = {bundle.NAME: PrunedFile(bundle.NAME, text)}
        assert changes(there, told(0, 0)) == "bundle.json changed"
