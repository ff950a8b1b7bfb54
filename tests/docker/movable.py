"""A workspace whose images have next to nothing in them, and run all the same."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from .elsewhere.workspace import Led, identity
from .small import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Engine

WORKERS = ("ann", "bob", "eve")
_BASE = """\
FROM python:3.11-slim AS full
RUN mkdir /out && cp --parents --dereference $(ldd /bin/cat | grep -o '/[^ )]*') /bin/cat /out
FROM scratch
COPY --from=full /out /
COPY large /large
"""


@contextlib.contextmanager
def movable(engine: Engine, folder: Path, *, large: int = 2**16) -> Iterator[Led]:
    """The workspace, its images built on one layer; that has so many bytes which do not compress.

    Each image prints the source of its member.
    """
    place = Led(folder / "tiny", engine)
    base = f"ws-movable:{place.tag}"
    (folder / "base").mkdir()
    (folder / "base/large").write_bytes(os.urandom(large))
    (folder / "base/Dockerfile").write_text(_BASE)
    built = engine.build(folder / "base", folder / "base/Dockerfile", base)
    assert built.code == 0, built.output
    make(place.root, dict.fromkeys(WORKERS, '\n[tool.ws.docker]\nbuild = "dockerfile"\n'))
    for name in WORKERS:
        text = f'FROM {base}\nCOPY {name}/{name}.py /\nCMD ["/bin/cat", "/{name}.py"]\n'
        (place.root / name / "Dockerfile").write_text(text)
        with (place.root / name / f"{name}.py").open("a") as source:
            source.write(f"\n# this is {name}, of {place.tag}\n")
    place.lock()
    ran = place.build()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    engine.call("rmi", base)  # its layers stay, as long as an image has them
    try:
        yield place
    finally:
        place.remove()


def ids(engine: Engine, place: Led, prefix: str = "") -> dict[str, str]:
    """The images that an engine has of the workspace, by member."""
    found = {name: identity(engine, f"{prefix}{name}:{place.tag}") for name in WORKERS}
    return {name: each for name, each in found.items() if each}


def says(engine: Engine, place: Led, name: str) -> bool:
    """Whether an engine runs a member's image."""
    ran = engine.run(f"{name}:{place.tag}")
    return ran.code == 0 and f"# this is {name}, of {place.tag}" in ran.output


def empty(engine: Engine, place: Led) -> None:
    """Take the workspace's images away, and what is kept of them for builds."""
    there = [f"{name}:{place.tag}" for name in ids(engine, place)]
    if there:
        engine.call("rmi", "--force", *there)
    assert ids(engine, place) == {}


def call(place: Led, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`ws` to its end, as a person sees it."""
    return subprocess.run(
        [sys.executable, "-m", "ws", *args],
        cwd=place.root,
        env=place.environ(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
