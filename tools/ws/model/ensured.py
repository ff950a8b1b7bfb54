"""What `ws docker ensure` answers: which services are ready, in which way, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.docker_engine import EngineState
    from ws.model.docker_settings import Source

COMMAND = "docker ensure"
Status = Literal["done", "failed", "aborted"]
Kind = Literal["note", "planned", "started", "step", "finished", "ended"]


@dataclass(frozen=True, slots=True)
class Tried:
    """One way to a service, and what came of it."""

    way: Source
    status: Status
    reason: str = ""
    hint: str = ""
    """What to do next."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How a service is."""

    name: str
    required: bool
    """Whether the product stops without it."""
    state: Literal["ready", "unavailable"]
    way: Source | None
    """The way that worked."""
    tried: tuple[Tried, ...] = ()
    """In the order in which it was tried; the last one is the one that worked, if any did."""
    tag: str = ""
    """What its image is called in the engine."""
    image: str = ""
    """The id of its image; empty for none."""
    program: str = ""
    """What is started where it runs without Docker, an absolute path."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that its program needs there: where its volumes are."""


@dataclass(frozen=True, slots=True)
class VolumeState:
    """How a volume is."""

    name: str
    """In the engine; without Docker, the folder, relative to the root."""
    services: tuple[str, ...]
    """That use it."""
    state: Literal["ready", "unavailable"]
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is about to be spent; `None` where nobody can tell."""

    download: int | None = None
    """Bytes that come through the network."""
    disk: int | None = None
    """Bytes that will be on the disk."""
    free: int | None = None
    """Bytes that are free there now."""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it."""

    product: str
    engine: EngineState
    services: tuple[ServiceState, ...] = ()
    volumes: tuple[VolumeState, ...] = ()
    estimate: Estimate = field(default_factory=Estimate)
    interrupted: bool = False
    remembered: bool = False
    """Whether nothing had to be looked into: all is as it was at the last run."""

    @property
    def is_whole(self) -> bool:
        """Whether everything is ready, what is not required, too."""
        services = all(each.state == "ready" for each in self.services)
        return services and all(each.state == "ready" for each in self.volumes)

    @property
    def ok(self) -> bool:
        """Whether the product can go on: nothing that is required is missing."""
        missing = any(each.required and each.state != "ready" for each in self.services)
        return not missing and not self.interrupted


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on the way there."""

    kind: Kind
    service: str = ""
    """Whom it is about; empty for all."""
    text: str = ""
    done: int = 0
    total: int = 0
    """How far it has come; 0 of 0 where nobody knows."""
    estimate: Estimate | None = None
    """Of all that is to be done (`planned`)."""
    status: Literal["done", "skipped", "failed", "aborted"] | None = None
    """What became of a service (`finished`)."""
