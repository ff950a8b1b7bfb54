"""`ws docker pull`: images out of the registry, else out of a mirror of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import image_runs
from ws.commands.context import jobs_from
from ws.commands.registry_names import LOCK, names
from ws.engines.apply import Step
from ws.engines.registry import SILENT, Registry, registry
from ws.engines.transfers import RETRIES, NotSentError, Transfers
from ws.errors import WsError
from ws.files.store import Store
from ws.model.report import Finding, Outcome
from ws.planning import fingerprints
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.commands.image_runs import Run
    from ws.engines.transfers import Sent
    from ws.model.image_archive import Chain
    from ws.model.images import Image
    from ws.model.remote_image import RemoteImage
    from ws.model.report import Report

COMMAND = "docker pull"


class Asked(NamedTuple):
    """What is asked for on the command line."""

    names: tuple[str, ...] = ()
    wish: Wish = Wish()
    registries: tuple[str, ...] = ()
    """Instead of the workspace's own."""
    templates: tuple[str, ...] = ()
    """Of tags, instead of the workspace's own; the first one counts."""
    jobs: str | None = None
    retries: int = RETRIES
    force: bool = False
    """Whether what is up to date is asked for, too."""


def run(context: Context, asked: Asked) -> Report:
    """Pull each image that is not what the workspace would build now, and call it as that would.

    What comes may be of another state, too: a warning. Raises `ToolError` where there is no engine,
    and `UsageError` for a name that is no member's, or where there is no registry.
    """
    workspace = context.workspace()
    dev = asked.wish.dev
    called = names(context, workspace, asked.registries, asked.templates, dev=dev)
    references = {member.name: called.pulled(member) for member in workspace.members}
    with (
        Store(workspace.root).exclusive(context.note, LOCK),
        image_runs.begin(context, COMMAND, asked.names, asked.wish) as begun,
    ):
        pulling = _Pulling(begun, registry(begun.containers.docker), references, asked)
        count = jobs_from(asked.jobs, workspace.settings.install_jobs)
        outcomes, interrupted = begun.each(pulling.image, count, needs=False)
        rows = [
            _row(image, outcome, pulling.told.get(image.member, _Told()))
            for image, outcome in zip(begun.found.plan.images, outcomes, strict=True)
        ]
        findings = tuple(pulling.findings)
        states = {name: s for name, s in begun.states.items() if name not in pulling.told}
        rest = begun._replace(states=states)
        return rest.report(outcomes, {"images": rows}, findings=findings, interrupted=interrupted)


class _Told(NamedTuple):
    """What is known of an image that was asked for."""

    reference: str = ""
    digest: str = ""
    id: str = ""
    fingerprint: str = ""
    tries: int = 0
    fetched: int | None = None
    failed: tuple[tuple[str, str], ...] = ()


class _Pulling:
    """Pulls images, and notes what is known of each."""

    def __init__(
        self,
        begun: Run,
        asking: Registry,
        references: Mapping[str, Sequence[str]],
        asked: Asked,
    ) -> None:
        self._begun = begun
        self._registry = asking
        self._references = references
        self._asked = asked
        self._has: set[Chain] = begun.containers.docker.piles()
        self.told: dict[str, _Told] = {}
        self.findings: list[Finding] = []

    def image(self, image: Image) -> Outcome:
        """What became of one image."""
        state = self._begun.states[image.member]
        if state.kind == "up to date" and not self._asked.force:
            return Outcome(image.member, COMMAND, "skipped", "up to date")
        references = self._references[image.member]
        there, silent = self._look(references)
        if there and state.image and state.image.id in (there.id, there.manifest, there.digest):
            self._note(image, _Told(there.reference, there.digest, fetched=0))
            return Outcome(image.member, COMMAND, "skipped", "the registry has no other")
        log = self._begun.log(image.member)

        def on_step(done: int, total: int, text: str) -> None:
            self._begun.observer.step(image.member, Step(done, total, text))

        docker = self._begun.containers.docker
        transfers = Transfers(docker, self._asked.retries, log=log, on_step=on_step)
        where = self._begun.relative(log)
        try:
            sent = transfers.pull(sorted(references, key=silent.__contains__), image.tag)
        except NotSentError as fault:
            self.told[image.member] = _Told(tries=fault.tries, failed=fault.failed)
            return Outcome(
                image.member, COMMAND, "failed", fault.reason, log=where, output=fault.output
            )
        fetched = there.lacking(self._has) if there and there.reference == sent.reference else None
        unasked = {each: why for each, why in silent.items() if each != sent.reference}
        failed = tuple({**unasked, **dict(sent.failed)}.items())
        self._note(image, _told(sent, fetched)._replace(failed=failed))
        return Outcome(image.member, COMMAND, "done", f"from {sent.reference}", log=where)

    def _look(self, references: Sequence[str]) -> tuple[RemoteImage | None, dict[str, str]]:
        """What is there; nothing, where that cannot be told: the pull itself tells why.

        And the names whose registries do not answer, each with that: an engine may wait for these
        for ever, so they are asked last.
        """
        silent: dict[str, str] = {}
        for reference in references:
            try:
                if found := self._registry.look(reference):
                    return found, silent
            except WsError as fault:
                if fault.rule == SILENT:
                    silent[reference] = fault.reason
        return None, silent

    def _note(self, image: Image, told: _Told) -> None:
        """Keep what is known of an image that is there now; and what a person should know of it."""
        for reference, reason in told.failed:
            message = f"{reference} was not to be had: {reason}"
            self.findings.append(Finding("registry/failed", "warning", message, None, image.member))
        built = self._begun.containers.docker.images([image.tag]).get(image.tag)
        wanted = self._begun.found.fingerprints[image.member]
        state = fingerprints.state(image, wanted, built)
        if state.kind == "stale":
            build = self._begun.wish.build(image.member)
            self.findings.append(fingerprints.finding(state, build))
        digest = built.labels.get(fingerprints.DIGEST, "") if built else ""
        self.told[image.member] = told._replace(id=built.id if built else "", fingerprint=digest)


def _told(sent: Sent, fetched: int | None) -> _Told:
    return _Told(sent.reference, sent.digest, tries=sent.tries, fetched=fetched, failed=sent.failed)


def _row(image: Image, outcome: Outcome, told: _Told) -> dict[str, Any]:
    return {
        "member": image.member,
        "tag": image.tag,
        "status": outcome.status,
        "reason": outcome.reason,
        "reference": told.reference or None,
        "digest": told.digest or None,
        "id": told.id or None,
        "fingerprint": told.fingerprint or None,
        "tries": told.tries,
        "fetched": told.fetched,
        "failed": [{"reference": name, "reason": reason} for name, reason in told.failed],
    }
