"""A finding with a second place shows it in every format."""

from __future__ import annotations

import json
from dataclasses import replace

from ws.errors import Where
from ws.model.report import Finding, Report
from ws.reporting import github, human, sarif
from ws.reporting import json as ws_json

LAGS = Finding(
    rule="lock/path-dependency",
    severity="error",
    message="the lock has rapidfuzz ^3.9 for shared, its manifest ^3.10",
    where=Where("workers/chat/poetry.lock", 812),
    member="chat",
    hint="ws lock --filter chat",
    also=Where("packages/shared/pyproject.toml", 14),
)
ALONE = replace(LAGS, also=None)


def plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text


def told(*findings: Finding) -> Report:
    return Report("lock", findings=findings)


def test_people_read_it_between_what_is_wrong_and_the_remedy() -> None:
    assert human.render(told(LAGS), plain) == (
        "workers/chat/poetry.lock:812: error: chat: the lock has rapidfuzz ^3.9 for shared, its"
        " manifest ^3.10 [lock/path-dependency]\n"
        "    see packages/shared/pyproject.toml:14\n"
        "    → ws lock --filter chat\n"
    )


def test_json_has_it_as_related() -> None:
    findings = json.loads(ws_json.render(told(LAGS, ALONE)))["findings"]
    assert [finding["related"] for finding in findings] == [
        {"path": "packages/shared/pyproject.toml", "line": 14},
        None,
    ]


def test_sarif_has_a_related_location_and_a_link_to_it() -> None:
    results = json.loads(sarif.render(told(LAGS, ALONE)))["runs"][0]["results"]
    said = (
        "chat: the lock has rapidfuzz ^3.9 for shared, its manifest ^3.10 (ws lock --filter chat)"
    )
    alone = {
        "ruleId": "lock/path-dependency",
        "level": "error",
        "message": {"text": said},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "workers/chat/poetry.lock"},
                    "region": {"startLine": 812},
                }
            }
        ],
    }
    related = {
        "id": 1,
        "physicalLocation": {
            "artifactLocation": {"uri": "packages/shared/pyproject.toml"},
            "region": {"startLine": 14},
        },
    }
    link = f"{said} See [packages/shared/pyproject.toml:14](1)"
    assert results == [
        alone | {"message": {"text": link}, "relatedLocations": [related]},
        alone,
    ]


def test_brackets_in_the_text_of_a_link_of_sarif_are_escaped() -> None:
    report = told(replace(LAGS, message="m", hint="", also=Where("a[1]/pyproject.toml")))
    text = json.loads(sarif.render(report))["runs"][0]["results"][0]["message"]["text"]
    assert text == r"chat: m See [a\[1\]/pyproject.toml](1)"


def test_github_gets_a_notice_at_the_second_place() -> None:
    assert github.render(told(LAGS)) == (
        "::error file=workers/chat/poetry.lock,line=812,title=lock/path-dependency::chat: the lock"
        " has rapidfuzz ^3.9 for shared, its manifest ^3.10"
        "%0Asee packages/shared/pyproject.toml:14%0Aws lock --filter chat\n"
        "::notice file=packages/shared/pyproject.toml,line=14,title=lock/path-dependency::"
        "workers/chat/poetry.lock:812: chat: the lock has rapidfuzz ^3.9 for shared, its manifest"
        " ^3.10\n"
    )


def test_github_gets_one_notice_for_all_who_share_a_second_place() -> None:
    chat = replace(LAGS, message="m", hint="")
    query = replace(chat, member="query", where=Where("workers/query/poetry.lock", 7))
    assert github.render(told(chat, query)) == (
        "::error file=workers/chat/poetry.lock,line=812,title=lock/path-dependency::chat: m"
        "%0Asee packages/shared/pyproject.toml:14\n"
        "::error file=workers/query/poetry.lock,line=7,title=lock/path-dependency::query: m"
        "%0Asee packages/shared/pyproject.toml:14\n"
        "::notice file=packages/shared/pyproject.toml,line=14,title=lock/path-dependency::"
        "workers/chat/poetry.lock:812: chat: m%0Aworkers/query/poetry.lock:7: query: m\n"
    )
