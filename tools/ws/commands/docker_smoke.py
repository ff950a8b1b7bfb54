"""`ws docker smoke`: whether each image is in working order, seen from inside a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.commands import image_runs
from ws.commands.context import jobs_from
from ws.files import sources
from ws.model.checks import CHECKS
from ws.model.report import Outcome
from ws.planning import smoke

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.checks import Check
    from ws.model.images import Image
    from ws.model.report import Report
    from ws.planning.images import Wish

COMMAND = "docker smoke"
SECONDS = 60.0
"""How long each check may take."""


def run(
    context: Context,
    names: Sequence[str],
    wish: Wish,
    jobs: str | None = None,
    network: str = "none",
) -> Report:
    """Start each image once and look: its user, its program, its packages, its modules.

    Raises `ToolError` where there is no engine, and `UsageError` for a name that is no member's.
    """
    with image_runs.begin(context, COMMAND, names, wish, network) as begun:
        workspace, plan = begun.found.workspace, begun.found.plan
        layouts = sources.layouts(workspace)
        seen: dict[str, list[Check]] = {image.member: [] for image in plan.images}

        def look(image: Image) -> Outcome:
            asked = smoke.question(workspace, plan, image, layouts)
            log, checks = begun.log(image.member), seen[image.member]
            said = begun.containers.look(
                image.tag, asked, CHECKS, seconds=SECONDS, log=log, on_check=checks.append
            )
            reason = smoke.verdict(checks, CHECKS, said)
            where = begun.relative(log)
            if reason:
                return Outcome(image.member, COMMAND, "failed", reason, log=where)
            return Outcome(image.member, COMMAND, "done", log=where)

        jobs_at_a_time = jobs_from(jobs, workspace.settings.install_jobs)
        outcomes, interrupted = begun.each(look, jobs_at_a_time)
        rows = [_row(image, seen[image.member]) for image in plan.images]
        return begun.report(outcomes, {"images": rows}, interrupted=interrupted)


def _row(image: Image, checks: Sequence[Check]) -> dict[str, Any]:
    found = {check.name: {"status": check.status, "detail": check.detail} for check in checks}
    return {"member": image.member, "tag": image.tag, "checks": found}
