"""`ws docker build`: all images from one plan, on the layers that they share."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import image_pushing
from ws.commands import images as gathering
from ws.commands.build_arguments import build_arguments
from ws.commands.drift import drift
from ws.engines import build_images, git, index_secrets
from ws.engines.docker import engine_state
from ws.engines.images import docker
from ws.engines.process import Processes
from ws.errors import ToolError, WorkError
from ws.files import builds
from ws.files.orphans import waited_for
from ws.files.store import Store
from ws.generate import bake, image_files
from ws.model.plan import BuildImage, Plan
from ws.model.report import Exit, Outcome, Report
from ws.planning import fingerprints, image_costs, image_indexes, unplanned
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ws.commands.context import Context
    from ws.commands.images import Images
    from ws.engines.images import Docker
    from ws.model.built import BuiltImage
    from ws.model.images import ImagePlan
    from ws.model.report import Finding

COMMAND = build_images.COMMAND
DOCKERFILE = image_files.dockerfile_in(gathering.FOLDER)
BAKE = image_files.bake_in(gathering.FOLDER)
NETWORK = f"{gathering.FOLDER}/network.yaml"


class Asked(NamedTuple):
    """What is asked for on the command line."""

    names: tuple[str, ...] = ()
    wish: Wish = Wish()
    force: bool = False
    """Whether images are built although they are up to date."""
    if_engine: bool = False
    """Whether it is fine that there is no engine."""
    arguments: tuple[str, ...] = ()
    """NAME=VALUE, for images with a Dockerfile of their own."""
    wishes: build_images.Wishes = build_images.Wishes()


def run(context: Context, asked: Asked) -> Report:
    """Build the images that are not what they would be now, and say what became of each.

    A member whose image cannot be planned is a failed outcome, and the others are built. Raises
    `ToolError` where there is no engine, and `UsageError` for a name that is no member's.
    """
    if asked.if_engine and (state := engine_state(context.environ)).kind != "running":
        return Report(COMMAND, notes=(f"no images were built: {state.detail}; {state.hint}",))
    store = Store(context.root())
    processes = Processes()
    observer = context.observer()
    interrupted = False
    try:
        with (
            store.exclusive(context.note),
            waited_for(store, context.note) as processes.inherited,
        ):
            engine = docker(context.environ, processes)
            found = gathering.gather(context, asked.names, asked.wish)
            way = image_pushing.way(found, engine, asked.wishes)
            asked = asked._replace(force=asked.force or way.all, wishes=way.wishes)
            todo, outcomes, findings = _decide(found, engine, asked)
            if todo.images or way.later:
                observer.planned(_actions(todo, found, outcomes if way.later else ()))
            if todo.images:
                with _prepared(context, store, found, todo, asked) as (wishes, files):
                    builder = build_images.Builder(engine, store, observer, wishes)
                    built, interrupted = builder.build(todo, files)
                    with suppress(WorkError):  # a full disk; what was built, is built
                        builds.remember(store, _remembered(todo, built))
                    outcomes += built
            if way.later and interrupted:
                outcomes = image_pushing.unpushed(outcomes)
            elif way.later:
                outcomes, interrupted = image_pushing.push(found, engine, store, observer, outcomes)
            data = {} if interrupted else _data(found, engine, outcomes)
    finally:
        processes.stop()
        observer.ended()
    place = found.place
    return Report(
        COMMAND,
        findings=findings,
        outcomes=tuple(sorted(outcomes, key=lambda each: place[each.member])),
        data=data,
        notes=found.notes,
        fault=Exit.INTERRUPTED if interrupted else None,
    )


def _decide(
    found: Images, engine: Docker, asked: Asked
) -> tuple[ImagePlan, tuple[Outcome, ...], tuple[Finding, ...]]:
    """What is to be built; what became of the others; and what is wrong with locks.

    An image whose lock has drifted would not be what its manifest says: it is not built, as one
    that could not be planned is not.
    """
    members = [found.workspace.by_name[image.member] for image in found.plan.images]
    findings = tuple(each for each in drift(found.workspace, members) if each.severity == "error")
    stale = {finding.member for finding in findings}
    states = {} if asked.force else found.states(engine)
    outcomes = list(unplanned.outcomes(found.unplanned, COMMAND))
    findings += unplanned.findings(found.unplanned, "error")
    images = []
    for image in found.plan.images:
        state = states.get(image.member)
        if image.member in stale:
            reason = f"its lock has drifted: ws lock --filter {image.member}"
            outcomes.append(Outcome(image.member, COMMAND, "failed", reason))
        elif state and state.kind == "up to date":
            outcomes.append(Outcome(image.member, COMMAND, "skipped", "up to date"))
        else:
            images.append(image)
    return found.plan.only(images), tuple(outcomes), findings


def _actions(todo: ImagePlan, found: Images, to_push: Iterable[Outcome]) -> Plan:
    """What is to be built; and what is there and to be pushed, which is an image, too."""
    there = {outcome.member for outcome in to_push if outcome.status == "skipped"}
    building = {image.member for image in todo.images}
    actions = (
        BuildImage(
            image.member,
            image.tag,
            "not what it would be now" if image.member in building else "to be pushed",
        )
        for image in found.plan.images
        if image.member in building | there
    )
    return Plan(COMMAND, tuple(actions))


@contextmanager
def _prepared(
    context: Context,
    store: Store,
    found: Images,
    plan: ImagePlan,
    asked: Asked,
) -> Iterator[tuple[build_images.Wishes, build_images.Files]]:
    """The files that the builder reads, and the secrets, which are gone again afterwards."""
    revision = git.revision(store.root, context.environ)
    by_name = found.workspace.by_name
    labels = {
        image.member: fingerprints.labels(
            by_name[image.member], found.fingerprints[image.member], *revision
        )
        for image in plan.images
    }
    with tempfile.TemporaryDirectory(prefix="ws-secrets-") as folder:
        indexes = image_indexes.indexes(found.workspace, plan)
        of_indexes = index_secrets.write(Path(folder), context.environ, indexes)
        secrets = (*asked.wishes.secrets, *of_indexes)
        arguments = build_arguments(context, store, plan, asked.arguments)
        wishes = asked.wishes._replace(secrets=secrets, labels=labels, arguments=arguments)
        bakes = _write(store, found, plan, wishes)
        yield wishes, build_images.Files(DOCKERFILE, bakes)


def _write(
    store: Store, found: Images, plan: ImagePlan, wishes: build_images.Wishes
) -> tuple[str, ...]:
    ignored = gathering.ignored_patterns(found.workspace, plan)
    extras = bake.Extras(
        wishes.labels, wishes.secrets, wishes.platforms, arguments=wishes.arguments
    )
    baked = bake.bake(plan, DOCKERFILE, extras)
    texts = image_files.texts(plan, gathering.FOLDER, ignored, baked)
    if wishes.network:
        texts[NETWORK] = bake.network(plan, wishes.network)
    for path, text in texts.items():
        store.memory(*path.split("/")[1:])
        store.replace(path, text.encode())
    return (BAKE, NETWORK) if wishes.network else (BAKE,)


def _remembered(plan: ImagePlan, outcomes: Sequence[Outcome]) -> dict[str, builds.Build]:
    """What `ws docker measure` wants to know later."""
    tags = {image.member: image.tag for image in plan.images}
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    return {tags[each.member]: builds.Build(each.seconds, each.reason) for each in done}


def _data(found: Images, engine: Docker, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What there is of each image now."""
    there: dict[str, BuiltImage] = {}
    with suppress(ToolError):  # an engine that has gone away; the outcomes tell it
        there = engine.images(image.tag for image in found.plan.images)
    status = {outcome.member: outcome for outcome in outcomes}
    short = {each.member: each.reason for each in found.unplanned}  # findings have the hints
    costs, place = image_costs.shares(there), found.place
    rows = []
    for image in sorted((*found.plan.images, *found.unplanned), key=lambda it: place[it.member]):
        outcome, built = status[image.member], there.get(image.tag)
        rows.append(
            {
                "member": image.member,
                "tag": image.tag,
                "status": outcome.status,
                "reason": short.get(image.member, outcome.reason),
                "seconds": outcome.seconds,
                "id": built.id if built else None,
                "size": built.size if built else None,
                "shared": costs.get(image.tag),
            }
        )
    return {"images": rows}
