from __future__ import annotations

import pytest

from ws.errors import ToolError
from ws.planning.asked import Asked, asked


def test_poetrys_options_are_read_lists_with_commas_and_repeated() -> None:
    words = ["sync", "--only", "main,dev", "--only", "docs", "-E", "a b", "--no-root", "--compile"]
    assert asked(words) == Asked(
        sync=True,
        only=("main", "dev", "docs"),
        extras=("a", "b"),
        no_root=True,
        compiled=True,
    )
    assert asked(["install", "--all-extras"]) == Asked(all_extras=True)


def test_what_is_not_known_is_refused_rather_than_passed_over() -> None:
    with pytest.raises(ToolError, match="does not know --no-directory"):
        asked(["install", "--no-directory"])
