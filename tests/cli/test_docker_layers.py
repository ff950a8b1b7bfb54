"""`ws docker layers`: what it says where there is nothing to show, and what packages weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .test_docker_prune import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran


def test_members_without_an_image_are_told_of(
    make_workspace: Callable[[Mapping[str, str]], Path], ws: Callable[..., Ran]
) -> None:
    make_workspace(FILES)
    ran = ws("docker", "layers", "--filter", "other")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("no member that is asked for has an image")
    assert ws("docker", "layers", "--filter", "chat").err == ""
