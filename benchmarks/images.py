"""What building all images costs beside one Dockerfile after the other, as ratios in one run.

    python3 tools/docker_engine.py start base
    .venv/bin/python -m benchmarks.images          (on Linux, as root; about ten minutes)
    python3 tools/docker_engine.py stop

In a copy of the reference workspace, with the engine of the tests, whose cache of builds it empties
several times: so it runs with no other engine. On one side the Dockerfiles that teams begin with:
the shared package and the worker copied, `pip install poetry`, one `poetry install`; built one
after the other. On the other side `ws docker build`. Each from an empty cache; with nothing
changed; after an edit of the shared package; after one of a worker. CPU is that of the engine with
all that ran in the builds, and of the client. Prints ratios with what is wanted of them, and what
lies on the disk; fails where an edit of one worker touches another image's layers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measuring import measured
from benchmarks.relock import make, poetry

from ws.files.loader import load
from ws.planning import docker_recipe

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import docker_engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.workspace import Member

SHARED = "packages/shared/python"
WORKER = "workers/graph/query"
BASE = "python:3.11-slim"
SEED = """\
FROM python:3.11-slim
ARG POETRY_PYPI_MIRROR_URL
RUN pip install --no-cache-dir poetry=={version} poetry-plugin-pypi-mirror
ENV POETRY_VIRTUALENVS_IN_PROJECT=true
WORKDIR /ws/{member}
{copies}COPY {member} ./
RUN poetry install --no-interaction --only main
CMD ["poetry", "run", "{script}"]
"""
WEIGH = """\
import importlib.metadata, json, os, subprocess
form = "-f=${binary:Package} ${Version} ${Installed-Size}\\n"
debian = subprocess.run(["dpkg-query", "-W", form], capture_output=True, text=True).stdout
rows = (line.rsplit(" ", 1) for line in debian.splitlines())
found = {name: int(kilobytes or 0) * 1024 for name, kilobytes in rows}
for each in importlib.metadata.distributions(path=["/opt/venv/lib/python3.11/site-packages"]):
    paths = {str(each.locate_file(file)) for file in each.files or ()}
    folders = {os.path.join(os.path.dirname(path), "__pycache__") for path in paths}
    paths |= {os.path.join(f, name) for f in folders if os.path.isdir(f) for name in os.listdir(f)}
    weight = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
    found[f"{each.name} {each.version}"] = weight
print(json.dumps(found))
"""


class Cost(NamedTuple):
    """Seconds."""

    cpu: float
    clock: float


class Bench:
    """A copy of the workspace, and the engine."""

    def __init__(self, folder: Path) -> None:
        self.root = make(str(folder))
        shutil.copy(Path(__file__).parents[1] / ".dockerignore", self.root)
        (self.root / "workspace.toml").write_text(
            (self.root / "workspace.toml").read_text() + "\n[docker]\nbuild = 'layers'\n"
        )
        self.members = docker_recipe.deployable(load(self.root))
        self.pid = docker_engine.own_pid()
        self.mirror = os.environ.get("POETRY_PYPI_MIRROR_URL", "")

    def engine_cpu(self) -> float:
        """The CPU time of the engine and of all that it waited for, the containers included."""
        ticks = os.sysconf("SC_CLK_TCK")
        text = Path(f"/proc/{self.pid}/stat").read_text()
        return sum(map(int, text.rpartition(")")[2].split()[11:15])) / ticks

    def cost(self, commands: Sequence[Sequence[str]]) -> Cost:
        """What commands cost that must succeed, one after the other."""
        begin, engine, client = time.monotonic(), self.engine_cpu(), 0.0
        for command in commands:
            run = measured(list(command), self.root)
            client += run.seconds
            if run.code:
                sys.exit(run.printed[-3000:])
        return Cost(client + self.engine_cpu() - engine, time.monotonic() - begin)

    def seed(self) -> Cost:
        """Build the Dockerfiles that teams begin with."""
        return self.cost([self.seed_command(member) for member in self.members])

    def seed_command(self, member: Member) -> list[str]:
        """The build of one of them."""
        dockerfile = self.root / member.file("seed.Dockerfile")
        script = next(iter(docker_recipe.scripts(member)))
        folders = libraries(self.root, member)
        copies = "".join(f"COPY {folder} /ws/{folder}\n" for folder in folders)
        text = SEED.format(version="2.5.1", member=member.path, script=script, copies=copies)
        dockerfile.write_text(text)
        argument = f"--build-arg=POETRY_PYPI_MIRROR_URL={self.mirror}"
        tag = f"--tag=seed/{member.name}"
        return ["docker", "build", "-q", "--network=host", argument, tag, f"-f{dockerfile}", "."]

    def ws(self, *names: str) -> Cost:
        """Build with `ws`."""
        return self.cost([[sys.executable, "-m", "ws", "docker", "build", *names, "--tag=bench"]])

    def empty(self) -> None:
        """Forget all builds, and the images that this made."""
        docker("builder", "prune", "--all", "--force")
        listed = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
        ours = [tag for tag in listed if tag.startswith("seed/") or tag.endswith(":bench")]
        if ours:
            docker("image", "rm", "--force", *ours)
        docker("image", "prune", "--force")
        docker("builder", "prune", "--all", "--force")

    def edit(self, folder: str, text: str) -> None:
        """Change a source."""
        path = next((self.root / folder / "src").glob("*/__init__.py"))
        path.write_text(f"{path.read_text()}\nEDITED = {text!r}\n")


def libraries(root: Path, member: Member) -> list[str]:
    """The path dependencies of a member, transitively, relative to the root."""
    workspace = load(root)
    names = workspace.graph.with_dependencies([member.name]) - {member.name}
    return sorted(workspace.by_name[name].path for name in names)


def docker(*args: str) -> str:
    """What Docker's command line says."""
    command = ["docker", *args]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout


def disk() -> int:
    """The bytes of all layers of all images."""
    rows = map(json.loads, docker("system", "df", "--format", "{{json .}}").splitlines())
    text = next(row["Size"] for row in rows if row["Type"] == "Images")
    units = {"kB": 10**3, "MB": 10**6, "GB": 10**9}
    number, unit = (text[:-2], text[-2:]) if text[-2:] in units else (text[:-1], "")
    return round(float(number) * units.get(unit, 1))


def weights(members: Sequence[Member]) -> dict[str, int]:
    """Every distinct package in the images that is not in their base, with its bytes.

    Those of the indexes with their byte code, and Debian's, by what dpkg says.
    """
    found: dict[str, int] = {}
    for member in members:
        found |= weighed(f"{member.name}:bench")
    below = weighed(BASE)
    return {name: weight for name, weight in found.items() if name not in below}


def weighed(image: str) -> dict[str, int]:
    """The packages in an image."""
    said = docker("run", "--rm", "--entrypoint=python", image, "-c", WEIGH)
    found: dict[str, int] = json.loads(said)
    return found


def touched(root: Path) -> set[str]:
    """The stages in which the last build of `ws` ran something, by its log."""
    stages: dict[str, str] = {}
    ran: set[str] = set()
    for line in (root / ".ws/logs/docker build/all.log").read_text().splitlines():
        if begun := re.match(r"#(\d+) \[(?:\S+ )?(\S+) \d+/\d+\] (?!FROM )", line):
            stages[begun[1]] = begun[2]
        elif (ended := re.match(r"#(\d+) DONE", line)) and ended[1] in stages:
            ran.add(stages[ended[1]])
    return ran


def ratio(what: str, one: float, other: float, wanted: str) -> None:
    """Print how many times `one` is `other`."""
    print(f"  {what:66} {one / other:7.1f}   (wanted {wanted})", flush=True)


def both(bench: Bench) -> dict[str, Cost]:
    """All that is measured, by name."""
    found: dict[str, Cost] = {}

    def note(name: str, cost: Cost) -> None:
        found[name] = cost
        print(f"  {name:30} {cost.cpu:8.2f} {cost.clock:9.2f}", flush=True)

    for name, build in (("seed", bench.seed), ("ws", bench.ws)):
        bench.empty()
        before = disk()
        note(f"{name}, cold", build())
        print(f"  {name}, on the disk above the base: {(disk() - before) / 1e6:.0f} MB")
        if name == "ws":
            each = weights(bench.members)
            print(f"  ws, all distinct packages, each once: {sum(each.values()) / 1e6:.0f} MB")
            ratio("disk / distinct packages", disk() - before, sum(each.values()), "<= 1.2")
        note(f"{name}, no change", build())
        bench.edit(SHARED, name)
        note(f"{name}, shared edited", build())
        bench.edit(WORKER, name)
        note(f"{name}, worker edited", build())
        if name == "ws":
            print(f"  stages that ran: {', '.join(sorted(touched(bench.root)))}")
    return found


def growth(bench: Bench) -> None:
    """What five, ten and all images cost from an empty cache, and lie on the disk."""
    for count in (5, 10, len(bench.members)):
        bench.empty()
        before = disk()
        cost = bench.ws(*(member.name for member in bench.members[:count]))
        lies = (disk() - before) / 1e6
        print(f"  ws, {count:2} images, cold {cost.cpu:15.2f} {cost.clock:9.2f}  {lies:.0f} MB")


def main() -> None:
    """Measure all, and print."""
    os.environ |= docker_engine.own_environment() | {"WS_DOCKER_NETWORK": "host"}
    if not docker_engine.own_pid():
        sys.exit("start the engine of the tests first: python3 tools/docker_engine.py start base")
    poetry()  # for the index that it reads
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder).resolve())
        print(f"reference workspace, {len(bench.members)} images        CPU s   clock s")
        found = both(bench)
        growth(bench)
        bench.empty()
    for what, wanted in (("cold", ">= 2.5, aim 4"), ("shared edited", ">= 6, aim 20")):
        ratio(f"{what}, clock", found[f"seed, {what}"].clock, found[f"ws, {what}"].clock, wanted)
    edited = found["seed, shared edited"].cpu, found["ws, shared edited"].cpu
    ratio("shared edited, CPU", *edited, "aim 50")
    ratio("no change, clock", found["seed, no change"].clock, found["ws, no change"].clock, "-")


if __name__ == "__main__":
    main()
