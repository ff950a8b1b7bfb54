from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.files.builds import Build, recall, remember
from ws.files.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_the_last_build_of_each_image_is_remembered(tmp_path: Path) -> None:
    store = Store(tmp_path)
    remember(store, {"chat:latest": Build(9.5, "9 of 9 steps"), "tts:latest": Build(3.0, "")})
    remember(store, {"chat:latest": Build(1.5, "1 of 9 steps")})
    assert recall(store) == {
        "chat:latest": Build(1.5, "1 of 9 steps"),
        "tts:latest": Build(3.0, ""),
    }


@pytest.mark.parametrize("text", ["", "[]", "{", '{"chat": 1}', '{"chat": ["x", ""]}'])
def test_what_is_not_legible_is_forgotten(text: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.memory("images", "builds.json").write_text(text)
    assert recall(store) == {}
