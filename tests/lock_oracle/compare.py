"""Whether `ws lock --check` and the real Poetry agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.lock_oracle import workspace
from tests.lock_oracle.case import UNDECIDABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lock_oracle.case import Case


def disagreements(
    base: workspace.Files,
    case: Case,
    poetry: Mapping[str, str],
    report: Mapping[str, Any],
    *,
    deep: bool,
) -> list[str]:
    """Where the report of `ws lock --check` differs from Poetry's verdicts, one line a member.

    `poetry` holds `same`, `changes` or `fails` for each member that the case may reach; the locks
    of all others are as the base has them, and none of them may be found.
    """
    found: dict[str | None, list[str]] = {}
    unsure = set()
    for finding in report["findings"]:
        member = finding.get("member")
        if finding["rule"] == "lock/cannot-tell":
            unsure.add(member)
        elif finding["severity"] == "error":
            found.setdefault(member, []).append(f"{finding['rule']}: {finding['message']}")
    if any(finding["rule"].startswith("manifest/") for finding in report["findings"]):
        return [f"{key}: poetry lock: same" for key in poetry if poetry[key] == "same"]
    lines = []
    for member in workspace.judged(base, case.edits):
        errors = found.pop(member.name, [])
        answer = "stale" if errors else "fresh"
        if member.name in unsure and not errors:
            answer = "cannot tell"
        if answer not in _answers(case, member, poetry[member.key], deep=deep):
            lines.append(f"{member.key}: poetry lock: {poetry[member.key]}, ws: {answer} {errors}")
    return lines + [f"{name}: not reached, but found: {errors}" for name, errors in found.items()]


def _answers(case: Case, member: workspace.Judged, poetry: str, *, deep: bool) -> set[str]:
    """The answers that may be given for one lock."""
    by_hand = any(edit.path == f"{member.folder}/{workspace.LOCK}" for edit in case.edits)
    answers = {"fresh" if poetry == "same" else "stale"}
    if by_hand and case.unseen:
        answers = {"fresh"}
    elif case.deep and not deep:
        answers.add("fresh")
    if member.key in (*case.undecidable, *UNDECIDABLE):
        answers.add("cannot tell")
    return answers
