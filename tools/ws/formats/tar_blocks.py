"""The headers of a plain tar archive: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html.

Written and read here, and not by `tarfile`: what is read comes from anywhere, and everything that a
tar may hold besides plain files with plain names (links, devices, sparse files, names in pieces) is
to be refused, and not understood.
"""

from __future__ import annotations

from typing import NamedTuple

BLOCK = 512
END = bytes(2 * BLOCK)
"""What stands behind the last entry."""

_NAME, _SIZE, _SUM, _KIND, _MAGIC = slice(0, 100), slice(124, 136), slice(148, 156), 156, 257
_PREFIX = slice(345, 500)
_FILE, _FOLDER = (b"0", b"\0"), b"5"
_BINARY = 0x80
"""The first byte of a number that is not in octal digits, as GNU writes large ones."""


class Entry(NamedTuple):
    """What a header says."""

    name: str
    size: int
    is_folder: bool = False


def header(name: str, size: int) -> bytes:
    """The header of a plain file, the same for the same file. Its name has at most 100 bytes."""
    block = bytearray(BLOCK)
    block[_NAME] = name.encode().ljust(100, b"\0")
    block[100:124] = b"0000644\0" + b"0000000\0" * 2
    block[_SIZE] = _number(size)
    block[136:148] = b"%011o\0" % 0
    block[_KIND : _KIND + 1] = b"0"
    block[_MAGIC : _MAGIC + 8] = b"ustar\x0000"
    block[329:345] = b"0000000\0" * 2
    block[_SUM] = b"%06o\0 " % _sum(block)
    return bytes(block)


def read(block: bytes) -> Entry | None:
    """What a header says; `None` for the end. Raises `ValueError` with what it is instead."""
    if len(block) < BLOCK:
        raise ValueError("it ends in the middle")
    if not any(block):
        return None
    if block[_MAGIC : _MAGIC + 5] != b"ustar" or _octal(block[_SUM]) != _sum(block):
        raise ValueError("no header of a tar archive")
    name = block[_NAME].rstrip(b"\0").decode(errors="backslashreplace")
    kind = block[_KIND : _KIND + 1]
    if any(block[_PREFIX]) or b"\0" in block[_NAME].rstrip(b"\0"):
        raise ValueError(f"{name!r} has more to its name")
    size = _size(block[_SIZE])
    if kind == _FOLDER and size == 0:
        return Entry(name, 0, is_folder=True)
    if kind not in _FILE:
        raise ValueError(f"{name!r} is no plain file")
    return Entry(name, size)


def padding(size: int) -> int:
    """How many zeros follow so many bytes."""
    return -size % BLOCK


def _number(size: int) -> bytes:
    if size < 8**11:
        return b"%011o\0" % size
    return bytes([_BINARY]) + size.to_bytes(11, "big")


def _size(field: bytes) -> int:
    return int.from_bytes(field[1:], "big") if field[0] == _BINARY else _octal(field)


def _octal(field: bytes) -> int:
    digits = field.rstrip(b"\0 ").lstrip(b" ")
    if not digits or digits.strip(b"01234567"):
        raise ValueError("no header of a tar archive")
    return int(digits, 8)


def _sum(block: bytes | bytearray) -> int:
    """The sum over a header, in which the sum itself counts as blanks."""
    return sum(block) - sum(block[_SUM]) + 8 * ord(" ")
