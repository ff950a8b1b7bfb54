"""The building of images: by Bake all at once, else one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.following import Following
from ws.errors import ToolError
from ws.model.images import Image, ImagePlan, LayeredImage, OwnImage
from ws.model.report import Outcome
from ws.planning.image_failure import image_failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ws.engines.apply import Observer
    from ws.engines.following import Progress
    from ws.engines.images import Docker
    from ws.engines.program import Completed
    from ws.files.store import Store
    from ws.formats.build_log import How

COMMAND = "docker build"
_STARTING = re.compile(r"\s*> \[internal\] (?:booting buildkit|waiting for connection):")
"""What Buildx had to do before the build, as it says it of what failed."""


class Files(NamedTuple):
    """What the builder reads, relative to the workspace root."""

    dockerfile: str
    bakes: tuple[str, ...]
    """The Bake file, and those that are laid over it."""


class Wishes(NamedTuple):
    """How images are to be built."""

    network: str = ""
    """The network of what runs in a build; empty for the builder's own choice."""
    builder: str = ""
    """The builder of Buildx; empty for the current one."""
    push: bool = False
    """Whether the builder pushes them, instead of handing them to the engine."""
    platforms: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    """As `docker build --secret` takes them."""
    labels: Mapping[str, Mapping[str, str]] = {}
    """By member."""
    no_cache: bool = False
    arguments: Mapping[str, Mapping[str, str]] = {}
    """Of builds, by member."""
    pushed_later: bool = False
    """Whether an image is not finished when it is built: it is pushed after that."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds images of a plan, and tells how that goes."""

    docker: Docker
    store: Store
    observer: Observer
    wishes: Wishes

    def build(self, plan: ImagePlan, files: Files) -> tuple[tuple[Outcome, ...], bool]:
        """The outcomes of all images, and whether Ctrl-C ended it: those not built are aborted.

        Raises `ToolError` where the client cannot build what is asked for.
        """
        has_buildx = self.docker.has_buildx()
        if not has_buildx and self.wishes.builder:
            raise _lacks_buildx("--builder needs Buildx, and docker has none here")
        following = self._following(plan)
        interrupted = False
        try:
            if has_buildx:
                self._bake(plan, files, following)
            else:
                self._one_by_one(plan, files, following)
        except KeyboardInterrupt:
            interrupted = True
            self.docker.processes.stop()
        except OSError as error:  # of a log: the builder was ended
            following.broken(f"the log cannot be written: {error.strerror}")
        progress = following.progress.values()
        outcomes = tuple(self._outcome(each, interrupted=interrupted) for each in progress)
        for outcome in outcomes:
            if outcome.status != "done":
                self.observer.finished(outcome)
        return outcomes, interrupted

    def _bake(self, plan: ImagePlan, files: Files, following: Following) -> None:
        """Build all images at once; where some fail, the others once more without them.

        Bake stops at the first failure. What was built by then is in the cache.
        """
        left = {image.target: image.member for image in plan.images}
        while left:
            ended = self._run([*self._bake_args(files), *left], following)
            progress = {member: following.progress[member] for member in left.values()}
            if ended.code == 0:
                following.ended()  # not every builder tells the names that it gives
                break
            failed = {member for member, each in progress.items() if each.errors}
            unfinished = {member for member, each in progress.items() if each.named is None}
            if not failed & unfinished:
                for member in unfinished:
                    progress[member].errors.append(_last(ended.tail))
                break
            left = {t: m for t, m in left.items() if m in unfinished - failed}
            following.again()

    def _one_by_one(self, plan: ImagePlan, files: Files, following: Following) -> None:
        """Build one image after the other, where there is no Bake."""
        for image in plan.images:
            following.only(image)
            ended = self._run(self._build_args(image, files), following)
            if ended.code and any("buildx component is missing" in line for line in ended.tail):
                raise _lacks_buildx("docker cannot build: its plugin Buildx is missing or broken")
            progress = following.progress[image.member]
            if ended.code and not progress.errors:
                progress.errors.append(_last(ended.tail))

    def _run(self, args: Sequence[str], following: Following) -> Completed:
        log = self.store.memory("logs", COMMAND, "all.log")
        return self.docker.run(args, self.store.root, log=log, on_line=following.line)

    def _following(self, plan: ImagePlan) -> Following:
        for image in plan.images:
            self.observer.started(image.member, COMMAND)

        def named(progress: Progress) -> None:
            if not self.wishes.pushed_later:
                self.observer.finished(self._outcome(progress))

        self.store.memory("logs", COMMAND, "all.log").write_bytes(b"")

        def log_of(member: str) -> Path:
            return self.store.memory("logs", COMMAND, f"{member}.log")

        awaited: How = "pushed" if self.wishes.push else "named"
        return Following(plan, log_of, self.observer.step, named, awaited)

    def _bake_args(self, files: Files) -> list[str]:
        wishes = self.wishes
        args = ["buildx", "bake", "--progress=plain"]
        args += [f"--file={path}" for path in files.bakes]
        args += [f"--builder={wishes.builder}"] if wishes.builder else []
        args += ["--no-cache"] if wishes.no_cache else []
        return [*args, "--push"] if wishes.push else [*args, "--load"]

    def _build_args(self, image: Image, files: Files) -> list[str]:
        wishes = self.wishes
        own = image if isinstance(image, OwnImage) else None
        dockerfile = own.dockerfile if own else files.dockerfile
        args = ["build", "--progress=plain", f"--file={dockerfile}", f"--tag={image.tag}"]
        args += [f"--target={image.stage}"] if isinstance(image, LayeredImage) else []
        args += [f"--network={wishes.network}"] if wishes.network else []
        args += [f"--platform={','.join(wishes.platforms)}"] if wishes.platforms else []
        args += [f"--secret={secret}" for secret in wishes.secrets]
        arguments = wishes.arguments.get(image.member, {})
        args += [f"--build-arg={key}={value}" for key, value in arguments.items()]
        labels = wishes.labels.get(image.member, {})
        args += [f"--label={key}={value}" for key, value in labels.items()]
        args += ["--no-cache"] if wishes.no_cache else []
        return [*args, own.context if own else "."]

    def _outcome(self, progress: Progress, *, interrupted: bool = False) -> Outcome:
        member = progress.image.member
        root = self.store.root.resolve()
        log = self.store.memory("logs", COMMAND, f"{member}.log").relative_to(root).as_posix()
        seconds = round(progress.named or 0.0, 3)
        if progress.errors and progress.named is None and not interrupted:
            reason = image_failure(progress.tail, progress.errors[0])
            output = tuple(progress.tail)
            return Outcome(member, COMMAND, "failed", reason, log=log, output=output)
        if progress.named is None and interrupted:
            return Outcome(member, COMMAND, "aborted", "interrupted", log=log)
        ran, steps = len(progress.ran), len(progress.ran) + len(progress.cached)
        reason = f"{ran} of {steps} steps" if ran else "all from the cache"
        return Outcome(member, COMMAND, "done", reason, seconds, log=log)


def _lacks_buildx(reason: str) -> ToolError:
    hint = "install it: the package docker-buildx, or docker-buildx-plugin from Docker"
    return ToolError(reason, rule="tool/docker-buildx", hint=hint)


def _last(tail: Sequence[str]) -> str:
    """The line of a builder's output that says why it ended."""
    errors = [line for line in tail if line.startswith("ERROR")]
    if errors and any(_STARTING.match(line) for line in tail):
        return f"the builder does not start: {errors[-1].removeprefix('ERROR: ')}"
    return (errors or [line for line in tail if line.strip()] or ["it said nothing"])[-1]
