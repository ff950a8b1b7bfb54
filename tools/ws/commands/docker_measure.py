"""`ws docker measure`: what each image costs, and whether it may."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Any

from ws.commands import image_runs
from ws.files import builds
from ws.model.budgets import QUANTITIES, Measured
from ws.model.report import Outcome
from ws.planning import budgets, smoke

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.commands.image_runs import Run
    from ws.files.builds import Build
    from ws.model.budgets import Limit, Quantity
    from ws.model.checks import Check, Question
    from ws.model.images import Image
    from ws.model.report import Finding, Report
    from ws.planning.images import Wish

COMMAND = "docker measure"
SECONDS = 60.0
"""How long a program may take to start."""
TIMES = 3


def run(context: Context, names: Sequence[str], wish: Wish, network: str = "none") -> Report:
    """Measure size, start and build of images, one image at a time so that none slows another.

    The size is the engine's. The start is the median of three: from the call of `docker run` until
    the word comes out that the program answers, as `ws docker smoke` has it; the client's start,
    the container's, and that of the Python which looks are in it. The build is the last one that
    `ws docker build` did here. Each broken budget is a `docker/budget` error. Raises `ToolError`
    where there is no engine, and `UsageError` for a name that is no member's.
    """
    with image_runs.begin(context, COMMAND, names, wish, network) as begun:
        workspace, plan = begun.found.workspace, begun.found.plan
        built = builds.recall(begun.store)
        starts: dict[str, float] = {}

        def measure(image: Image) -> Outcome:
            asked = smoke.question(workspace, plan, image, {})
            log, times = begun.log(image.member), []
            for _ in range(TIMES):
                seconds, trouble = _started(begun, image, asked)
                with log.open("a", encoding="utf-8") as file:
                    file.write(f"{seconds:.3f} s {trouble}\n")
                if trouble:
                    where = begun.relative(log)
                    return Outcome(image.member, COMMAND, "failed", trouble, log=where)
                times.append(seconds)
            starts[image.member] = round(median(times), 3)
            return Outcome(image.member, COMMAND, "done")

        outcomes, interrupted = begun.each(measure, 1)
        rows: list[dict[str, Any]] = []
        findings: list[Finding] = []
        for image in plan.images:
            state, last = begun.states[image.member], built.get(image.tag)
            measured = Measured(
                state.image.size if state.image else None,
                starts.get(image.member),
                last.seconds if last and state.image else None,
            )
            limits = budgets.limits(workspace, workspace.by_name[image.member])
            findings += budgets.findings(image.member, measured, limits)
            rows.append(_row(image, measured, last, limits))
        data = {"images": rows}
        return begun.report(outcomes, data, findings=tuple(findings), interrupted=interrupted)


def _started(begun: Run, image: Image, asked: Question) -> tuple[float, str]:
    """How long it took until the program answered, and why it did not; empty where it did."""
    found: list[tuple[Check, float]] = []
    start = time.monotonic()
    said = begun.containers.look(
        image.tag,
        asked,
        ("answers",),
        seconds=SECONDS,
        on_check=lambda check: found.append((check, time.monotonic() - start)),
    )
    trouble = smoke.verdict([check for check, _ in found], ("answers",), said)
    return (found[0][1] if found else time.monotonic() - start), trouble


def _row(
    image: Image, measured: Measured, built: Build | None, limits: Mapping[Quantity, Limit]
) -> dict[str, Any]:
    held = {
        quantity: _holds(getattr(measured, quantity), limits.get(quantity))
        for quantity in QUANTITIES
    }
    return {
        "member": image.member,
        "tag": image.tag,
        **measured._asdict(),
        "ran": built.ran if built and measured.build is not None else None,
        "budget": {
            quantity: limits[quantity].value if quantity in limits else None
            for quantity in QUANTITIES
        },
        "holds": held,
    }


def _holds(value: float | None, limit: Limit | None) -> bool | None:
    """Whether a budget holds; `None` where there is none, or nothing was measured."""
    return None if value is None or limit is None else value <= limit.value
