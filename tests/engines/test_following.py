from __future__ import annotations

from typing import TYPE_CHECKING

from ws.engines.following import Following
from ws.model.images import ImagePlan, OwnImage

if TYPE_CHECKING:
    from pathlib import Path


def plan(*names: str) -> ImagePlan:
    images = (OwnImage(name, name, f"{name}:latest", f"{name}/Dockerfile", ".") for name in names)
    return ImagePlan(
        dev=False, grounds=(), layers=(), builders=(), packages=(), images=tuple(images)
    )


def told(folder: Path, lines: str, *names: str) -> list[str]:
    """What is told of images while a builder says these lines."""
    events: list[str] = []
    following = Following(
        plan(*names),
        lambda member: folder / member,
        lambda member, step: events.append(f"{member} {step.done}/{step.total}"),
        lambda progress: events.append(f"{progress.image.member} named"),
    )
    for line in lines.splitlines():
        following.line(line)
    return events


def test_steps_count_for_the_image_that_they_are_for(tmp_path: Path) -> None:
    log = "#1 [a x 2/3] COPY . .\n#2 [b y 2/2] RUN one\n#1 DONE 0.1s\n#2 CACHED\n"
    assert told(tmp_path, log, "a", "b") == ["a 0/2", "b 0/1", "a 1/2", "b 1/1"]


def test_an_image_that_is_finished_goes_no_further(tmp_path: Path) -> None:
    log = "#1 [a x 2/2] RUN one\n#2 naming to docker.io/library/a:latest done\n#1 DONE 0.1s\n"
    assert told(tmp_path, log, "a", "b") == ["a 0/1", "a named"]


def test_a_log_tells_what_was_said_in_the_steps_of_its_image(tmp_path: Path) -> None:
    log = "#1 [a x 2/2] RUN one\n#1 0.1 hello\n#2 [b y 2/2] RUN two\n#2 0.1 bye\n#1 DONE 0.1s\n"
    told(tmp_path, log, "a", "b")
    assert (tmp_path / "a").read_text() == "\n[x] RUN one\n  hello\n  DONE 0.1s\n"
    assert (tmp_path / "b").read_text() == "\n[y] RUN two\n  bye\n"


def test_a_stage_without_a_name_is_that_of_its_target(tmp_path: Path) -> None:
    log = "#1 [a 1/2] COPY . .\n#2 [b 1/2] COPY nowhere /\n#1 DONE 0.1s\n#2 ERROR: not found\n"
    assert told(tmp_path, log, "a", "b")[:2] == ["a 0/1", "b 0/1"]
