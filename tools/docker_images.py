"""The images that the tests with Docker build on, kept in a tarball for the next time.

`python:3.11-slim`, pulled, or a stand-in made from Debian 12 where no image registry is in reach;
and `ws-test/poetry` on top of it, from tests/docker/images/poetry. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from docker_engine import CACHE, ROOT, CannotError, call, debian_mirror, install, say, variables

BASE = "python:3.11-slim"
POETRY = "ws-test/poetry"
CONTEXT = ROOT / "tests/docker/images/poetry"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
_PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")
_UNUSED = 7 * 24 * 3600.0
"""Seconds after which a tarball that nobody loaded is removed."""
_MARKED = ("importlib-metadata", "backports.tarfile")
"""What keyring wants on 3.11 only: pip asks the Python it runs on, which may be a newer one."""


def prepare() -> None:
    """Have both images in the engine that answers; raise CannotError where that cannot be."""
    began = time.monotonic()
    kept = CACHE / f"images-{_fingerprint()}.tar"
    if not _has_poetry() and kept.exists():
        call("docker", "load", "--quiet", "--input", kept)
        kept.touch()
    if not _has_poetry():
        _make_base()
        _make_poetry()
    if not kept.exists():
        _keep(kept)
    say(f"Images {BASE} and {POETRY} are there after {time.monotonic() - began:.1f} s")


def _fingerprint() -> str:
    """A hash of what the images are made from."""
    files = sorted(path for path in CONTEXT.iterdir() if path.is_file())
    parts = [platform.machine(), *_requirements()]
    parts += [path.read_text() for path in (Path(__file__), *files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _requirements() -> list[str]:
    """Poetry and its plugin, as this repository's own tool environment has them, and `export`."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    ours = [each for each in groups["tools"] if each.startswith("poetry")]
    return [*ours, "poetry-plugin-export>=1.9"]


def _there(image: str, template: str = "") -> str:
    """What `docker image inspect` says of an image; empty where there is none."""
    command = ["docker", "image", "inspect", "--format", template or "{{.Id}}", image]
    asked = subprocess.run(command, env=variables(), capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _has_poetry() -> bool:
    """Whether the engine has the image of these very files."""
    label = '{{index .Config.Labels "ws-test.fingerprint"}}'
    return _there(POETRY, label) == _fingerprint() and bool(_there(BASE))


def _make_base() -> None:
    """Pull the base image, or make a stand-in for it."""
    if _there(BASE):
        return
    try:
        call("docker", "pull", "--quiet", BASE)
    except CannotError as unreachable:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
        last = str(unreachable).splitlines()[-1]
        say(f"{BASE} cannot be pulled ({last}): a stand-in is made from Debian 12")
        _make_stand_in()


def _make_stand_in() -> None:
    """Debian 12 with its Python 3.11 under the base image's name: for tests only."""
    if not shutil.which("debootstrap"):
        install("debootstrap")
    with tempfile.TemporaryDirectory() as folder:
        system = Path(folder, "system")
        include = f"--include={_PACKAGES}"
        call("debootstrap", "--variant=minbase", include, "bookworm", system, debian_mirror())
        for waste in ("var/cache/apt/archives", "var/lib/apt/lists"):
            shutil.rmtree(system / waste)
            (system / waste / "partial").mkdir(parents=True)
        (system / "usr/bin/python").symlink_to("python3")
        for mark in system.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
            mark.unlink()
        if _AUTHORITIES.exists():  # a company's own may be among them
            shutil.copyfile(_AUTHORITIES, system / _AUTHORITIES.relative_to("/"))
        archive = Path(folder, "system.tar")
        call("tar", "--directory", system, "--create", "--file", archive, ".")
        names = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
        changes = [f"--change=ENV {name}={_AUTHORITIES}" for name in names]
        call("docker", "import", *changes, '--change=CMD ["python3"]', archive, BASE)


def _make_poetry() -> None:
    """Build the image with Poetry; its wheels come from the index that pip is configured for."""
    say(f"Building {POETRY}")
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder, "context")
        shutil.copytree(CONTEXT, context, ignore=shutil.ignore_patterns("__pycache__"))
        _download(context / "wheels")
        label = f"--label=ws-test.fingerprint={_fingerprint()}"
        call("docker", "build", label, "--network=none", "--tag", POETRY, context)


def _download(wheels: Path) -> None:
    """Download Poetry and all it needs, as wheels for the image's Python."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11"]
    pip += [f"--platform={each}_{platform.machine()}" for each in _PLATFORMS]
    call(*pip, "--dest", wheels, *_requirements(), *_MARKED)


def _keep(kept: Path) -> None:
    """Save the images, so that the next engine has them in seconds; those long unused go."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob("images-*"):
        if time.time() - old.stat().st_mtime > _UNUSED:
            old.unlink(missing_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    call("docker", "save", "--output", partial, BASE, POETRY)
    partial.rename(kept)
