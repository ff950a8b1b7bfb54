"""How long `ws docker check` takes for hundreds of Dockerfiles.

    .venv/bin/python -m benchmarks.docker_check [DOCKERFILES]      default: 500

A workspace is generated (`generated.py`), and a Dockerfile for each service: in the two-step style,
with a mirrored layout, in several stages, with pip, for development beside production, and broken
ones; half of them lie beside their member, half in a folder of their own. A Compose file names a
tenth of them. CPU time and peak memory of the whole process: without `.ws/cache`, and the best of
five runs with it; `python -c pass` in the same run is the measure. Wanted are 2 CPU seconds at most
for 500. Prints; never fails for a time.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.generated import make
from benchmarks.measuring import measured

TWO_STEPS = """\
# A comment, as people have them.
FROM python:3.11-slim
ENV POETRY_VERSION=2.5.1 \\
    POETRY_VIRTUALENVS_IN_PROJECT=true
RUN pip install "poetry==${{POETRY_VERSION}}"
WORKDIR /app
COPY {member}/pyproject.toml {member}/poetry.lock ./
RUN poetry install --only main --no-root --no-directory
COPY packages/lib-0/ ../../../packages/lib-0/
COPY packages/lib-{other}/ ../../../packages/lib-{other}/
RUN poetry install --only main --no-root
COPY {member}/ ./
RUN poetry install --only main && rm -rf /root/.cache
USER 10001
CMD ["python", "-m", "{module}"]
"""
MIRRORED = """\
ARG PYTHON=3.11
FROM python:${{PYTHON}}-slim
RUN apt-get update \\
    && apt-get install --yes --no-install-recommends curl \\
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/poetry && /opt/poetry/bin/pip install poetry==2.5.1
COPY packages/lib-0 /ws/packages/lib-0
COPY packages/lib-{other} /ws/packages/lib-{other}
WORKDIR /ws/{member}
COPY {member} .
RUN /opt/poetry/bin/poetry install --no-interaction
CMD ["python", "-m", "{module}"]
"""
STAGES = """\
FROM python:3.11-slim AS builder
RUN pip install poetry==2.5.1
ENV POETRY_VIRTUALENVS_IN_PROJECT=1
WORKDIR /ws/{member}
COPY {member}/pyproject.toml {member}/poetry.lock ./
RUN --mount=type=cache,target=/root/.cache poetry install --no-root --no-directory
COPY packages/ /ws/packages/
COPY {member}/src ./src
RUN poetry install

FROM python:3.11-slim AS runtime
WORKDIR /ws/{member}
COPY --from=builder /ws/ /ws/
ENV PATH=/ws/{member}/.venv/bin:$PATH
USER nobody
CMD ["python", "-m", "{module}"]
"""
PIP = """\
FROM python:3.11-slim AS list
RUN pip install poetry poetry-plugin-export
WORKDIR /list
COPY {member}/pyproject.toml {member}/poetry.lock ./
RUN poetry export --without-hashes -o requirements.txt
FROM python:3.11-slim
COPY --from=list /list/requirements.txt /
RUN pip install -r /requirements.txt
COPY packages/lib-0 /src/lib-0
COPY packages/lib-{other} /src/lib-{other}
COPY {member} /src/app
RUN pip install --no-deps /src/lib-0 /src/lib-{other} /src/app
CMD ["python", "-m", "{module}"]
"""
BROKEN = TWO_STEPS.replace("../../../packages", "packages")
STYLES = (TWO_STEPS, MIRRORED, STAGES, PIP, BROKEN)


def add(root: Path, count: int) -> None:
    """Write as many Dockerfiles for the services of a generated workspace."""
    services = sorted(path.parent for path in root.glob("services/**/pyproject.toml"))
    built: dict[str, object] = {}
    for number in range(count):
        folder = services[number % len(services)]
        service = int(folder.name.rpartition("-")[2])
        member = folder.relative_to(root).as_posix()
        text = STYLES[number % len(STYLES)].format(
            member=member, other=service % 3 + 1, module=folder.name.replace("-", "_")
        )
        path = folder / "Dockerfile"
        if number % 2:
            path = root / "images" / f"{folder.name}.{number}.Dockerfile"
            path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        if number % 10 == 0:
            name = path.relative_to(root).as_posix()
            built[folder.name] = {"build": {"context": ".", "dockerfile": name}}
    (root / "compose.yml").write_text(json.dumps({"services": built}))


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if sys.argv[1:] else 500
    command = (sys.executable, "-m", "ws", "docker", "check", "--format", "json")
    base = min(measured((sys.executable, "-c", "pass"), Path.cwd()) for _ in range(5)).seconds
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, count * 10 // 9 + 5)
        add(root, count)
        for name, rounds in (("cold", 1), ("warm", 5)):
            if name == "cold":
                shutil.rmtree(root / ".ws", ignore_errors=True)
            run = min(measured(command, root) for _ in range(rounds))
            found = json.loads(run.printed)
            states = [one["status"] for one in found["data"]["dockerfiles"]]
            told = ", ".join(f"{states.count(one)} {one}" for one in sorted(set(states)))
            print(
                f"{name}: {len(states)} Dockerfiles ({told}), {len(found['findings'])} findings:"
                f" {run.seconds:.2f} CPU s, {run.seconds / base:.0f} times an empty Python,"
                f" {run.megabytes:.0f} MB"
            )


if __name__ == "__main__":
    main()
