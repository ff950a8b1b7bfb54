"""What this machine has for a workspace, as it was found; and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "error", "missing"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, its state, and the remedy where it needs one."""

    rule: str
    title: str
    status: Status
    """`missing` is what is not there and need not be."""
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A program on this machine."""

    path: str = ""
    """Empty where there is none."""
    version: str = ""
    """As it says itself."""
    trouble: str = ""
    """What it said instead, or why it said nothing."""


@dataclass(frozen=True, slots=True)
class PoetryFound:
    """The team's Poetry."""

    path: str = ""
    """Empty where there is none."""
    why: str = ""
    """Why it is this one."""
    passed_over: str = ""
    """The first one on PATH, where that is another one."""
    version: str = ""
    interpreter: str = ""
    """The Python it runs on, where that could be found out."""
    plugins: tuple[str, ...] = ()
    """The distributions of its plugins."""
    mirror_plugin: bool = False
    """Whether one of them reads indexes that speak HTML."""
    misfit: str = ""
    """Why it locks through its command line, and not as a library."""
    trouble: str = ""
    """Why it cannot be used."""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """A package index that Poetry knows, and how it answers."""

    role: str
    """`default`, `pip` (what pip is configured with), `mirror`, or else a source of members."""
    url: str
    """With credentials, where they are in it: never to be shown as it is."""
    reply: str
    """`json` or `html`; else what went wrong, in a few words."""


@dataclass(frozen=True, slots=True)
class Source:
    """An index that members name in `[[tool.poetry.source]]`."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on a disk, and what lies there."""

    purpose: str
    free: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Venv:
    """The `.venv` of a member."""

    member: str
    state: Literal["made", "missing", "broken"]
    """`broken` where its Python is gone."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything that was found."""

    python: Program
    """The one that `ws` runs on."""
    pythons: tuple[str, ...]
    """The versions of Python on PATH, that one's included: `3.11.2`, or `3.12` from a name."""
    poetry: PoetryFound
    uv: Program
    git: Program
    docker: Program
    engine: Program
    """Docker's engine, as the Docker above reaches it."""
    indexes: tuple[Index, ...] | None
    """`None` where Poetry's own Python could not be asked."""
    disks: tuple[Disk, ...]
    environments: tuple[Venv, ...]
