from __future__ import annotations

import contextlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.tar_blocks import BLOCK, END, Entry, header, padding, read

NAMES = st.from_regex(r"[a-z0-9][a-z0-9/._-]{0,98}[a-z0-9]", fullmatch=True)


@given(NAMES, st.integers(0, 2**40))
def test_what_is_written_is_read(name: str, size: int) -> None:
    assert read(header(name, size)) == Entry(name, size)


@given(NAMES, st.binary(max_size=1500))
def test_others_read_it_too(name: str, data: bytes) -> None:
    whole = header(name, len(data)) + data + bytes(padding(len(data))) + END
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        (entry,) = tar.getmembers()
        file = tar.extractfile(entry)
        assert file is not None
        assert (entry.name, file.read(), entry.mtime) == (name, data, 0)


@given(st.binary(min_size=BLOCK, max_size=BLOCK))
def test_what_is_no_header_is_refused(block: bytes) -> None:
    if any(block):
        with pytest.raises(ValueError, match=r".+"):
            read(block)


@given(NAMES, st.integers(0, 10**9), st.integers(0, BLOCK - 1), st.integers(1, 255))
def test_an_altered_header_says_the_same_or_is_refused(
    name: str, size: int, place: int, change: int
) -> None:
    block = bytearray(header(name, size))
    block[place] ^= change
    with contextlib.suppress(ValueError):
        assert read(bytes(block)) == Entry(name, size)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, b"x", b"S", b"L"]
)
def test_only_plain_files_are_read(kind: bytes) -> None:
    entry = tarfile.TarInfo("blobs/sha256/ab")
    entry.type, entry.linkname = kind, "/etc/passwd"
    with pytest.raises(ValueError, match="is no plain file"):
        read(entry.tobuf(tarfile.USTAR_FORMAT)[:BLOCK])


def test_a_name_in_pieces_is_refused() -> None:
    block = tarfile.TarInfo("a" * 90 + "/" + "b" * 90).tobuf(tarfile.USTAR_FORMAT)
    with pytest.raises(ValueError, match="has more to its name"):
        read(block)


def test_zeros_are_the_end_and_less_is_none() -> None:
    assert read(bytes(BLOCK)) is None
    with pytest.raises(ValueError, match="ends in the middle"):
        read(bytes(BLOCK - 1))
