"""Where a product is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.errors import UsageError
from ws.files.roots import find_product

if TYPE_CHECKING:
    from pathlib import Path


def test_the_nearest_of_both_kinds_counts(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "workspace.toml").touch()
    (tmp_path / "outer/bundle.json").touch()
    assert find_product(None, inner, {}) == (tmp_path / "outer", "bundle.json")
    assert find_product(None, tmp_path, {}) == (tmp_path, "workspace.toml")
    assert find_product("outer", tmp_path, {}) == (tmp_path / "outer", "bundle.json")
    assert find_product(None, inner, {"WS_ROOT": str(tmp_path)})[0] == tmp_path


def test_where_there_is_none_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no workspace\.toml and no bundle\.json"):
        find_product("nowhere", tmp_path, {})
