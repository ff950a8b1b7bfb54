"""What is tried again, and what is told of it, with a client that fails as it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.engines.images import Docker
from ws.engines.process import Processes
from ws.engines.transfers import NotSentError, Transfers

from .test_docker import client

if TYPE_CHECKING:
    from pathlib import Path

NAME = "r.example/acme/chat:1"
LAYER = "0123456789ab"
Step = tuple[int, int, str]


def pushed(folder: Path, text: str) -> tuple[int, list[Step], tuple[str, ...]]:
    """How often Docker was called for a push that fails, what was told, and what is left of it."""
    environ = client(folder, f"echo asked >> {folder}/asked; {text}; exit 1")
    steps: list[Step] = []
    transfers = Transfers(
        Docker(str(folder / "docker"), environ, Processes()),
        first_wait=0.0,
        on_step=lambda *step: steps.append(step),
    )
    with pytest.raises(NotSentError) as fault:
        transfers.push(NAME, NAME)
    return (folder / "asked").read_text().count("asked"), steps, fault.value.output


def test_what_may_pass_is_tried_again(tmp_path: Path) -> None:
    count, steps, _ = pushed(tmp_path, "echo 'connection refused'")
    assert count == 4
    assert steps[-1] == (0, 0, f"pushing {NAME}, try 4")


def test_what_the_engine_has_tried_again_by_itself_is_not_tried_on_top_of_that(
    tmp_path: Path,
) -> None:
    waits = [f"{LAYER}: Retrying in {left} seconds" for left in (3, 2)]
    lines = [f"{LAYER}: Preparing", *waits, f"{LAYER}: Pushing", "500 Internal Server Error"]
    count, steps, output = pushed(tmp_path, "; ".join(f"echo '{line}'" for line in lines))
    assert count == 1
    again = "; it did not work, and the engine tries again"
    texts = ["", "", again, ""]
    totals = [0, 1, 1, 1]
    assert steps == [
        (0, total, f"pushing {NAME}{text}") for total, text in zip(totals, texts, strict=True)
    ]
    assert output == ("500 Internal Server Error",)


@pytest.mark.parametrize("way", ["push", "pull"])
def test_the_full_name_of_an_image_is_not_taken_away_with_what_the_engine_calls_it(
    way: str, tmp_path: Path
) -> None:
    environ = client(tmp_path, f'echo "$*" >> {tmp_path}/asked; echo "Error: No such image: x"')
    transfers = Transfers(Docker(str(tmp_path / "docker"), environ, Processes()))
    name, tag = "docker.io/acme/chat:1.0", "acme/chat:1.0"
    if way == "push":
        transfers.push(tag, name)
    else:
        transfers.pull([name], tag)
    asked = {line.split()[0] for line in (tmp_path / "asked").read_text().splitlines()}
    assert asked <= {"image", way}


def test_an_image_that_somebody_calls_as_it_is_pushed_keeps_that_name(tmp_path: Path) -> None:
    text = '{"Id": "sha256:1", "RepoTags": ["chat:latest", "acme/chat:1.0"]}'
    environ = client(tmp_path, f"echo \"$*\" >> {tmp_path}/asked; echo '{text}'")
    transfers = Transfers(Docker(str(tmp_path / "docker"), environ, Processes()))
    transfers.push("chat:latest", "docker.io/acme/chat:1.0")
    assert "rmi" not in (tmp_path / "asked").read_text()
