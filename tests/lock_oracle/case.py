"""A change of the small workspace with its name, and what the cases write often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lock_oracle.workspace import Replace

if TYPE_CHECKING:
    from tests.lock_oracle.workspace import Edit


@dataclass(frozen=True, slots=True)
class Case:
    """One change, and what a check may leave open about it."""

    name: str
    edits: tuple[Edit, ...]
    deep: bool = False
    """Whether only `--deep` must see it: it is in the lock, and manifests know nothing of it."""
    undecidable: tuple[str, ...] = ()
    """The members for which `lock/cannot-tell` is an answer too."""
    unseen: str = ""
    """Why no check without the index can see it, `--deep` or not."""


UNDECIDABLE = ("builder", "pinned")
"""Members for which `lock/cannot-tell` is an answer in every case: a back end that must be built,
and dependencies from git and from addresses."""

SHARED = "packages/shared/pyproject.toml"
BASE = "packages/base/pyproject.toml"
MODERN = "packages/modern/pyproject.toml"
MIDDLE = "packages/middle/pyproject.toml"
LOOPED = "packages/looped/pyproject.toml"
FORKED = "packages/forked/pyproject.toml"
PLAIN = "packages/plain/pyproject.toml"
DYNAMIC = "packages/dynamic/pyproject.toml"
CHAT = "workers/chat/pyproject.toml"
API = "workers/api/pyproject.toml"
SITE = "workers/site/pyproject.toml"
CRON = "workers/cron/pyproject.toml"
DEEP = "workers/deep/pyproject.toml"
SPLIT = "workers/split/pyproject.toml"
NARROW = "workers/narrow/pyproject.toml"
PINNED = "workers/pinned/pyproject.toml"
BUILDER = "workers/builder/pyproject.toml"
CHAT_LOCK = "workers/chat/poetry.lock"
API_LOCK = "workers/api/poetry.lock"
SPLIT_LOCK = "workers/split/poetry.lock"
DEEP_LOCK = "workers/deep/poetry.lock"


def case(name: str, *edits: Edit, **more: object) -> Case:
    """A case; what differs from the usual by keyword."""
    return Case(name, edits, **more)  # type: ignore[arg-type]


def after(path: str, line: str, new: str) -> Replace:
    """A line put in after another one."""
    return Replace(path, f"{line}\n", f"{line}\n{new}\n")


ALPHA = 'alpha = "^1.0"'
GAMMA = """gamma = { version = ">=1.0,<3", markers = "sys_platform == 'linux'" }"""
TO_BASE = 'base = { path = "../base", develop = true }'
VERSION = 'version = "0.1.0"'
