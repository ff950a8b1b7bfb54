"""`ws new`: what it makes, what it refuses, and that it never leaves half of a member."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

FRESH = {"workspace.toml": '[workspace]\nmembers = ["packages/**", "workers/**"]\n'}
SHARED = {
    "workspace.toml": FRESH["workspace.toml"]
    + '\n[[shared]]\npackage = "shared"\nconsumers = ["workers/**"]\n',
    "packages/shared": "",
    "packages/shared/src/shared/__init__.py": "",
}
ROOT = Path(__file__).parents[2]


def tree(root: Path) -> dict[str, bytes]:
    """All files, without what `ws` remembers."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".ws" not in path.relative_to(root).parts
    }


def made(root: Path, before: dict[str, bytes]) -> list[str]:
    return sorted(set(tree(root)) - set(before))


def test_a_worker_can_be_the_first_member_of_a_workspace(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FRESH)
    ran = ws("new", "worker", "Text_Summary")
    assert ran == (
        0,
        "",
        "[1/1] ✓ text-summary made: workers/text-summary, 6 files\n"
        "new: 1 made\n"
        "next: ws lock --filter text-summary && ws install --filter text-summary\n",
    )
    assert made(root, {"workspace.toml": b""}) == [
        "workers/text-summary/README.md",
        "workers/text-summary/pyproject.toml",
        "workers/text-summary/src/text_summary/__init__.py",
        "workers/text-summary/src/text_summary/py.typed",
        "workers/text-summary/src/text_summary/worker.py",
        "workers/text-summary/tests/test_text_summary.py",
    ]
    assert ws("new", "package", "dates").code == 0
    assert ws("list", "--paths").out == "packages/dates\nworkers/text-summary\n"


def test_a_new_member_is_wired_into_the_graph_and_only_lacks_a_lock(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace(SHARED)
    assert ws("new", "worker", "summary", "--at", "workers/deep/er/summary").code == 0
    assert ws("graph", "--filter", "summary").out == "summary\n└── shared\n"
    assert ws("sync", "--check").code == 0
    findings = ws("check", "--format", "json").json["findings"]
    assert {(each["rule"], each["member"]) for each in findings} == {
        ("lock/missing", "shared"),
        ("lock/missing", "summary"),
    }


def test_a_folder_is_seen_from_where_one_stands(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(SHARED)
    (root / "workers" / "summary").mkdir(parents=True)
    monkeypatch.chdir(root / "workers" / "summary")
    ran = ws("new", "worker", "summary", "--at", ".", "--format", "json")
    assert ran.json["data"]["path"] == "workers/summary"
    assert Path("pyproject.toml").exists()  # the folder is still the one that one stands in


def test_the_member_and_its_files_are_told_as_json(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FRESH)
    assert ws("new", "package", "dates", "--check", "--format", "json").json == {
        "schema": "ws/1",
        "command": "new",
        "ok": False,
        "findings": [
            {
                "rule": "new/missing",
                "severity": "error",
                "member": "dates",
                "path": None,
                "line": None,
                "column": None,
                "message": "packages/dates would be made, with 5 files",
                "hint": "run it without --check",
                "related": None,
            }
        ],
        "outcomes": [],
        "data": {
            "name": "dates",
            "path": "packages/dates",
            "files": [
                "packages/dates/pyproject.toml",
                "packages/dates/README.md",
                "packages/dates/src/dates/__init__.py",
                "packages/dates/src/dates/py.typed",
                "packages/dates/tests/test_dates.py",
            ],
        },
    }


@pytest.mark.parametrize("mode", ["--check", "--diff"])
def test_asking_what_would_be_made_makes_nothing(mode: str, make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SHARED)
    before = tree(root)
    ran = ws("new", "worker", "summary", mode)
    assert ran.code == (1 if mode == "--check" else 0)
    assert tree(root) == before


def test_the_diff_is_a_patch_that_makes_the_same_files(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SHARED)
    before = tree(root)
    diff = ws("new", "worker", "summary", "--diff").out
    ws("new", "worker", "summary")
    plain = tree(root)
    for path in made(root, before):
        (root / path).unlink()
    subprocess.run(["git", "apply"], input=diff, text=True, cwd=root, check=True)
    assert tree(root) == plain


def test_a_template_of_the_workspace_stands_in_for_the_one_of_ws(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(
        SHARED
        | {
            "templates/ws/worker/pyproject.toml.template": "[tool.poetry]\nname = '{{name}}'\n"
            "packages = []\n[tool.poetry.dependencies]\npython = '{{python}}'\n",
            "templates/ws/worker/{{import_name}}.txt": "{{class_name}} in {{path}}",
        }
    )
    before = tree(root)
    assert ws("new", "worker", "summary").code == 0
    assert made(root, before) == ["workers/summary/pyproject.toml", "workers/summary/summary.txt"]
    assert tree(root)["workers/summary/summary.txt"] == b"SummaryWorker in workers/summary"
    assert ws("new", "package", "dates").code == 0  # of this kind it has none


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (
            "[tool.poetry]\nname = '{{nmae}}'\n",
            "templates/ws/worker/pyproject.toml.template:2: error: there is no placeholder"
            " {{nmae}} [manifest/template]\n"
            '    → did you mean "name"?; for these characters themselves, write {{{{nmae}}\n',
        ),
        (
            "[tool.poetry]\nname = 1\n",
            'templates/ws/worker/pyproject.toml.template:2: error: "tool.poetry.name" must be a'
            " string [manifest/type]\n",
        ),
    ],
)
def test_a_broken_template_is_told_with_its_line_and_nothing_is_made(
    template: str, told: str, make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(FRESH | {"templates/ws/worker/pyproject.toml.template": template})
    before = tree(root)
    ran = ws("new", "worker", "summary")
    assert (ran.code, ran.err[: len(told)]) == (2, told)
    assert tree(root) == before


CHAT = {
    "workers/chat-worker": '[tool.poetry]\nname = "chat-worker"\nversion = "3.1.0"\n'
    'packages = [{ include = "chat_worker", from = "src" }]\n\n'
    '[tool.poetry.scripts]\nchat-worker = "chat_worker.worker:main" # theirs\n\n'
    '[tool.poetry.dependencies]\nshared = {path = "../../packages/shared", develop = true}\n',
    "workers/chat-worker/src/chat_worker/__init__.py": '"""The chat worker."""\n',
    "workers/chat-worker/src/chat_worker/worker.py": "from chat_worker import x\r\n",
    "workers/chat-worker/tests/test_chat.py": 'NAME = "chat"\n',
    "workers/chat-worker/poetry.lock": "",
    "workers/chat-worker/.venv/pyvenv.cfg": "",
    "workers/chat-worker/dist/chat_worker.txt": "",
    "workers/chat-worker/notes.secret": "",
    "workers/chat-worker/inner/chat-tool": "",
    ".gitignore": "*.secret\n",
}


def test_a_copy_of_a_member_goes_by_its_own_name(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SHARED | CHAT)
    before = tree(root)
    at = "workers/deep/small-talk"
    assert ws("new", "worker", "small-talk-worker", "--like", "chat-worker", "--at", at).code == 0
    found = tree(root)
    assert {path: found[path].decode() for path in made(root, before)} == {
        f"{at}/pyproject.toml": CHAT["workers/chat-worker"]
        .replace("chat-worker", "small-talk-worker")
        .replace("chat_worker", "small_talk_worker")
        .replace("3.1.0", "0.1.0")
        .replace("../../packages", "../../../packages"),
        f"{at}/src/small_talk_worker/__init__.py": '"""The small talk worker."""\n',
        f"{at}/src/small_talk_worker/worker.py": "from small_talk_worker import x\r\n",
        f"{at}/tests/test_small_talk.py": 'NAME = "small-talk"\n',
    }


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_made(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SHARED)
    before = tree(root)
    assert ws("new", "worker", "shared", "--at", "lib/x", "--like", "shred") == (
        2,
        "",
        'error: there is a member "shared" already: packages/shared [usage/name]\n'
        "    → choose another name\n"
        "workspace.toml:2: error: lib/x would be no member: no pattern of members chooses it"
        " [usage/at]\n"
        '    → add "lib/*", or "lib/x" alone, to members, or choose another folder with --at\n'
        "error: --like shred: this is no member [usage/like]\n"
        '    → did you mean "shared"?\n',
    )
    assert tree(root) == before


@pytest.mark.parametrize("at", ["..", "../x", "/x", "workspace.toml", "packages/shared", "."])
def test_a_folder_that_is_not_free_or_not_inside_is_refused(
    at: str, make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SHARED | {"workspace.toml": '[workspace]\nmembers = ["**"]\n'})
    before = tree(root)
    ran = ws("new", "worker", "summary", "--at", at)
    assert (ran.code, "no member can be made at" in ran.err) == (2, True)
    assert tree(root) == before


def test_a_kind_that_does_not_exist_is_wrong_usage(make_workspace: Make, ws: Ws) -> None:
    make_workspace(FRESH)
    ran = ws("new", "service", "summary")
    assert (ran.code, "'service' is not one of 'worker', 'package'" in ran.err) == (2, True)


FULL_DISK = """
import resource, sys
from ws.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
main(["new", "worker", "summary", "--at", sys.argv[1]])
"""


@pytest.mark.parametrize("at", ["workers/deep/summary", "workers/empty"])
def test_a_disk_that_is_full_leaves_no_half_member(at: str, make_workspace: Make) -> None:
    root = make_workspace(FRESH)
    (root / "workers" / "empty").mkdir(parents=True)
    before = sorted(root.rglob("*"))
    ended = subprocess.run(
        [sys.executable, "-c", FULL_DISK, at], cwd=root, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "✗ summary failed" in ended.stdout
    assert "File too large" in ended.stdout
    assert [path for path in sorted(root.rglob("*")) if ".ws" not in path.parts] == before


def test_members_are_completed_after_like(make_workspace: Make) -> None:
    root = make_workspace(SHARED | CHAT)
    words = {
        "COMP_WORDS": "ws new worker x --like chat-w",
        "COMP_CWORD": "5",
        "_WS_COMPLETE": "bash_complete",
    }
    script = Path(sys.executable).with_name("ws")
    ended = subprocess.run(
        [script], cwd=root, env=words, capture_output=True, text=True, check=False
    )
    assert ended.stdout == "plain,chat-worker\n"


def test_the_template_of_this_repository_makes_a_worker_on_the_shared_package(
    make_workspace: Make, ws: Ws
) -> None:
    shared = ROOT / "packages" / "shared" / "python" / "pyproject.toml"
    template = ROOT / "templates" / "ws" / "worker"
    root = make_workspace(
        FRESH
        | {"packages/shared/python/pyproject.toml": shared.read_text()}
        | {
            f"templates/ws/worker/{path.relative_to(template).as_posix()}": path.read_text()
            for path in template.rglob("*")
            if path.is_file()
        }
    )
    assert ws("new", "worker", "summary", "--at", "workers/a/b/summary").code == 0
    manifest = (root / "workers/a/b/summary/pyproject.toml").read_text()
    wired = 'shared-python = { path = "../../../../packages/shared/python", develop = true }\n'
    assert wired in manifest
    assert "{{" not in b"".join(tree(root / "workers").values()).decode()
