"""Why an install failed is told in one line by either engine, and who went on says so."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import BUILD, need, program, wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

BACKEND = (
    "import subprocess\n"
    "def get_requires_for_build_wheel(settings=None): return []\n"
    "def build_wheel(*args): subprocess.run(['cc', '-c', 'a.c'], check=True)\n"
)
COMPILED = {
    "PKG-INFO": "Metadata-Version: 2.1\nName: compiled\nVersion: 1.0\n",
    "pyproject.toml": (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "compiled"\nversion = "1.0"\n'
    ),
    "backend.py": BACKEND,
    "a.c": "#include <of-nobody/at-all.h>\n",
}


@pytest.fixture(scope="module")
def stocked(wheels: Path) -> None:
    """What the index serves besides: a package to compile, and two that will not stay so."""
    with tarfile.open(wheels / "compiled-1.0.tar.gz", "w:gz") as archive:
        for name, content in COMPILED.items():
            member = tarfile.TarInfo(f"compiled-1.0/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    wheel(wheels, "replaced", "1.0")
    wheel(wheels, "removed", "1.0")


@pytest.mark.usefixtures("stocked")
def test_each_failure_is_told_with_its_remedy_by_both_engines(
    wheels: Path,
    make_workspace: Make,
    ws: Ws,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    need(program("uv"))
    if not shutil.which("cc"):
        pytest.skip("there is no cc on this machine")
    names = ("compiled", "replaced", "removed")
    files = {f"of-{name}": f'{name} = "1.0"\n{BUILD}' for name in names}
    below = f'\n[tool.poetry.group.dev.dependencies]\nremoved = "1.0"\n{BUILD}'
    above = f'below = {{path = "../below", develop = true}}\n{BUILD}'
    files |= {"below": below, "above": above}
    modules = {f"{name}/{name.replace('-', '_')}.py": "" for name in files}
    make_workspace(files | modules)
    assert ws("lock").code == 0
    with zipfile.ZipFile(wheels / "replaced-1.0-py3-none-any.whl", "a") as archive:
        archive.writestr("more.py", "")
    (wheels / "removed-1.0-py3-none-any.whl").unlink()

    for engine in ("poetry", "uv"):
        for name in ("UV_CACHE_DIR", "POETRY_CACHE_DIR"):
            monkeypatch.setenv(name, str(tmp_path_factory.mktemp("cache")))
        ran = ws("install", "--engine", engine, "--format", "json", "--reinstall")
        causes = {o["member"]: o["reason"].split("; ")[0] for o in ran.json["outcomes"]}
        removed = "removed" if engine == "uv" else "removed 1.0"
        went_on = {"above": "done, though below, on which it depends, failed"}
        assert causes | went_on == went_on | {
            "below": f"{removed} is not in the package index",
            "of-compiled": "compiled 1.0 cannot be built: the header of-nobody/at-all.h is missing",
            "of-removed": f"{removed} is not in the package index",
            "of-replaced": "replaced 1.0 has another hash than the lock says",
        }
        reasons = {o["member"]: o["reason"] for o in ran.json["outcomes"]}
        assert reasons["above"].endswith(went_on["above"])
        assert reasons["of-replaced"].endswith("ws lock --upgrade replaced")
    ran = ws("install", "--engine", "uv")
    assert "note: below failed" not in ran.err  # above had nothing to do any more
