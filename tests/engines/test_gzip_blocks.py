from __future__ import annotations

import gzip
import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.engines.gzip_blocks import BLOCK, Packed, compress, unpack

DATA = st.one_of(
    st.binary(max_size=5000),
    st.builds(
        lambda seed, size: (seed * (size // len(seed) + 1))[:size],
        st.binary(min_size=1, max_size=300),
        st.integers(0, 3 * BLOCK + 7),
    ),
)


def packed(chunks: list[bytes], threads: int = 2) -> tuple[bytes, Packed]:
    target = io.BytesIO()
    with ThreadPoolExecutor(threads) as pool:
        made = compress(chunks, target, pool)
    return target.getvalue(), made


@given(DATA)
def test_gzip_gets_the_same_out_of_it(data: bytes) -> None:
    made, told = packed([data])
    assert gzip.decompress(made) == data
    assert told == Packed(
        f"sha256:{hashlib.sha256(data).hexdigest()}",
        len(data),
        f"sha256:{hashlib.sha256(made).hexdigest()}",
        len(made),
    )
    parts: list[bytes] = []
    assert unpack([made], len(data), parts.append) == len(data)
    assert b"".join(parts) == data


@given(DATA, st.lists(st.integers(0, 3 * BLOCK), max_size=5), st.integers(1, 4))
def test_the_bytes_do_not_depend_on_pieces_and_threads(
    data: bytes, cuts: list[int], threads: int
) -> None:
    places = [0, *sorted(cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert packed(pieces, threads) == packed([data], 1)


@given(DATA, st.integers(1, 200))
def test_it_is_read_in_any_pieces(data: bytes, step: int) -> None:
    made, _ = packed([data])
    step = max(step, len(made) // 100)
    parts: list[bytes] = []
    pieces = (made[start : start + step] for start in range(0, len(made), step))
    unpack(pieces, len(data), parts.append)
    assert b"".join(parts) == data


def test_blocks_cost_next_to_nothing() -> None:
    data = b"".join(b"line %d of a text that has some likeness\n" % n for n in range(200_000))
    made, _ = packed([data])
    assert len(made) < 1.01 * len(gzip.compress(data, 6))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(bytes(2**28), 9)
    seen = 0

    def read(data: bytes) -> None:
        nonlocal seen
        seen += len(data)

    with pytest.raises(ValueError, match="more than it should"):
        unpack([bomb], 10**6, read)
    assert seen <= 10**6


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip at all", gzip.compress(b"x")[:-3]],
    ids=["nothing", "text", "cut off"],  # a time of now in it would be another name each time
)
def test_what_is_no_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"decompress|in the middle"):
        unpack([data], 100, lambda _data: None)


def test_what_follows_is_read_or_refused() -> None:
    parts: list[bytes] = []
    unpack([gzip.compress(b"one") + gzip.compress(b"two")], 6, parts.append)
    assert b"".join(parts) == b"onetwo"
    with pytest.raises(ValueError, match="cannot be decompressed"):
        unpack([gzip.compress(b"one") + os.urandom(20)], 100, parts.append)
