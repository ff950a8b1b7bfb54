"""An image registry on loopback: Debian's docker-registry, for all, or for those who log in."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from tests.docker.conftest import REPOSITORY, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER, PASSWORD = "bob", "reg1stry/c@nary"
HTPASSWD = "bob:$2b$04$fCH2n78Yqf.quouWjL2KKeZGFcrfW0X6HYjfJKtYCwu8qk43bV9Pu\n"
"""The same in the only form that the registry reads: bcrypt."""
_PATIENCE = 30.0
_TOOL = REPOSITORY / "tools/docker_engine.py"


@contextlib.contextmanager
def registry(folder: Path, *, guarded: bool = False) -> Iterator[str]:
    """Where it listens, as `HOST:PORT`; it keeps what is pushed in the folder."""
    fetched = subprocess.run(
        [sys.executable, str(_TOOL), "registry"], capture_output=True, text=True, check=False
    )
    if fetched.returncode:
        lacking(f"no image registry: {fetched.stderr.strip()}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "htpasswd").write_text(HTPASSWD)
    users = f"{{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}"
    (folder / "config.yml").write_text(
        "version: 0.1\nlog: {level: warn}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http: {{addr: '{host}'}}\n" + (f"auth: {users}\n" if guarded else "")
    )
    command = [fetched.stdout.strip(), "serve", str(folder / "config.yml")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(host, process, folder / "log")
        yield host
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait_for(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"http://{host}/v2/", timeout=5).close()
        except urllib.error.HTTPError as asked:  # it wants a password
            asked.close()
            return
        except OSError:
            ended = process.poll() is not None or time.monotonic() > deadline
            assert not ended, log.read_text()
            time.sleep(0.05)
        else:
            return
