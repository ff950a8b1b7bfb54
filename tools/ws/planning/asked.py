"""The options of `poetry install` and `poetry sync`, as far as an environment depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTS = {"-E": "--extras"} | {word: word for word in ("--only", "--with", "--without", "--extras")}
_FLAGS = ("--all-extras", "--no-root", "--compile", "--sync")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for, in Poetry's words."""

    sync: bool = False
    only: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    no_root: bool = False
    compiled: bool = False


def asked(args: Sequence[str]) -> Asked:
    """The arguments of `poetry install` or `poetry sync`, read. Raises `ToolError` for others."""
    lists: dict[str, list[str]] = {word: [] for word in _LISTS.values()}
    flags: set[str] = set()
    words = iter(args[1:])
    for word in words:
        if word in _LISTS:
            lists[_LISTS[word]] += next(words, "").replace(",", " ").split()
        elif word in _FLAGS:
            flags.add(word)
        else:
            raise ToolError(
                f"the uv engine does not know {word}",
                rule="tool/uv-option",
                hint="--engine poetry does",
            )
    return Asked(
        sync=args[0] == "sync" or "--sync" in flags,
        only=tuple(lists["--only"]),
        with_=tuple(lists["--with"]),
        without=tuple(lists["--without"]),
        extras=tuple(lists["--extras"]),
        all_extras="--all-extras" in flags,
        no_root="--no-root" in flags,
        compiled="--compile" in flags,
    )
