from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ws.formats.transfer_log import Transfer

PUSH = """\
The push refers to repository [r.example/acme/chat]
955e5ef1d1cc: Preparing
d5cd5ee885f6: Preparing
34790ebf9c7b: Waiting
955e5ef1d1cc: Layer already exists
d5cd5ee885f6: Pushed
34790ebf9c7b: Mounted from acme/other
1: digest: sha256:{digest} size: 1571
"""
PULL = """\
1: Pulling from acme/chat
634e482dc134: Already exists
da724f71684a: Pulling fs layer
da724f71684a: Verifying Checksum
da724f71684a: Download complete
da724f71684a: Pull complete
Digest: sha256:{digest}
Status: Downloaded newer image for r.example/acme/chat:1
"""


def followed(text: str) -> tuple[list[tuple[int, int]], str]:
    transfer = Transfer()
    found = [transfer.line(line) for line in text.format(digest="ab" * 32).splitlines()]
    return [each for each in found if each], transfer.digest


def test_a_push_is_followed() -> None:
    steps, digest = followed(PUSH)
    assert steps == [(0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (3, 3)]
    assert digest == f"sha256:{'ab' * 32}"


def test_a_pull_is_followed() -> None:
    steps, digest = followed(PULL)
    assert steps == [(1, 1), (1, 2), (1, 2), (1, 2), (2, 2)]
    assert digest == f"sha256:{'ab' * 32}"


@given(st.lists(st.text()))
def test_any_lines_may_come(lines: list[str]) -> None:
    transfer = Transfer()
    for line in lines:
        step = transfer.line(line)
        assert step is None or step[0] <= step[1]
