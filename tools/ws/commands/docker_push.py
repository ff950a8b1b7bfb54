"""`ws docker push`: images into the registry and its mirrors, what is not there yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import image_runs
from ws.commands.context import jobs_from
from ws.commands.registry_names import LOCK, names
from ws.engines.apply import Step
from ws.engines.registry import Registry, registry
from ws.engines.transfers import RETRIES, NotSentError, Transfers
from ws.errors import WsError
from ws.files.store import Store
from ws.formats.manifests import same_platform
from ws.model.report import Finding, Outcome
from ws.planning import fingerprints
from ws.planning.images import Wish
from ws.planning.registry_names import for_platform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.commands.image_runs import Run
    from ws.model.built import BuiltImage
    from ws.model.images import Image
    from ws.model.remote_image import RemoteImage
    from ws.model.report import Report, Status

COMMAND = "docker push"


class Asked(NamedTuple):
    """What is asked for on the command line."""

    names: tuple[str, ...] = ()
    wish: Wish = Wish()
    registries: tuple[str, ...] = ()
    """Instead of the workspace's own."""
    templates: tuple[str, ...] = ()
    """Of tags, instead of the workspace's own."""
    platforms: tuple[str, ...] = ()
    """That are put together under one name."""
    jobs: str | None = None
    retries: int = RETRIES


def run(context: Context, asked: Asked) -> Report:
    """Push each image by each of its names, and say what became of it.

    One goes first: what the others share with it, the registry then has. Raises `ToolError` where
    there is no engine, and `UsageError` for a name that is no member's, or where there is no
    registry.
    """
    workspace = context.workspace()
    dev = asked.wish.dev
    called = names(context, workspace, asked.registries, asked.templates, dev=dev)
    references = {member.name: called.pushed(member) for member in workspace.members}
    with (
        Store(workspace.root).exclusive(context.note, LOCK),
        image_runs.begin(context, COMMAND, asked.names, asked.wish) as begun,
    ):
        pushing = _Pushing(begun, registry(begun.containers.docker), references, asked)
        count = jobs_from(asked.jobs, workspace.settings.install_jobs)
        first = next((image.member for image in begun.found.plan.images), "")
        outcomes, interrupted = begun.each(pushing.image, count, leader=first)
        rows = [
            {
                "member": image.member,
                "tag": image.tag,
                "status": outcome.status,
                "reason": outcome.reason,
                "references": pushing.rows.get(image.member, []),
            }
            for image, outcome in zip(begun.found.plan.images, outcomes, strict=True)
        ]
        findings = (*called.findings(), *pushing.findings)
        return begun.report(outcomes, {"images": rows}, findings=findings, interrupted=interrupted)


class _Pushing:
    """Pushes images, and notes what became of each name."""

    def __init__(
        self, begun: Run, asking: Registry, references: dict[str, tuple[str, ...]], asked: Asked
    ) -> None:
        self._begun = begun
        self._registry = asking
        self._references = references
        self._asked = asked
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.findings: list[Finding] = []

    def image(self, image: Image) -> Outcome:
        """What became of one image, by all of its names."""
        built = self._begun.states[image.member].image
        assert built is not None  # or it were missing
        platforms = self._asked.platforms or image.platforms
        together = len(platforms) > 1
        if platforms and not any(same_platform(built.platform, each) for each in platforms):
            reason = f"it is for {built.platform}, and not for {' or '.join(platforms)}"
            return Outcome(image.member, COMMAND, "failed", reason)
        log = self._begun.log(image.member)
        rows = self.rows.setdefault(image.member, [])
        output: tuple[str, ...] = ()
        for reference in self._references[image.member]:
            try:
                if together:
                    rows += self._several(image, built, reference, platforms, log)
                else:
                    rows.append(self._one(image, built, reference, log))
            except NotSentError as fault:
                output = fault.output
                rows.append(_row(reference, "failed", fault.reason, tries=fault.tries))
            except WsError as fault:
                rows.append(_row(reference, "failed", fault.reason))
            if self._begun.containers.docker.processes.stopped:
                break
        return _outcome(image, rows, self._begun.relative(log), output)

    def _one(self, image: Image, built: BuiltImage, reference: str, log: Path) -> dict[str, Any]:
        """Push it by one name, if the registry has another image there, or none."""
        there = self._look(reference)
        if there and built.id in (there.id, there.manifest, there.digest):
            return _row(reference, "skipped", "the registry has it", there.digest)

        def on_step(done: int, total: int, text: str) -> None:
            self._begun.observer.step(image.member, Step(done, total, text))

        docker = self._begun.containers.docker
        transfers = Transfers(docker, self._asked.retries, log=log, on_step=on_step)
        sent = transfers.push(image.tag, reference)
        reason = "" if sent.tries == 1 else f"at try {sent.tries}"
        return _row(reference, "done", reason, sent.digest, sent.tries)

    def _several(
        self, image: Image, built: BuiltImage, reference: str, platforms: Sequence[str], log: Path
    ) -> list[dict[str, Any]]:
        """Push it by the name for its platform, and put together those that are there.

        Raises `WsError`, too, where the registry does not tell of each whether it is there: what is
        left out would be gone for its users.
        """
        mine = next(each for each in platforms if same_platform(built.platform, each))
        rows = [self._one(image, built, for_platform(reference, mine), log)]
        parts: dict[str, RemoteImage] = {}
        for platform in platforms:
            asking = replace(self._registry, platform=platform)
            name = for_platform(reference, platform)
            part = asking.look(name)
            trouble = _unfit(part, built, platform)
            if part and not trouble:
                parts[platform] = part
            else:
                hint = f"ws docker push {image.member} on a machine of that platform"
                message = f"{reference} is without {platform}: {name} {trouble}"
                self._note(
                    Finding("registry/platform", "warning", message, None, image.member, hint)
                )
        manifests = {platform: part.manifest for platform, part in parts.items()}
        if self._registry.index(reference) == manifests:
            return [*rows, _row(reference, "skipped", "the registry has it")]
        self._registry.combine(reference, [_exact(part) for part in parts.values()])
        return [*rows, _row(reference, "done", f"for {', '.join(parts)}")]

    def _note(self, finding: Finding) -> None:
        if finding not in self.findings:
            self.findings.append(finding)

    def _look(self, reference: str) -> RemoteImage | None:
        """What is there; nothing, where that cannot be told: the push itself tells why."""
        try:
            return self._registry.look(reference)
        except WsError:
            return None


def _exact(part: RemoteImage) -> str:
    return f"{part.reference.rpartition(':')[0]}@{part.manifest}"


def _unfit(part: RemoteImage | None, built: BuiltImage, platform: str) -> str:
    """Why an image cannot stand under one name with that which was pushed; empty for nothing."""
    if part is None:
        return "is not there"
    if not same_platform(part.platform, platform):
        return f"is for {part.platform}"
    wanted = built.labels.get(fingerprints.DIGEST, "")
    if part.labels is not None and part.labels.get(fingerprints.DIGEST, "") != wanted:
        return "is of another state of the workspace"
    return ""


def _row(
    reference: str, status: Status, reason: str, digest: str = "", tries: int = 0
) -> dict[str, Any]:
    return {
        "reference": reference,
        "status": status,
        "reason": reason,
        "digest": digest or None,
        "tries": tries,
    }


def _outcome(
    image: Image, rows: Sequence[dict[str, Any]], log: str, output: tuple[str, ...]
) -> Outcome:
    """What became of an image, out of what became of its names."""
    failed = [row for row in rows if row["status"] == "failed"]
    done = [row["reference"] for row in rows if row["status"] == "done"]
    if failed:
        reason = "; ".join(dict.fromkeys(row["reason"] for row in failed))
        others = f"; it is there as {', '.join(done)}" if done else ""
        return Outcome(image.member, COMMAND, "failed", f"{reason}{others}", log=log, output=output)
    if not done:
        return Outcome(image.member, COMMAND, "skipped", "the registry has it")
    return Outcome(image.member, COMMAND, "done", ", ".join(done), log=log)
