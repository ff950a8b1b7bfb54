"""What the script that puts archives in the place of indexes takes for what."""

from __future__ import annotations

import importlib.util
import threading
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from ws.engines import inside_poetry

pytest.importorskip("poetry.repositories")
FILE = Path(inside_poetry.__file__).with_name("install.py")
SPEC = importlib.util.spec_from_file_location("house", FILE)
assert SPEC is not None
assert SPEC.loader is not None
house: Any = importlib.util.module_from_spec(SPEC)
with warnings.catch_warnings(action="ignore"):  # of what Poetry imports
    SPEC.loader.exec_module(house)

NAMES = st.from_regex(r"[A-Za-z]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)
VERSIONS = st.from_regex(r"([1-9]!)?[0-9](\.[0-9]){0,3}(rc[0-9])?(\.post[0-9])?", fullmatch=True)


@given(NAMES, VERSIONS, st.sampled_from([".tar.gz", ".zip", ".tar.bz2"]))
def test_an_sdist_is_known_by_its_name(name: str, version: str, ending: str) -> None:
    found = house.archive(Path(f"{name}-{version}{ending}"))
    assert found.name == canonicalize_name(name)
    assert found.version.text == version
    assert not found.is_wheel


@given(NAMES, VERSIONS)
def test_a_wheel_is_known_by_its_name(name: str, version: str) -> None:
    escaped = canonicalize_name(name).replace("-", "_")
    found = house.archive(Path(f"{escaped}-{version}-py3-none-any.whl"))
    assert found.name == canonicalize_name(name)
    assert found.version == house.Version.parse(version)
    assert found.is_wheel


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=20))
def test_no_other_file_is_an_archive_and_none_does_harm(name: str) -> None:
    found = house.archive(Path(name))
    assert found is None or name.endswith((".whl", *house.SDISTS))


def test_of_the_cache_only_what_was_downloaded_counts(tmp_path: Path) -> None:
    """What Poetry has built itself lies beside the sdist, or where git's marker is."""
    for name in (
        "aa/bb/cc/wheel/alpha-1.0-py3-none-any.whl",
        "aa/bb/cc/sdist/delta-1.0.tar.gz",
        "aa/bb/cc/sdist/delta-1.0-py3-none-any.whl",
        "aa/bb/cc/git/theta-1.0-py3-none-any.whl",
        f"aa/bb/cc/git/{house.OF_GIT}",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = sorted(path.name for path in house.in_cache(tmp_path) if house.archive(path))
    assert found == ["alpha-1.0-py3-none-any.whl", "delta-1.0.tar.gz"]


def test_an_address_with_user_and_password_is_not_told() -> None:
    with pytest.raises(house.MissingError) as raised:
        house.clone_local("https://me:secret@host/team/theta.git")
    assert str(raised.value) == (
        "theta, from git, is not in Poetry's cache: run once without --offline"
    )


def test_offline_no_name_is_looked_up_and_nobody_is_called() -> None:
    with pytest.raises(house.MissingError, match=r"offline: host is not asked"):
        house.no_network("socket.getaddrinfo", ("host", 443, 0, 0, 0))
    with pytest.raises(house.MissingError, match=r"offline: 127\.0\.0\.1 is not asked"):
        house.no_network("socket.connect", (None, ("127.0.0.1", 443)))
    house.no_network("socket.connect", (None, "/run/user/bus"))  # a password safe


def test_what_a_build_lacked_is_told_and_a_build_within_a_build_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def install(_build: object, requirements: list[str], **_options: object) -> None:
        house.BUILD.missed += requirements
        if requirements == ["outer"]:
            with pytest.raises(ValueError, match="inner"):
                house.install_for_build(SimpleNamespace(_env=None), ["inner"])
            assert house.BUILD.missed == ["outer"]
        raise ValueError(requirements[0])

    monkeypatch.setattr(house, "install", install, raising=False)
    monkeypatch.setattr(house, "BUILD", threading.local())
    monkeypatch.setattr(house, "REASONS", {})
    with pytest.raises(ValueError, match="outer"):
        house.install_for_build(SimpleNamespace(_env=None), ["outer"])
    assert [reason.partition(",")[0] for reason in house.REASONS] == ["inner", "outer"]
    assert not house.BUILD.__dict__
