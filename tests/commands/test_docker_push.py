"""What is put together under one name; real registries: tests/docker."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ws.commands.docker_push import Asked, _Pushing
from ws.errors import WorkError
from ws.model.built import BuiltImage
from ws.model.remote_image import RemoteImage
from ws.planning.registry_names import for_platform

REFERENCE = "r.example/chat:1"
BOTH = ("linux/amd64", "linux/arm64")
BUILT = BuiltImage("sha256:amd64", "", 1, {}, (), platform="linux/amd64")


@dataclass(frozen=True)
class Asking:
    """A registry with one image for each platform; one of them it does not tell about."""

    platform: str = "linux/amd64"
    silent: str = ""
    absent: str = ""
    combined: list[tuple[str, ...]] = field(default_factory=list)

    def look(self, reference: str) -> RemoteImage | None:
        if reference == for_platform(REFERENCE, self.silent or "none/none"):
            raise WorkError("too many requests", rule="registry/look", hint="")
        if reference == for_platform(REFERENCE, self.absent or "none/none"):
            return None
        digest = f"sha256:{self.platform.rpartition('/')[2]}"
        return RemoteImage(reference, digest, digest, digest, self.platform, (), (), {})

    def index(self, _reference: str) -> dict[str, str]:
        return {}

    def combine(self, _reference: str, parts: list[str]) -> None:
        self.combined.append(tuple(parts))


def push(asking: Asking) -> tuple[str, str]:
    """The status and the reason of an image that is pushed for two platforms."""
    image: Any = SimpleNamespace(member="chat", tag="chat:1", platforms=BOTH)
    begun: Any = SimpleNamespace(
        states={"chat": SimpleNamespace(image=BUILT)},
        log=lambda _member: Path("log"),
        relative=str,
        containers=SimpleNamespace(
            docker=SimpleNamespace(processes=SimpleNamespace(stopped=False))
        ),
    )
    registry: Any = asking
    outcome = _Pushing(begun, registry, {"chat": (REFERENCE,)}, Asked()).image(image)
    return outcome.status, outcome.reason


def test_platforms_that_are_there_are_put_together() -> None:
    asking = Asking()
    assert push(asking) == ("done", REFERENCE)
    assert asking.combined == [("r.example/chat@sha256:amd64", "r.example/chat@sha256:arm64")]


def test_a_platform_that_is_not_there_is_left_out() -> None:
    asking = Asking(absent="linux/arm64")
    assert push(asking) == ("done", REFERENCE)
    assert asking.combined == [("r.example/chat@sha256:amd64",)]


def test_where_a_platform_cannot_be_told_the_name_stays_as_it_is() -> None:
    asking = Asking(silent="linux/arm64")
    assert push(asking) == ("failed", "too many requests")
    assert asking.combined == []
