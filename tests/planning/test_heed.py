from __future__ import annotations

from collections.abc import Callable, Mapping

from ws.model.report import Finding
from ws.model.workspace import Workspace
from ws.planning.heed import heeded

Read = Callable[[Mapping[str, str]], Workspace]


def test_a_member_s_findings_are_dropped_by_rule_or_glob_and_nobody_else_s(
    read_workspace: Read,
) -> None:
    ignoring = '\n[tool.ws]\nignore = ["imports/*", "lock/missing"]\n'
    workspace = read_workspace({"quiet": ignoring, "loud": ""})
    rules = ("imports/unused", "imports/undeclared", "lock/missing", "lock/content-hash")
    findings = [
        Finding(rule, "error", "", member=member)
        for rule in rules
        for member in ("quiet", "loud", "gone", None)
    ]
    kept = heeded(findings, workspace)
    assert [finding.rule for finding in kept if finding.member == "quiet"] == ["lock/content-hash"]
    assert [finding for finding in findings if finding.member != "quiet"] == [
        finding for finding in kept if finding.member != "quiet"
    ]
