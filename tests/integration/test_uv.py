"""The uv engine beside the real Poetry: every kind of source, on an index on loopback."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import sample
from tests.integration.conftest import BUILD, need, wheel

from ws.engines import uv
from ws.engines.apply import Call
from ws.engines.interpreter import Interpreters
from ws.engines.process import Processes
from ws.engines.uv_install import UvInstall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

SETUPTOOLS = (
    '[project]\nname = "old-style"\nversion = "1.0"\n[tool.setuptools]\npackages = ["old_style"]\n'
    '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
)
CHAT = """[tool.poetry]
name = "chat"
version = "0.1.0"
packages = [{{ include = "chat.py" }}]
[tool.poetry.dependencies]
python = "^3.11"
beta = "^1.0"
gamma = {{ version = "*", optional = true }}
delta = "*"
epsilon = {{ version = "*", source = "ours" }}
zeta = {{ url = "{files}/zeta-1.0-py3-none-any.whl" }}
eta = {{ path = "../vendor/eta-1.0-py3-none-any.whl" }}
theta = {{ git = "file://{root}/theta", branch = "main" }}
plain = {{ path = "../plain" }}
shared = {{ path = "../shared", develop = true }}
old-style = {{ path = "../old-style", develop = true }}
windows-only = {{ version = "*", markers = "sys_platform == 'win32'" }}
[tool.poetry.group.dev.dependencies]
iota = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
kappa = "*"
[tool.poetry.extras]
more = ["gamma"]
[tool.poetry.scripts]
chat = "chat:main"
[[tool.poetry.source]]
name = "ours"
url = "{index}/"
priority = "explicit"
"""


@pytest.fixture(scope="module")
def stocked(wheels: Path) -> None:
    """What the index serves besides: more names, an sdist, and setuptools."""
    for name in ("epsilon", "zeta", "iota", "kappa", "windows-only"):
        wheel(wheels, name, "1.0")
    text = f'[project]\nname = "delta"\nversion = "1.0"\n{BUILD}'
    info = "Metadata-Version: 2.1\nName: delta\nVersion: 1.0\n"
    files = {"pyproject.toml": text, "PKG-INFO": info, "delta.py": "VERSION = 1\n"}
    with tarfile.open(wheels / "delta-1.0.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"delta-1.0/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels)]
    subprocess.run([*command, "setuptools"], check=True)


@pytest.fixture
def root(make_workspace: Make, index: str, stocked: None, tmp_path: Path) -> Path:  # noqa: ARG001
    files = index.replace("/simple", "/packages")
    root = make_workspace(
        {
            "chat": CHAT.format(root=tmp_path, index=index, files=files) + BUILD,
            "chat/chat.py": "def main(): print('chat')\n",
            "shared": f'beta = "*"\n{BUILD}'.replace("packages = []", ""),
            "shared/shared.py": "",
            "plain": BUILD,
            "plain/plain.py": "",
            "old-style": SETUPTOOLS,
            "old-style/old_style/__init__.py": "",
            "vendor/readme.txt": "",
            "theta": BUILD,
            "theta/theta.py": "",
        }
    )
    wheel(root / "vendor", "eta", "1.0")
    for name in ("shared", "plain", "theta"):
        manifest = root / name / "pyproject.toml"
        manifest.write_text(manifest.read_text().replace("packages = []\n", ""))
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-qb", "main"], ["add", "."], [*identity, "commit", "-qm", "one"]):
        subprocess.run(["git", *command], cwd=root / "theta", check=True)
    return root


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> UvInstall:
    """The uv engine with a cache of its own."""
    need(Path(os.environ.get("WS_UV") or Path(sys.executable).with_name("uv")))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("uv")))
    return make_engine()


def make_engine(**variables: str) -> UvInstall:
    environ = uv.environment(os.environ | variables)
    processes = Processes()
    program = uv.Uv(uv.locate(os.environ), environ, processes)
    return UvInstall(program, Interpreters(processes, environ))


def poetry(folder: Path, program: str, *args: str) -> str:
    environ = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    ended = subprocess.run(
        [program, "-n", "--no-ansi", *args],
        cwd=folder,
        env=environ | {"POETRY_VIRTUALENVS_IN_PROJECT": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def install_in(folder: Path, *args: str) -> Call:
    return Call(args or ("install",), folder, folder / ".venv")


def installed_by(engine: UvInstall, folder: Path, *args: str) -> list[str]:
    lines: list[str] = []
    ended = engine.run(install_in(folder, *args), folder.parent / "chat.log", lines.append)
    assert ended.code == 0, ended.tail
    return lines


NOT_SAID = re.compile(
    r"(?:INSTALLER|REQUESTED|RECORD|uv_cache\.json|uv_build\.json|direct_url\.json)$"
)
IS_PYTHONS = re.compile(rb"(?!#!/bin/sh)|#!/bin/sh\n'''exec' ")
"""Scripts begin as in the second way where the path of their Python is long."""
OTHERS = re.compile(
    # Poetry's environments have pip; both have a patch of virtualenv's; scripts differ in body.
    r"(?:pip|_virtualenv|__pycache__)|bin/(?:python|pip|(?:de)?activate|[Aa]ctivate|pydoc)"
)


def snapshot(venv: Path) -> dict[str, object]:
    """What is installed, but for the differences that the documents list."""
    found: dict[str, object] = {}
    site = next(venv.glob("lib/python*/site-packages"))
    for path in sorted([*site.rglob("*"), *(venv / "bin").iterdir()]):
        name = path.relative_to(venv if path.parent.name == "bin" else site).as_posix()
        if not path.is_file() or OTHERS.match(name) or "__pycache__" in name:
            continue
        if name.endswith("direct_url.json"):
            said = json.loads(path.read_text())
            said.get("archive_info", {}).clear()
            said.get("vcs_info", {}).pop("requested_revision", None)
            found[name] = said
        elif name.startswith("bin/") and IS_PYTHONS.match(path.read_bytes()):
            found[name] = "a script"
        elif not NOT_SAID.search(name):
            found[name] = re.sub(rb"Generator: .*", b"", path.read_bytes())
    return found


def to_do(said: str) -> list[str]:
    """What a dry run of Poetry would not skip."""
    lines = re.findall(r"  - ((?:Installing|Updating|Downgrading|Removing) .*)", said)
    return [line for line in lines if "Skipped" not in line and "current project" not in line]


OPTIONS = [("--extras", "more", "--with", "docs"), (), ("--only", "dev", "--no-root")]


@pytest.mark.parametrize("options", sample(OPTIONS, 2), ids=" ".join)
def test_uv_makes_the_environment_that_poetry_makes(
    root: Path, engine: UvInstall, real_poetry: str, options: tuple[str, ...]
) -> None:
    chat = root / "chat"
    poetry(chat, real_poetry, "lock")
    poetry(chat, real_poetry, "install", *options)
    theirs = snapshot(chat / ".venv")
    shutil.move(chat / ".venv", root / "theirs")

    lines = installed_by(engine, chat, "install", *options)
    assert snapshot(chat / ".venv") == theirs
    names = {name.partition("-")[0] for name in theirs if ".dist-info" in name} - {"chat"}
    assert f"Package operations: {len(names)} installs, 0 updates, 0 removals" in lines

    said = poetry(chat, real_poetry, "sync", "--dry-run", *options)
    assert to_do(said) == []


def test_the_second_time_nothing_is_asked_of_the_network_and_nothing_changes(
    root: Path, engine: UvInstall, real_poetry: str
) -> None:
    chat = root / "chat"
    poetry(chat, real_poetry, "lock")
    installed_by(engine, chat)
    first = snapshot(chat / ".venv")

    shutil.rmtree(chat / ".venv")
    (root / "plain/plain.py").write_text("CHANGED = True\n")
    offline = uv.Uv(engine.uv.program, engine.uv.environ, engine.uv.processes, offline=True)
    offline_engine = UvInstall(offline, engine.interpreters)
    installed_by(offline_engine, chat)
    assert snapshot(chat / ".venv") == first | {"plain.py": b"CHANGED = True\n"}
    assert "Package operations: 0 installs, 0 updates, 0 removals" in installed_by(engine, chat)


def test_what_differs_is_replaced_and_with_sync_the_rest_is_removed(
    root: Path, engine: UvInstall, real_poetry: str
) -> None:
    chat = root / "chat"
    poetry(chat, real_poetry, "lock")
    installed_by(engine, chat, "install", "--with", "docs")
    python = chat / ".venv/bin/python"
    pip = [engine.uv.program, "pip", "install", "-q", "--python", str(python), "--no-deps"]
    subprocess.run([*pip, "alpha==1.0.0", str(root / "plain")], env=engine.uv.environ, check=True)

    lines = installed_by(engine, chat)
    assert "Package operations: 0 installs, 1 updates, 0 removals" in lines
    lines = installed_by(engine, chat, "sync")
    assert "Package operations: 0 installs, 0 updates, 1 removals" in lines
    said = poetry(chat, real_poetry, "sync", "--dry-run")
    assert to_do(said) == []


def test_a_file_that_is_not_the_locked_one_is_refused(
    root: Path, engine: UvInstall, real_poetry: str
) -> None:
    chat = root / "chat"
    poetry(chat, real_poetry, "lock")
    lock = chat / "poetry.lock"
    digests = re.compile(r'(name = "beta".*?sha256:)([0-9a-f]{64})', re.DOTALL)
    lock.write_text(digests.sub(lambda found: found[1] + "0" * 64, lock.read_text(), count=1))
    ended = engine.run(install_in(chat), root / "chat.log", lambda _line: None)
    assert ended.code != 0
    assert engine.explain(ended.tail).startswith("beta 1.0.0 has another hash than the lock says;")


@pytest.mark.usefixtures("engine")
def test_a_dead_index_is_told_in_one_line_without_its_password(
    root: Path, real_poetry: str
) -> None:
    poetry(root / "chat", real_poetry, "lock")
    dead = make_engine(
        POETRY_PYPI_MIRROR_URL="http://someone:s3cret@127.0.0.1:9/simple/", UV_HTTP_RETRIES="0"
    )
    assert dead.uv.environ["UV_DEFAULT_INDEX"] == "http://someone:s3cret@127.0.0.1:9/simple"
    ended = dead.run(install_in(root / "chat"), root / "chat.log", lambda _line: None)
    assert ended.code != 0
    reason = "the package index cannot be reached: 127.0.0.1:9 does not answer; check the network"
    assert dead.explain(ended.tail).startswith(reason)
    assert "s3cret" not in (root / "chat.log").read_text()


def outcomes(found: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    engines = {row["member"]: row["engine"] for row in found["data"]["members"]}
    return {
        row["member"]: (row["status"], engines[row["member"]], row["reason"])
        for row in found["outcomes"]
    }


@pytest.mark.usefixtures("engine")
def test_ws_install_uses_uv_and_leaves_to_poetry_what_uv_cannot_do(
    root: Path, ws: Ws, real_poetry: str
) -> None:
    (root / "plain/poetry.toml").write_text("[installer]\nno-binary = ['beta']\n")
    members = ("chat", "shared", "plain")
    (root / "workspace.toml").write_text(
        f'[workspace]\nmembers = {json.dumps(members)}\n[install]\nengine = "uv"\n'
    )
    for member in members:
        poetry(root / member, real_poetry, "lock")
        shutil.rmtree(root / member / ".venv", ignore_errors=True)
    first = "there is no environment yet"
    assert outcomes(ws("install", "--format", "json").json) == {
        "chat": ("done", "uv", ""),
        "plain": ("done", "poetry", f"{first}; by Poetry, since installer.no-binary is set"),
        "shared": ("done", "uv", ""),
    }
    for member in members:
        assert to_do(poetry(root / member, real_poetry, "sync", "--dry-run")) == []
    again = ws("install", "--engine", "poetry", "--format", "json").json["outcomes"]
    assert {row["status"] for row in again} == {"skipped"}
    assert ws("install", "--check").code == 0


@pytest.mark.usefixtures("engine")
def test_what_was_taken_out_by_hand_is_mended_and_a_failure_says_why(
    root: Path, ws: Ws, real_poetry: str
) -> None:
    (root / "workspace.toml").write_text('[workspace]\nmembers = ["chat"]\n')
    chat = root / "chat"
    poetry(chat, real_poetry, "lock")
    assert ws("install", "--engine", "uv").code == 0
    site = next((chat / ".venv").glob("lib/python*/site-packages"))
    (site / "beta.py").unlink()
    shutil.rmtree(site / "epsilon-1.0.dist-info")
    assert ws("install", "--engine", "uv").code == 0
    assert (site / "beta.py").exists()
    assert (site / "epsilon-1.0.dist-info/RECORD").exists()

    (chat / "chat.py").unlink()
    ran = ws("install", "--engine", "uv", "--reinstall")
    assert ran.code == 1
    assert "chat cannot be installed: " in ran.out + ran.err
