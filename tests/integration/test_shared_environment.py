"""One environment for all members (`[install] venv = "shared"`), by both engines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import BUILD, need

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

SHARED = (
    '[tool.poetry]\nname = "shared"\nversion = "0.1.0"\n\n[tool.poetry.scripts]\n'
    'hello = "shared:hello"\n\n[tool.poetry.dependencies]\npython = "^3.11"\nbeta = "*"\n'
)
PATH = 'shared = {path = "../shared", develop = true}\n'
FILES = {
    "shared": SHARED + BUILD,
    "shared/shared.py": "def hello():\n    print('hello')\n",
    "one": f"{PATH}gamma = '*'\n{BUILD}".replace("packages = []\n", ""),
    "one/one.py": "",
    "two": f"{PATH}alpha = '*'\n{BUILD}",
    "two/two.py": "",
}
SETTINGS = '[workspace]\nmembers = ["one", "two", "shared"]\n[install]\nvenv = "shared"\n'


@pytest.fixture(params=["poetry", "uv"])
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    need(Path(os.environ.get("WS_UV") or Path(sys.executable).with_name("uv")))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("uv")))
    name: str = request.param
    return name


@pytest.fixture
def root(make_workspace: Make, ws: Ws, engine: str) -> Path:
    root = make_workspace(FILES)
    (root / "workspace.toml").write_text(f'{SETTINGS}engine = "{engine}"\n')
    ran = ws("lock")
    assert ran.code == 0, ran.out + ran.err
    return root


def packages(root: Path) -> list[str]:
    """What is installed, but for pip."""
    infos = root.glob(".venv/lib/python*/site-packages/*.dist-info")
    return sorted(info.name.partition("-")[0] for info in infos if not info.name.startswith("pip-"))


def test_all_members_lie_in_one_environment_at_the_root(root: Path, ws: Ws, engine: str) -> None:
    ran = ws("install")
    assert ran.code == 0, ran.out + ran.err
    assert packages(root) == ["alpha", "beta", "gamma", "one", "shared", "two"]
    assert not list(root.glob("*/.venv"))
    hello = subprocess.run([root / ".venv/bin/hello"], capture_output=True, text=True, check=True)
    assert hello.stdout == "hello\n"
    assert {
        row["engine"]
        for row in ws("install", "--reinstall", "--format", "json").json["data"]["members"]
    } == {engine}
    assert ws("install", "--check").code == 0
    assert ws("install").err == "install: 3 had nothing to do\n"


def test_what_was_done_to_it_by_hand_is_noticed_and_mended(root: Path, ws: Ws) -> None:
    assert ws("install").code == 0
    site = next(root.glob(".venv/lib/python*/site-packages"))
    (site / "gamma.py").unlink()
    (root / "shared/pyproject.toml").write_text(FILES["shared"].replace("hello =", "hi ="))
    (root / "one/.venv").mkdir()
    ran = ws("install", "--check", "--filter", "one")
    assert ran.code == 1
    assert "gamma.py was removed from site-packages by hand" in ran.out
    assert "warning: one: it has a .venv of its own" in ran.out
    assert ws("install").code == 0
    assert (site / "gamma.py").exists()
    assert sorted(path.name for path in (root / ".venv/bin").glob("h*")) == ["hi"]
    assert ws("install", "--check").code == 0


def test_sync_takes_out_only_what_no_member_needs(root: Path, ws: Ws, engine: str) -> None:
    assert ws("install", "--filter", "one").code == 0
    assert packages(root) == ["alpha", "beta", "gamma", "one", "shared"]
    assert ws("install").code == 0
    manifest = root / "one/pyproject.toml"
    manifest.write_text(manifest.read_text().replace("gamma = '*'\n", ""))
    assert ws("lock").code == 0
    assert ws("install").code == 0
    assert "gamma" in packages(root)
    ran = ws("install", "--sync", "--filter", "one")
    assert (ran.code, "for all members" in ran.err) == (2, True)
    assert ws("install", "--sync").code == 0, engine
    assert packages(root) == ["alpha", "beta", "one", "shared", "two"]
    assert ws("install", "--sync", "--check").code == 0


def test_a_member_that_goes_and_comes_back_is_installed_again(root: Path, ws: Ws) -> None:
    """As with every change of branch."""
    assert ws("install").code == 0
    (root / "one").rename(root.parent / "one")
    (root / "workspace.toml").write_text(
        (root / "workspace.toml").read_text().replace('"one", ', "")
    )
    table = ws("install", "--sync", "--format", "json").json["data"]["members"]
    assert sum(row.get("removed", 0) for row in table) == 2
    assert packages(root) == ["alpha", "beta", "shared", "two"]
    (root.parent / "one").rename(root / "one")
    (root / "workspace.toml").write_text(
        (root / "workspace.toml").read_text().replace('["two"', '["one", "two"')
    )
    assert ws("install", "--check").code == 1
    assert ws("install").code == 0
    assert packages(root) == ["alpha", "beta", "gamma", "one", "shared", "two"]


def test_locks_that_do_not_fit_into_it_are_told_before_anything_is_installed(
    root: Path, ws: Ws
) -> None:
    manifest = root / "two/pyproject.toml"
    manifest.write_text(manifest.read_text().replace("alpha = '*'", "alpha = '<2'"))
    assert ws("lock", "--filter", "two").code == 0
    assert ws("install", "--filter", "one", "--filter", "shared").code == 0
    before = packages(root)
    for filters in ([], ["--filter", "two"]):
        ran = ws("install", "--format", "json", *filters)
        assert ran.code == 1
        (finding,) = ran.json["findings"]
        assert (finding["rule"], finding["member"], finding["path"]) == (
            "install/conflict",
            "two",
            "two/poetry.lock",
        )
        assert finding["message"] == (
            "alpha cannot be in one environment in two forms: 2.0.0 for one, shared; 1.1.0 for two"
        ), filters
        failed = {row["member"] for row in ran.json["outcomes"] if row["status"] == "failed"}
        assert "two" in failed
    assert packages(root) == before


def test_an_environment_at_the_root_that_ws_did_not_make_is_left_alone(root: Path, ws: Ws) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    ran = ws("install")
    assert ran.code == 1
    assert "the .venv at the root was not made by ws as a shared environment" in ran.err
    assert packages(root) == []


def test_members_that_allow_no_python_in_common_are_told(root: Path, ws: Ws) -> None:
    manifest = root / "two/pyproject.toml"
    manifest.write_text(manifest.read_text().replace('"^3.11"', '"<3.11"').replace(PATH, ""))
    assert ws("lock", "--filter", "two").code == 0
    ran = ws("install", "--format", "json")
    messages = {finding["message"] for finding in ran.json["findings"]}
    assert "no Python is allowed by all members (two: <3.11; one, shared: ^3.11)" in messages
