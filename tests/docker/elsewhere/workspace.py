"""A workspace whose images go elsewhere, and what is asked about them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.docker.small import Small

if TYPE_CHECKING:
    from tests.docker.conftest import Engine


@dataclass(frozen=True, slots=True)
class Led(Small):
    """A workspace whose builds find the package index."""

    index: str = ""

    def environ(self, **variables: str) -> dict[str, str]:
        return Small.environ(self, **{"UV_DEFAULT_INDEX": self.index, **variables})

    def remove(self) -> None:
        """Remove the images, with a registry in their names or without."""
        for name in ("*", "*/*/*"):
            listed = ("images", f"--filter=reference={name}:{self.tag}", "--format={{.Repository}}")
            if found := self.engine.call(*listed).output.split():
                self.engine.call("rmi", "--force", *(f"{each}:{self.tag}" for each in found))


def pushing_to(small: Small, host: str) -> str:
    """Let the workspace name a registry; this is the beginning of its images' names."""
    toml = f'[workspace]\nmembers = ["*"]\n[docker]\nregistry = "{host}/acme"\n'
    (small.root / "workspace.toml").write_text(toml)
    return f"{host}/acme/"


def ws(small: Small, *args: str, **variables: str) -> dict[str, Any]:
    """What a command says, in JSON."""
    ran = subprocess.run(
        [sys.executable, "-m", "ws", *args, "--format", "json"],
        cwd=small.root,
        env=small.environ(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def identity(engine: Engine, image: str) -> str:
    """The digest of an image's configuration; empty where an engine does not have it."""
    asked = engine.call("image", "inspect", "--format={{.Id}}", image)
    return "" if asked.code else asked.output.strip()


def printed(output: str) -> dict[str, Any]:
    """The targets that `--print` shows, with warnings of the client before them or not."""
    found: dict[str, Any] = json.loads(output[output.index("{") :])["target"]
    return found
