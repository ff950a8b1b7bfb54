"""A second Docker Engine, as a remote builder would be: reached through a context of Docker's."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docker.conftest import Engine, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT = "second"
_PATIENCE = 60.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG: dockerd ends if the tests are killed


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Both engines, and the variables of a client that knows the second one by a context."""

    here: Engine
    there: Engine
    config: Path
    """The client's folder: plugins, contexts, and who is logged in where."""
    pid: int

    def here_variables(self) -> dict[str, str]:
        """The first engine, by a client whose folder is `config`."""
        return {"DOCKER_CONFIG": str(self.config)}

    def there_variables(self) -> dict[str, str]:
        """The second one. `DOCKER_HOST` would go before the context."""
        return {**self.here_variables(), "DOCKER_HOST": "", "DOCKER_CONTEXT": CONTEXT}


@contextlib.contextmanager
def second_engine(here: Engine) -> Iterator[Elsewhere]:
    """Start it, with one image; afterwards its process, mounts and data are gone."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        lacking("no second Docker Engine: it takes root, and dockerd")
    # Not below pytest's folder: the path of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ws-second-"))
    try:
        # In memory, where the many small files of images are quickly written, and removed at once.
        (folder / "data").mkdir()
        memory = ("mount", "-t", "tmpfs", "-o", "size=4g", "ws-second", str(folder / "data"))
        subprocess.run(memory, check=False, capture_output=True)  # else they lie on the disk
        with _dockerd(folder) as process:
            yield _connected(here, folder, process)
    finally:
        for place in reversed(mounts(folder)):
            subprocess.run(["umount", "--lazy", place], check=False)
        shutil.rmtree(folder)


def mounts(folder: Path) -> list[str]:
    """What is mounted below a folder."""
    places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    return [place for place in places if place.startswith(f"{folder}/")]


@contextlib.contextmanager
def _dockerd(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = ["dockerd", "--bridge=none", "--iptables=false", "--ip-forward=false"]
    command += [f"--host=unix://{folder}/sock", f"--pidfile={folder}/pid"]
    command += [f"--data-root={folder}/data", f"--exec-root={folder}/exec"]
    command += ["--max-download-attempts=1"]  # else it waits itself, and longer each time
    prctl = ctypes.CDLL(None).prctl
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: prctl(_DIE_WITH_PARENT, signal.SIGTERM),  # noqa: PLW1509
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _connected(here: Engine, folder: Path, process: subprocess.Popen[bytes]) -> Elsewhere:
    config = folder / "config"
    config.mkdir()
    plugins = Path(here.environ["DOCKER_CONFIG"], "cli-plugins")
    if plugins.exists():
        (config / "cli-plugins").symlink_to(plugins.resolve())
    client = Engine({**here.environ, "DOCKER_CONFIG": str(config)}, here.version)
    made = client.call("context", "create", CONTEXT, f"--docker=host=unix://{folder}/sock")
    assert made.code == 0, made.output
    environ = {key: text for key, text in client.environ.items() if key != "DOCKER_HOST"}
    there = Engine({**environ, "DOCKER_CONTEXT": CONTEXT}, here.version)
    deadline = time.monotonic() + _PATIENCE
    while there.call("version").code:
        ended = process.poll() is not None or time.monotonic() > deadline
        assert not ended, (folder / "log").read_text()
        time.sleep(0.1)
    return Elsewhere(client, there, config, process.pid)


def copy(image: str, source: Engine, target: Engine) -> None:
    """Give one engine an image of another."""
    with subprocess.Popen(
        ["docker", "save", image], env=dict(source.environ), stdout=subprocess.PIPE
    ) as saving:
        subprocess.run(
            ["docker", "load", "--quiet"],
            env=dict(target.environ),
            stdin=saving.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    assert saving.returncode == 0
