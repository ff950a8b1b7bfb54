"""A member that `ws new` made is locked, installed, built and run by the real Poetry."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ws as package

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

ROOT = Path(__file__).parents[2]
BUILD = (
    '\n[build-system]\nrequires = ["poetry-core>=2,<3"]\n'
    'build-backend = "poetry.core.masonry.api"\n'
)
WORKSPACE = {
    "workspace.toml": '[workspace]\nmembers = ["packages/**", "workers/**"]\n'
    '\n[[shared]]\npackage = "shared"\nconsumers = ["workers/**"]\n',
    "packages/shared": f'alpha = "^1.0"\n{BUILD}'.replace("packages = []\n", ""),
    "packages/shared/shared.py": "",
}
MESSAGE = '{"id": "1", "payload": {"text": "one two"}}\n'
ANSWER = {"id": "1", "status": "ok", "payload": {"words": 2}, "error": None}


def without_pytest(manifest: Path) -> None:
    """The index on loopback has none, and even a group that is not installed must be locked."""
    text = manifest.read_text()
    start = text.index("[tool.poetry.group.dev.dependencies]")
    manifest.write_text(text[:start] + text[text.index("# Keeps pytest") :])


def installed(root: Path, ws: Ws, name: str, path: str) -> Path:
    """The folder of the programs of a new member that was locked and installed."""
    without_pytest(root / path / "pyproject.toml")
    for command in ("lock", "install"):
        ran = ws(command, "--filter", f"{name}...")
        assert ran.code == 0, ran.out
    return root / path / ".venv" / "bin"


def piped(program: Path) -> object:
    ended = subprocess.run(
        [program], input=MESSAGE, capture_output=True, text=True, check=True, timeout=30
    )
    return json.loads(ended.stdout)


def test_a_new_worker_installs_with_its_shared_package_runs_and_builds(
    make_workspace: Make, ws: Ws, real_poetry: str
) -> None:
    root = make_workspace(WORKSPACE)
    assert ws("new", "worker", "text-summary").code == 0
    folder = root / "workers" / "text-summary"
    programs = installed(root, ws, "text-summary", "workers/text-summary")
    assert piped(programs / "text-summary") == ANSWER
    subprocess.run([programs / "python", "-c", "import shared, alpha"], check=True)

    for command in (["check", "--lock"], ["build", "--format", "wheel"]):
        subprocess.run([real_poetry, *command], cwd=folder, capture_output=True, check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info" not in name}
    assert names == {f"text_summary/{name}" for name in ("__init__.py", "py.typed", "worker.py")}
    assert ws("check").code == 0


def test_a_copy_of_a_worker_runs_beside_it(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(WORKSPACE)
    ws("new", "worker", "summary-worker")
    ran = ws("new", "worker", "digest", "--like", "summary-worker", "--at", "workers/a/b/digest")
    assert ran.code == 0
    assert piped(installed(root, ws, "digest", "workers/a/b/digest") / "digest") == ANSWER
    copied = (root / "workers/a/b/digest/README.md").read_text()
    assert "digest" in copied
    assert "summary" not in copied


def test_a_new_package_installs_and_is_used_by_a_worker(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(WORKSPACE)
    ws("new", "package", "dates")
    shared = '\n[[shared]]\npackage = "dates"\nconsumers = ["workers/*"]\n'
    with (root / "workspace.toml").open("a") as file:
        file.write(shared)
    ws("new", "worker", "summary")
    without_pytest(root / "packages/dates/pyproject.toml")
    programs = installed(root, ws, "summary", "workers/summary")
    subprocess.run([programs / "python", "-c", "import dates"], check=True)


def test_the_wheel_of_ws_carries_the_templates(tmp_path: Path, real_poetry: str) -> None:
    command = [real_poetry, "build", "--format", "wheel", "--output", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    source = Path(package.__file__).parent
    expected = {
        f"ws/{path.relative_to(source).as_posix()}"
        for path in (source / "generate" / "templates").rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    with zipfile.ZipFile(wheel) as archive:
        assert expected - set(archive.namelist()) == set()
    kinds = {path.split("/")[3] for path in expected}
    assert kinds == {"docker", "package", "worker"}


def test_a_worker_from_the_template_of_this_repository_answers(
    make_workspace: Make, ws: Ws
) -> None:
    """In the environment of the shared package, which has all that it needs."""
    python = ROOT / "packages/shared/python/.venv/bin/python"
    if not python.exists():
        message = "packages/shared/python/.venv is missing: run tools/run-tests.sh"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    template = ROOT / "templates" / "ws" / "worker"
    files = {
        f"templates/ws/worker/{path.relative_to(template).as_posix()}": path.read_text()
        for path in template.rglob("*")
        if path.is_file()
    }
    root = make_workspace({**files, "workspace.toml": '[workspace]\nmembers = ["workers/*"]\n'})
    assert ws("new", "worker", "summary").code == 0
    manifest = tomllib.loads((root / "workers/summary/pyproject.toml").read_text())
    assert "shared-python" in manifest["tool"]["poetry"]["dependencies"]
    ended = subprocess.run(
        [python, "-c", "from summary.worker import main; main()"],
        input=MESSAGE,
        cwd=root / "workers" / "summary" / "src",
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ended.stdout) == ANSWER | {"worker": "summary"}
