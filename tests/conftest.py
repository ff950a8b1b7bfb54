"""What every test may use, and the defaults that keep unit tests away from the world."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from ws.cli.main import main
from ws.files.loader import load
from ws.formats import pyproject_reader, workspace_toml
from ws.model.workspace import Member, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


DOCKER = Path(__file__).parent / "docker"
LONG = bool(os.environ.get("WS_TEST_LONG"))
long = pytest.mark.skipif(not LONG, reason="takes long: WS_TEST_LONG=1")
settings.register_profile(
    "ws",
    max_examples=2000 if LONG else 60,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("ws")

_Case = TypeVar("_Case")


def sample(cases: Iterable[_Case], every: int) -> list[_Case]:
    """One of so many cases, the same ones each time; all of them with `WS_TEST_LONG=1`."""
    return list(cases)[:: 1 if LONG else every]


@pytest.fixture(autouse=True)
def _no_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the home folder, or is led by the caller's variables."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("WS_ROOT", "WS_POETRY", "VIRTUAL_ENV", "NO_COLOR", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_docker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches the Docker Engine of the machine, but those that are about it."""
    if not request.node.path.is_relative_to(DOCKER):
        monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
        monkeypatch.delenv("DOCKER_CONTEXT", raising=False)


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write files below a new folder and give that folder."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return tmp_path

    return write


@pytest.fixture
def make_workspace(
    write_files: Callable[[Mapping[str, str]], Path],
) -> Callable[[Mapping[str, str]], Path]:
    """Write a workspace and give its root.

    A key with a dot in its last part is a file, and so is a `Dockerfile`. Others are folders, and
    their value is the `pyproject.toml` there: in full where it begins with a table, else the
    dependencies of a member named after its folder.
    """

    def make(files: Mapping[str, str]) -> Path:
        written = {"workspace.toml": '[workspace]\nmembers = ["**"]\n'}
        for name, text in files.items():
            if "." in Path(name).name or name.endswith("/Dockerfile"):
                written[name] = text
            elif text.startswith("["):
                written[f"{name}/pyproject.toml"] = text
            else:
                written[f"{name}/pyproject.toml"] = member(Path(name).name, text)
        return write_files(written)

    return make


@pytest.fixture
def make_loaded(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> Callable[[Mapping[str, str]], Workspace]:
    """Write a workspace and load it."""
    return lambda files: load(make_workspace(files))


@pytest.fixture
def read_workspace() -> Callable[[Mapping[str, str]], Workspace]:
    """A workspace that never was on a disk: folders and manifests, as `make_workspace` has them,
    and perhaps the text of its `workspace.toml`.
    """

    def read(manifests: Mapping[str, str]) -> Workspace:
        text = manifests.get("workspace.toml", '[workspace]\nmembers = ["**"]\n')
        settings = workspace_toml.read(text.encode())
        members = []
        for folder, text in sorted(manifests.items()):
            if folder == "workspace.toml":
                continue
            name = Path(folder).name or "root"
            full = text if text.startswith("[") else member(name, text)
            manifest = pyproject_reader.read(full.encode(), f"{folder}/pyproject.toml", name)
            assert manifest is not None
            members.append(Member(folder, manifest))
        return Workspace(Path("/nowhere"), settings, tuple(members))

    return read


def member(name: str, dependencies: str = "", version: str = "0.1.0") -> str:
    """A small `[tool.poetry]` manifest."""
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "{version}"\npackages = []\n\n'
        f'[tool.poetry.dependencies]\npython = "^3.11"\n{dependencies}'
    )


_TIME = re.compile(r" in \d+\.\d s(?=:|$)", re.MULTILINE)
"""How long a member took, which is only told where it is worth a word: on a slow machine."""


class Ran(NamedTuple):
    """How a run of `ws` ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What it printed with `--format json`."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def ws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `ws` in this process, in the test's workspace, and give what it printed."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*args: str) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as leaving:
            main(args)
        signal.signal(signal.SIGTERM, handler)
        out, err = capfd.readouterr()
        return Ran(int(leaving.value.code or 0), out, _TIME.sub("", err))

    return run
