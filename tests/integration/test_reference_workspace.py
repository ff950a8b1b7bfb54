"""The workspace of this repository: what `ws install` made of it really runs.

`tools/run-tests.sh` installs the members before; a run without that skips, except in CI.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import sample
from tests.integration.conftest import need

from ws.files.loader import load

ROOT = Path(__file__).parents[2]
WORKSPACE = load(ROOT)
MEMBERS = [member.path for member in WORKSPACE.members]
PACKAGES = [path for path in MEMBERS if path.startswith("packages/")]
WORKERS = [path for path in MEMBERS if path.startswith("workers/")]

MESSAGES: dict[str, tuple[dict[str, Any], str, object]] = {
    "chat-worker": (
        {
            "question": "Where does tea come from?",
            "passages": [{"id": "a", "text": "Tea comes from China. It is hot."}],
        },
        "answer",
        "Tea comes from China.",
    ),
    "router-worker": ({"utterance": "please read it aloud"}, "worker", "tts"),
    "chunker-worker": (
        {"text": "A b. C d. E f.", "max_tokens": 6, "overlap": 3},
        "chunks",
        [
            {"text": "A b. C d.", "start": 0, "end": 9, "tokens": 6},
            {"text": "C d. E f.", "start": 5, "end": 14, "tokens": 6},
        ],
    ),
    "enricher-worker": (
        {"text": "The graph release is on 1 May 2024.", "keywords": 1},
        "dates",
        [{"text": "1 May 2024", "date": "2024-05-01"}],
    ),
    "parser-worker": ({"format": "markdown", "content": "# Tea\nHot *water*."}, "title", "Tea"),
    "wikipedia-worker": (
        {"title": "Tea", "wikitext": "A [[drink]]. [[Category:Tea]]"},
        "categories",
        ["Tea"],
    ),
    "connector-worker": (
        {
            "graphs": [
                {"nodes": [{"id": "a", "name": "Ada Lovelace"}], "edges": []},
                {"nodes": [{"id": "b", "name": "Lovelace, Ada"}], "edges": []},
            ]
        },
        "merged",
        [{"into": "a", "graph": 1, "id": "b", "name": "Lovelace, Ada", "score": 100.0}],
    ),
    "preprocessor-worker": (
        {"text": "Dr. Ada Lovelace met Babbage [1]. Lovelace wrote."},
        "names",
        {"Dr. Ada Lovelace": 2, "Babbage": 1},
    ),
    "infrastructure-manager-worker": (
        {"limits": {"memory_percent": 100, "disk_percent": 100, "cpu_percent": 100}},
        "healthy",
        True,
    ),
    "stt-worker": (
        {
            "path": "workers/speech/stt/tests/data/digits.wav",
            "words": ["one", "two", "three", "four", "five"],
        },
        "text",
        "one two three four five",
    ),
    "tts-worker": ({"text": "Good morning."}, "sample_rate", 22050),
    "processor-worker": ({"texts": ["graph"], "dimension": 8}, "dimension", 8),
}


def script(member: str) -> Path:
    return need(ROOT / WORKSPACE.by_name[member].path / ".venv" / "bin" / member)


def piped(member: str, payload: object) -> dict[str, Any]:
    """The result of one message, piped as one JSON line into a worker's console script."""
    line = json.dumps({"id": "1", "payload": payload}) + "\n"
    ended = subprocess.run(
        [script(member)], input=line, capture_output=True, text=True, cwd=ROOT, check=True
    )
    result = json.loads(ended.stdout)
    assert (result["id"], result["status"], result["error"]) == ("1", "ok", None)
    found = result["payload"]
    assert isinstance(found, dict)
    return found


def test_there_are_seventeen_members_at_three_depths() -> None:
    depths = {path.count("/") for path in WORKERS}
    assert (len(MEMBERS), depths) == (17, {1, 2, 3})


@pytest.mark.parametrize("member", [*PACKAGES, *sample(WORKERS, 3)])
def test_a_members_own_tests_pass_in_its_own_environment(member: str) -> None:
    python = need(ROOT / member / ".venv" / "bin" / "python")
    ended = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT / member,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("member", sorted(MESSAGES))
def test_a_message_piped_into_a_worker_gives_its_result(member: str) -> None:
    payload, key, value = MESSAGES[member]
    assert piped(member, payload)[key] == value


def test_vectors_of_one_worker_are_searched_by_another() -> None:
    items = [{"id": "a", "text": "how to merge a graph"}, {"id": "b", "text": "speech"}]
    payload = {"text": "merging graphs", "limit": 1, "items": items}
    assert [match["id"] for match in piped("vector-query-worker", payload)["matches"]] == ["a"]


def test_the_graph_that_one_worker_builds_is_asked_by_another() -> None:
    graph = piped("construction-worker", {"text": "Ada Lovelace met Babbage."})["graph"]
    question = {"ask": "path", "start": "Ada Lovelace", "end": "Babbage"}
    nodes = piped("graph-query-worker", {"graph": graph, "question": question})["nodes"]
    assert [node["id"] for node in nodes] == ["ada lovelace", "babbage"]


def test_every_worker_is_sent_a_message_by_these_tests() -> None:
    workers = {m.name for m in WORKSPACE.members if m.path.startswith("workers/")}
    others = {"vector-query-worker", "construction-worker", "graph-query-worker"}
    assert workers == {*MESSAGES, *others}
