"""`ws docker status`: the engine, and whether each image is what would be built now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.commands import images as gathering
from ws.engines.docker import LIMIT, engine_state
from ws.engines.images import Docker
from ws.engines.probes import NO_ANSWER, find, limited
from ws.errors import ToolError
from ws.model.machine import Program
from ws.model.report import Finding, Report
from ws.planning import docker_engine, fingerprints, unplanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.built import ImageState
    from ws.model.docker_engine import EngineState
    from ws.planning.images import Wish

COMMAND = "docker status"


def run(context: Context, names: Sequence[str], wish: Wish) -> Report:
    """Say of the engine and of each image how it is; an image that is not up to date is a finding.

    A warning, as everything about an engine is that cannot be asked, and what keeps an image from
    being built: `ws docker build` fails by that. Raises `UsageError` for a name that is no
    member's.
    """
    engine = engine_state(context.environ)
    found = gathering.gather(context, names, wish)
    states: list[ImageState] = []
    if engine.kind == "running":
        engine, states = _asked(context, found, engine)
    rows = [*map(_row, states), *map(_unplanned, found.unplanned)]
    place = found.place
    return Report(
        COMMAND,
        findings=(
            *_of_engine(engine),
            *unplanned.findings(found.unplanned, "warning"),
            *(fingerprints.finding(s, wish.build(s.member)) for s in states if _is_off(s)),
        ),
        data={
            "engine": {
                "state": engine.kind,
                "detail": engine.detail,
                "hint": engine.hint,
                "version": engine.version or None,
            },
            "images": sorted(rows, key=lambda row: place[row["member"]]),
        },
        notes=found.notes,
    )


def _asked(
    context: Context, found: gathering.Images, engine: EngineState
) -> tuple[EngineState, list[ImageState]]:
    """How the images are; where the engine does not tell, in which state that shows it to be."""
    path = find("docker", context.environ)
    with limited(LIMIT) as processes:
        docker = Docker(path, context.environ, processes)
        trouble, states = "", {}
        try:
            states = found.states(docker)
        except ToolError as fault:
            trouble = fault.reason
        if processes.stopped:
            trouble = NO_ANSWER
    if trouble:
        return docker_engine.state(Program(path, trouble=trouble)), []
    return engine, list(states.values())


def _of_engine(engine: EngineState) -> tuple[Finding, ...]:
    if engine.kind == "running":
        return ()
    return (Finding(f"docker/{engine.kind}", "warning", engine.detail, hint=engine.hint),)


def _is_off(state: ImageState) -> bool:
    return state.kind != "up to date"


def _unplanned(one: unplanned.Unplanned) -> dict[str, Any]:
    """What is in the way is known without an engine; people see no findings beside the table."""
    empty = dict.fromkeys(("id", "created", "size", "revision"))
    status = unplanned.STATUS
    return {"member": one.member, "tag": one.tag, "status": status, "reason": one.told, **empty}


def _row(state: ImageState) -> dict[str, Any]:
    image = state.image
    return {
        "member": state.member,
        "tag": state.tag,
        "status": state.kind,
        "reason": state.reason,
        "id": image.id if image else None,
        "created": image.created if image else None,
        "size": image.size if image else None,
        "revision": image.labels.get(fingerprints.REVISION) if image else None,
    }
