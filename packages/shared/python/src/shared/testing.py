"""A broker for tests: Debian's `redis-server` on a loopback port, with a folder of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "redis-server"
PATIENCE = 20.0


class RedisServer:
    """A broker that may be started and stopped; it stays at its port, and forgets all."""

    def __init__(self, folder: Path, password: str = "") -> None:
        self.port = free_port()
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"redis://{f':{password}@' if password else ''}{self.place}/0"
        self._command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1"]
        self._command += ["--dir", str(folder), "--save", "", "--requirepass", password]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens; raise RuntimeError with its log if it does not."""
        log = self._folder / "redis.log"
        with log.open("wb") as sink:
            self._process = subprocess.Popen(self._command, stdout=sink, stderr=sink)  # noqa: S603
        end = time.monotonic() + PATIENCE
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"{PROGRAM} does not listen: {log.read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, if it is there."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def redis_server(folder: Path, password: str = "") -> Iterator[RedisServer]:
    """Have a broker for a while."""
    server = RedisServer(folder, password)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def missing() -> str | None:
    """Return why there can be no broker, if so; in CI there has to be one."""
    if shutil.which(PROGRAM) or os.environ.get("CI"):
        return None
    return f"{PROGRAM} is missing: apt-get install redis-server"


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(port: int) -> bool:
    """Say whether somebody listens at a port of loopback."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
