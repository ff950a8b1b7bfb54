"""What is told of images that a builder apart makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.engines.following import Following
from ws.model.images import ImagePlan, OwnImage

if TYPE_CHECKING:
    from pathlib import Path

    from ws.engines.following import Progress
    from ws.formats.build_log import How

TAG = "r.example/acme/chat:1"
NAMED = f"#1 naming to {TAG} done"
PUSHED = f"#1 pushing manifest for {TAG}@sha256:{'0' * 64} 0.2s done"


def following(folder: Path, awaited: How) -> tuple[Following, list[str]]:
    image = OwnImage("chat", "chat", TAG, "chat/Dockerfile", ".")
    finished: list[str] = []

    def note(progress: Progress) -> None:
        finished.append(progress.image.member)

    plan = ImagePlan(dev=False, grounds=(), layers=(), builders=(), packages=(), images=(image,))
    found = Following(plan, lambda member: folder / member, lambda *_: None, note, awaited)
    return found, finished


def test_an_image_that_the_builder_pushes_is_finished_when_it_is_pushed(tmp_path: Path) -> None:
    told, finished = following(tmp_path, "pushed")
    told.line(NAMED)
    assert finished == []
    told.line(PUSHED)
    assert finished == ["chat"]


def test_a_builder_that_ended_well_without_a_name_has_finished_all(tmp_path: Path) -> None:
    told, finished = following(tmp_path, "named")
    told.ended()
    told.ended()
    assert finished == ["chat"]
