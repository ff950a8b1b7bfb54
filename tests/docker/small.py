"""A small workspace whose images are built for real, all from one guarded index on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conftest import member
from tests.integration.conftest import BUILD, program, wheel

from ws.generate.images import UV

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .conftest import Engine

THIRD = "gingerbread"
"""The third-party package."""
_LEADING = re.compile(r"(PIP|UV|POETRY|WS)_.*|VIRTUAL_ENV")
"""Variables of the caller that would lead a build elsewhere."""


@dataclass(frozen=True, slots=True)
class Small:
    """The workspace: `shared`, and workers that depend on it; and how `ws` is run in it."""

    root: Path
    engine: Engine
    tag: str = field(default_factory=lambda: f"safe-{uuid.uuid4().hex}")

    def environ(self, **variables: str) -> dict[str, str]:
        kept = {key: text for key, text in os.environ.items() if not _LEADING.fullmatch(key)}
        kept |= {key: os.environ[key] for key in ("PIP_CERT",) if key in os.environ}
        return kept | {"WS_POETRY": str(program("poetry"))} | variables

    def lock(self, **variables: str) -> None:
        """Write the locks, by the real Poetry."""
        environ = self.environ(POETRY_CACHE_DIR=str(self.root.parent / "cache"), **variables)
        command = [sys.executable, "-m", "ws", "lock"]
        ran = subprocess.run(
            command, cwd=self.root, env=environ, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def start(self, *args: str, **variables: str) -> subprocess.Popen[str]:
        """`ws docker build` in a session of its own, as a terminal's foreground group is."""
        command = ["docker", "build", "--network", "host", "--tag", self.tag, *args]
        return subprocess.Popen(
            [sys.executable, "-m", "ws", *command],
            cwd=self.root,
            env=self.environ(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Whatever runs these tests in the background may have it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )

    def build(self, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """The same to its end."""
        with self.start(*args, **variables) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def remove(self) -> None:
        """Remove the images."""
        listed = ("images", f"--filter=reference=*:{self.tag}", "--format={{.Repository}}")
        names = self.engine.call(*listed).output.split()
        if names:
            self.engine.call("rmi", "--force", *(f"{name}:{self.tag}" for name in names))


def make(root: Path, workers: Mapping[str, str]) -> None:
    """Write the workspace; a worker's text follows its dependencies."""
    root.mkdir()
    (root / "workspace.toml").write_text('[workspace]\nmembers = ["*"]\n')
    _package(root, "shared", BUILD)
    for name, text in workers.items():
        needs = f'shared = {{path = "../shared", develop = true}}\n{text}'
        _package(root, name, f'{needs}{BUILD}\n[tool.poetry.scripts]\n{name} = "{name}:main"\n')


def _package(root: Path, name: str, text: str) -> None:
    (root / name).mkdir()
    (root / name / f"{name}.py").write_text("def main():\n    print('hello')\n")
    manifest = member(name, text).replace("packages = []\n", "")
    (root / name / "pyproject.toml").write_text(manifest)


def fill(folder: Path) -> None:
    """The wheels of the index: what installs, what builds, and the third-party package."""
    wheel(folder, THIRD, "1.0.0")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    subprocess.run([*command, UV, "poetry-core>=2,<3"], check=True)


def outcomes(out: str) -> dict[str, dict[str, Any]]:
    return {outcome["member"]: outcome for outcome in json.loads(out)["outcomes"]}


def statuses(out: str) -> dict[str, str]:
    return {name: outcome["status"] for name, outcome in outcomes(out).items()}
