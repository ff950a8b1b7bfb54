"""What is said of each way to a service, and of the product as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.formats.manifests import same_platform
from ws.model.ensured import Estimate, Tried
from ws.model.report import Finding
from ws.planning.docker_sent import readable as size_text
from ws.planning.fingerprints import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.built import BuiltImage
    from ws.model.docker_engine import EngineState
    from ws.model.docker_settings import Source
    from ws.model.ensured import Answer, ServiceState
    from ws.model.product import Service

WAIT_HINT = "start the engine, and run this again with --wait-engine"


def without_engine(way: Source, engine: EngineState) -> Tried:
    """A way that needs an engine, and there is none that answers."""
    return Tried(way, "failed", engine.detail, engine.hint)


def misfit(name: str, platform: str, engine: str) -> str:
    """Why an engine for `engine` cannot run an image for `platform`; empty if it can, or untold."""
    if not platform or not engine or same_platform(platform, engine):
        return ""
    return f"{name} is for {platform}, and the engine runs {engine}"


def image(service: Service, built: BuiltImage | None, engine: str = "") -> Tried:
    """Whether the image that an engine has is the one that is wanted.

    `engine` is the platform that images must be for; empty for any.
    """
    if built is None:
        return Tried("image", "failed", f"{service.tag} is not there")
    if built.labels.get(DIGEST) != service.fingerprint:
        return Tried("image", "failed", f"{service.tag} is not what it would be now")
    if why := misfit(service.tag, built.platform, engine):
        return Tried("image", "failed", why)
    return Tried("image", "done")


def too_small(way: Source, estimate: Estimate, where: str) -> Tried | None:
    """The refusal of a way for which the disk is too small; `None` where it is not, or untold."""
    disk, free = estimate.disk, estimate.free
    if disk is None or free is None or disk <= free:
        return None
    needs, has, lacks = size_text(disk), size_text(free), size_text(disk - free)
    reason = f"the disk is too small: it needs about {needs}, and {has} are free in {where}"
    hint = f"make room there, {lacks} at least"
    return Tried(way, "failed", reason, hint)


def told(estimate: Estimate) -> str:
    """What is about to be spent, for people; empty where nobody can tell anything."""
    words = []
    if estimate.download:
        words.append(f"{size_text(estimate.download)} to fetch")
    if estimate.disk:
        free = f" of {size_text(estimate.free)} free" if estimate.free is not None else ""
        words.append(f"{size_text(estimate.disk)} on the disk{free}")
    if estimate.seconds and round(estimate.seconds):
        words.append(f"{_time(estimate.seconds)}")
    return f"about {', '.join(words)}" if words else ""


def next_time(answer: Answer) -> Answer:
    """What is to be said when nothing has changed: the images are there, and nothing is spent."""
    there = (Tried("image", "done"),)
    services = tuple(
        each if each.way == "host" else replace(each, way="image", tried=there)
        for each in answer.services
    )
    return replace(answer, services=services, estimate=Estimate())


def findings(answer: Answer) -> Iterator[Finding]:
    """An error for each required service that is unavailable, a warning for an optional one."""
    for service in answer.services:
        if service.state == "ready":
            continue
        why = "; ".join(f"{each.way}: {each.reason}" for each in service.tried) or "nothing to try"
        hint = remedy(service)
        if service.required:
            yield Finding("docker/unavailable", "error", why, member=service.name, hint=hint)
        else:
            message = f"the product goes on without it: {why}"
            yield Finding("docker/optional", "warning", message, member=service.name, hint=hint)
    for volume in answer.volumes:
        if volume.state != "ready":
            message = f"the volume {volume.name}: {volume.reason}"
            yield Finding("docker/volume", "warning", message, hint=volume.hint)


def remedy(service: ServiceState) -> str:
    """What to do for a service that is unavailable: the hints of what was tried, each once."""
    hints = dict.fromkeys(each.hint for each in service.tried if each.hint)
    return "; or ".join(hints)


_MINUTE = 60


def _time(seconds: float) -> str:
    return f"{seconds / _MINUTE:.0f} min" if seconds > 2 * _MINUTE else f"{seconds:.0f} s"
