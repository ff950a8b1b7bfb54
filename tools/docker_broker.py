"""The image of the reference workspace's broker, for the tests with Docker.

`redis:7-alpine`, pulled, or a stand-in under its name where no image registry is in reach: Debian's
redis-server on top of `python:3.11-slim`, from tests/docker/images/redis, kept in a tarball for the
next time. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time

from docker_engine import CACHE, ROOT, CannotError, call, say, variables

BROKER = "redis:7-alpine"
CONTEXT = ROOT / "tests/docker/images/redis"
_BASE = "python:3.11-slim"


def prepare() -> None:
    """Have the image in the engine that answers; raise CannotError where that cannot be."""
    if _id(BROKER):
        return
    began = time.monotonic()
    kept = CACHE / f"broker-{_fingerprint()}.tar"
    try:
        call("docker", "pull", "--quiet", BROKER)
    except CannotError:
        if kept.exists():
            call("docker", "load", "--quiet", "--input", kept)
        else:
            call("docker", "build", "--network=host", "--tag", BROKER, CONTEXT)
            _keep(kept)
    say(f"Image {BROKER} is there after {time.monotonic() - began:.1f} s")


def _fingerprint() -> str:
    """A hash of what the stand-in is made from; on another base its tarball would be larger."""
    files = sorted(path for path in CONTEXT.iterdir() if path.is_file())
    parts = [_id(_BASE), *(path.read_text() for path in files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _id(image: str) -> str:
    """The id of an image; empty where there is none."""
    command = ["docker", "image", "inspect", "--format", "{{.Id}}", image]
    asked = subprocess.run(command, env=variables(), capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _keep(kept: os.PathLike[str]) -> None:
    """Save the image, so that the next engine has it in seconds; those of other files go."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob("broker-*"):
        old.unlink(missing_ok=True)
    partial = CACHE / f"broker.{os.getpid()}"
    call("docker", "save", "--output", partial, BROKER)
    os.replace(partial, kept)
