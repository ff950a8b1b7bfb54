"""A Docker Engine for the tests, where none answers.

    python3 tools/docker_engine.py start base          have one that runs, and the tests' images
    eval "$(python3 tools/docker_engine.py environment)"     let `docker` in this shell reach it
    python3 tools/docker_engine.py registry      fetch an image registry, and print its path
    python3 tools/docker_engine.py status
    python3 tools/docker_engine.py stop

An engine that answers already is used as it is. Else Debian's is installed and started, with all
that belongs to it in `.ws/docker-engine` and in one folder below /run. It gets a bridge of its own
and leaves the machine's firewall and forwarding alone, so several of them can run side by side;
its containers reach other machines with `--network host` only.

Standard library only. Starting one needs root and apt.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".ws" / "docker-engine"
"""What the engine keeps; removed when it is stopped."""
_ID = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
RUN = Path(f"/run/ws-{_ID}")
"""Sockets: a path of theirs may have 107 characters, so they lie apart from `STATE`."""
BRIDGE = f"ws-{_ID}"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ws-tests"
PACKAGES = {"dockerd": "docker.io", "iptables": "iptables", "ip": "iproute2"}
"""A program that the engine needs, and Debian's package of it."""
PLUGINS = {"docker-buildx": "docker-buildx", "docker-compose": "docker-compose"}
REGISTRY = "docker-registry"
"""Debian's package of an image registry, and its program."""
_PATIENCE = 60.0


class CannotError(Exception):
    """It cannot be done; the text says why, and what to do next."""


def say(text: str) -> None:
    """Tell people, on stderr: stdout is for `environment`."""
    print(text, file=sys.stderr, flush=True)


def call(*command: str | Path, folder: Path | None = None) -> str:
    """Run a program and give what it prints; raise CannotError with its last lines if it fails."""
    ended = subprocess.run(
        command, cwd=folder, env=variables(), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        said = "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-8:])
        raise CannotError(f"{' '.join(map(str, command[:3]))} failed:\n{said}")
    return ended.stdout


def own_environment() -> dict[str, str]:
    """The variables with which `docker` reaches the engine that was started here."""
    return {"DOCKER_HOST": f"unix://{RUN}/sock", "DOCKER_CONFIG": str(STATE / "config")}


def variables() -> dict[str, str]:
    """The caller's variables, and those of the engine started here where it runs."""
    return {**os.environ, **(own_environment() if own_pid() else {}), "DOCKER_BUILDKIT": "1"}


def version(environ: dict[str, str]) -> str:
    """The version of the engine that answers, or an empty string."""
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        asked = subprocess.run(
            command, env=environ, capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def own_pid() -> int:
    """The process id of the engine that was started here, or 0 where it does not run."""
    try:
        pid = int((STATE / "pid").read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()  # a zombie has none
    except (OSError, ValueError):
        return 0
    return pid if str(STATE).encode() in arguments else 0


def start() -> None:
    """Have an engine that answers: the one there is, or one started now."""
    if found := version(variables()):
        say(f"Docker Engine {found} answers")
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotError(
            "no Docker Engine answers, and one can be started here only by root on Debian.\n"
            "Start Docker, or leave its tests out: WS_TEST_DOCKER=0 tools/run-tests.sh"
        )
    stop()  # what one left behind that was killed
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
    install(*missing)
    if found := version(variables()):  # installing it has started it: the machine's own, then
        say(f"Docker Engine {found} answers")
        return
    began = time.monotonic()
    try:
        (STATE / "config").mkdir(parents=True)
        add_plugins()
        _launch()
    except BaseException:
        stop()
        raise
    say(f"Docker Engine {version(variables())} started in {time.monotonic() - began:.1f} s")


def install(*packages: str) -> None:
    """Install packages of Debian's, if any are named."""
    if not packages:
        return
    say(f"Installing {', '.join(packages)}")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    call("apt-get", "-qq", "update")
    call("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages)


def _launch() -> None:
    """Start dockerd in a session of its own, which Ctrl-C does not reach, and wait for it."""
    RUN.mkdir(exist_ok=True)
    call("ip", "link", "add", BRIDGE, "type", "bridge")
    command: list[str | Path] = ["dockerd", "--pidfile", STATE / "pid", "--bridge", BRIDGE]
    command += ["--host", f"unix://{RUN}/sock", "--exec-root", RUN / "exec"]
    command += ["--data-root", STATE / "data", "--iptables=false", "--ip-forward=false"]
    with (STATE / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + _PATIENCE
    while not version({**os.environ, **own_environment()}):
        if process.poll() is not None or time.monotonic() > deadline:
            said = "\n".join((STATE / "log").read_text(errors="replace").splitlines()[-8:])
            process.kill()
            raise CannotError(f"dockerd did not start; the end of its log:\n{said}")
        time.sleep(0.1)


def add_plugins() -> None:
    """Give the client Buildx and Compose where it has none: Debian 13's, which run on 12 too."""
    lacks = [
        name
        for name in PLUGINS
        if subprocess.run(
            ["docker", name.removeprefix("docker-"), "version"], capture_output=True, check=False
        ).returncode
    ]
    kept = CACHE / "cli-plugins"
    if absent := [name for name in lacks if not (kept / name).exists()]:
        say(f"Fetching {', '.join(absent)} from Debian 13")
        with tempfile.TemporaryDirectory() as folder:
            _fetch_plugins(absent, Path(folder), kept)
    (STATE / "config" / "cli-plugins").symlink_to(kept)


def _fetch_plugins(names: list[str], folder: Path, kept: Path) -> None:
    """Put the programs of Debian 13's packages into `kept`, without installing the packages."""
    (folder / "lists").mkdir()
    (folder / "sources.list").write_text(f"deb {debian_mirror()} trixie main\n")
    apart = [f"-oDir::Etc::SourceList={folder}/sources.list", "-oDir::Etc::SourceParts=/dev/null"]
    apart += [f"-oDir::State::Lists={folder}/lists", "-oAPT::Sandbox::User=root"]
    apart += [f"-oDir::Cache={folder}"]  # or the machine's own index of packages would be lost
    call("apt-get", "-qq", *apart, "update")
    call("apt-get", "-qq", *apart, "download", *(PLUGINS[name] for name in names), folder=folder)
    for package in folder.glob("*.deb"):
        call("dpkg", "-x", package, folder / "files")
    kept.mkdir(parents=True, exist_ok=True)
    for name in names:
        unpacked = folder / "files/usr/libexec/docker/cli-plugins" / name
        unpacked.chmod(0o755)
        shutil.copy2(unpacked, kept / f"{name}.new")
        (kept / f"{name}.new").rename(kept / name)


def debian_mirror() -> str:
    """The address from which this machine gets Debian."""
    wanted = ["Created-By: Packages", "Component: main"]
    told = call("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", *wanted)
    plain = [line.split() for line in told.splitlines() if "-" not in line.rpartition(" ")[2]]
    if not plain:
        raise CannotError("apt knows no Debian mirror here: see /etc/apt/sources.list.d")
    return plain[0][0]


def stop() -> None:
    """End the engine that was started here, with its containers, and remove what it left."""
    if pid := own_pid():
        with contextlib.suppress(CannotError):  # they would be given ten seconds each
            call("docker", "kill", *call("docker", "ps", "--quiet").split())
        _end(pid)
        say("Docker Engine stopped")
    for orphan in _orphans():
        _end(orphan, patience=0.5)
    for line in reversed(_mounts()):
        subprocess.run(["umount", "--lazy", line], check=False, capture_output=True)
    for folder in (STATE, RUN):
        shutil.rmtree(folder, ignore_errors=True)
    if Path("/sys/class/net", BRIDGE).exists():
        call("ip", "link", "delete", BRIDGE)


def _orphans() -> list[int]:
    """What outlives a dockerd that was killed: containerd, and each container with its keeper."""
    parents: dict[int, int] = {}
    keepers: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            program, *arguments = (folder / "cmdline").read_bytes().split(b"\0")
            mine = any(argument.startswith(f"{RUN}/".encode()) for argument in arguments)
            if mine and Path(os.fsdecode(program)).name.startswith("containerd"):
                keepers.append(pid)
    return [*(pid for pid, parent in parents.items() if parent in keepers), *keepers]


def _mounts() -> list[str]:
    """What is mounted in the engine's folders."""
    try:
        places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return []
    return [place for place in places if place.startswith((f"{STATE}/", f"{RUN}/"))]


def _end(pid: int, patience: float = 20.0) -> None:
    """Ask a process to end, and make it end if it has not after so many seconds."""
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + seconds
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        while time.monotonic() < deadline:
            try:  # a zombie's is empty: where nobody waits for it, it stays
                if not Path(f"/proc/{pid}/cmdline").read_bytes():
                    return
            except OSError:
                return
            time.sleep(0.05)


def environment() -> None:
    """Print, for a shell's `eval`, what `docker` needs to reach the engine started here."""
    if own_pid():
        for name, value in own_environment().items():
            print(f"export {name}='{value}'")


def status() -> None:
    """Say which engine answers; raise CannotError if none does."""
    found = version(variables())
    if not found:
        raise CannotError("no Docker Engine answers: python3 tools/docker_engine.py start")
    driver = call("docker", "info", "--format", "{{.Driver}}").strip()
    whose = f"started here, process {own_pid()}" if own_pid() else "the machine's own"
    say(f"Docker Engine {found} ({whose}; storage driver {driver})")


def registry() -> None:
    """Have the program of Debian's docker-registry, without installing that; print its path."""
    kept = CACHE / REGISTRY
    if not kept.exists():
        say(f"Fetching {REGISTRY}")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            download = ("apt-get", "-qq", "-oAPT::Sandbox::User=root", "download", REGISTRY)
            try:
                call(*download, folder=folder)
            except CannotError:  # a machine that has no lists of packages yet
                call("apt-get", "-qq", "update")
                call(*download, folder=folder)
            for package in folder.glob("*.deb"):
                call("dpkg", "-x", package, folder / "files")
            CACHE.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / "files/usr/bin" / REGISTRY, f"{kept}.{os.getpid()}")
            Path(f"{kept}.{os.getpid()}").rename(kept)
    print(kept)


def base() -> None:
    """Have the images that the tests build on, and that of the broker."""
    import docker_broker
    import docker_images

    docker_images.prepare()
    docker_broker.prepare()


def main() -> int:
    """Do what the command line says; return the exit code."""
    commands = {each.__name__: each for each in (start, environment, base, registry, stop, status)}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("commands", nargs="+", choices=commands)
    try:
        for command in parser.parse_args().commands:
            commands[command]()
    except CannotError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
