"""What people and programs see of each command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import ws as package
from ws.cli.app import app
from ws.commands import list as list_command
from ws.reporting import human

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    from ws.model.report import Report

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

THREE = {
    "packages/shared": "",
    "workers/chat": 'shared = { path = "../shared" }  # theirs\n',
    "workers/deep/query": (
        "shared = {path = '../../../packages/shared', develop = true}\n"
        '\n[tool.poetry.group.dev.dependencies]\nchat = {path = "../../chat", develop = true}\n'
    ),
    "workers/chat/Dockerfile": "FROM scratch\n",
    "workers/chat/gpu.Dockerfile": "FROM scratch\n",
    "workers/chat/gpu.Dockerfile.dockerignore": "*\n",
}
CHECKING = ("sync", "lock", "check")


def test_list_tells_all_of_each_member_as_json(make_workspace: Make, ws: Ws) -> None:
    make_workspace(
        THREE | {"workspace.toml": '[workspace]\nname = "three"\nmembers = ["packages/*", "w*/**"]'}
    )
    assert ws("list", "--format", "json").json == {
        "schema": "ws/1",
        "command": "list",
        "ok": True,
        "findings": [],
        "outcomes": [],
        "data": {
            "workspace": "three",
            "members": [
                {
                    "name": "shared",
                    "path": "packages/shared",
                    "version": "0.1.0",
                    "python": "^3.11",
                    "dependencies": [],
                    "dockerfiles": [],
                },
                {
                    "name": "chat",
                    "path": "workers/chat",
                    "version": "0.1.0",
                    "python": "^3.11",
                    "dependencies": ["shared"],
                    "dockerfiles": ["workers/chat/Dockerfile", "workers/chat/gpu.Dockerfile"],
                },
                {
                    "name": "query",
                    "path": "workers/deep/query",
                    "version": "0.1.0",
                    "python": "^3.11",
                    "dependencies": ["chat", "shared"],
                    "dockerfiles": [],
                },
            ],
        },
    }


def test_list_is_a_table_for_people(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    assert ws("list").out == (
        "NAME    VERSION  PYTHON  PATH                DEPENDS ON\n"
        "shared  0.1.0    ^3.11   packages/shared     -\n"
        "chat    0.1.0    ^3.11   workers/chat        shared\n"
        "query   0.1.0    ^3.11   workers/deep/query  chat, shared\n"
    )


def test_list_paths_is_a_folder_a_line(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    ran = ws("list", "--paths", "--filter", "./workers")
    assert ran == (0, "workers/chat\nworkers/deep/query\n", "")


def test_graph_is_a_tree(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    assert ws("graph").out == ("query\n├── chat (group)\n│   └── shared\n└── shared\n")


def test_graph_inverted_shows_who_is_needed_by_whom(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    ran = ws("graph", "--invert", "--filter", "shared")
    assert ran.out == "shared\n├── chat\n│   └── query (group)\n└── query\n"


def test_graph_as_mermaid_and_dot(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    assert ws("graph", "--as", "mermaid").out == (
        "graph LR\n  shared\n  chat\n  chat --> shared\n"
        "  query\n  query -.-> chat\n  query --> shared\n"
    )
    assert '  "query" -> "chat" [style=dashed];\n' in ws("graph", "--as", "dot").out


def test_sync_rewrites_once_and_then_finds_nothing(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(THREE)
    manifest = root / "workers/chat/pyproject.toml"
    before = manifest.read_text()
    ran = ws("sync")
    assert ran.code == 0
    assert ran.err.endswith("next: run `ws lock`: their locks are stale now\n")
    assert manifest.read_text() == before.replace(
        '{ path = "../shared" }  # theirs',
        '{ path = "../../packages/shared", develop = true }  # theirs',
    )
    written = manifest.stat()
    again = ws("sync")
    assert again == (0, "", "sync: every manifest is as it should be\n")
    assert manifest.stat().st_mtime_ns == written.st_mtime_ns


def test_sync_check_names_each_place_and_writes_nothing(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(THREE)
    before = (root / "workers/chat/pyproject.toml").read_bytes()
    ran = ws("sync", "--check")
    assert (ran.code, ran.out) == (
        1,
        "workers/chat/pyproject.toml:8: error: chat: shared in [tool.poetry.dependencies] points to"
        ' "../shared", not to "../../packages/shared" [sync/path]\n'
        "    → ws sync --filter chat\n",
    )
    assert (root / "workers/chat/pyproject.toml").read_bytes() == before


def test_sync_diff_is_a_patch_that_git_applies(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(THREE)
    diff = ws("sync", "--diff")
    assert diff.code == 0
    subprocess.run(["git", "apply"], input=diff.out, text=True, cwd=root, check=True)
    assert ws("sync", "--check").code == 0


def test_check_runs_all_checks(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE | {"packages/shared": 'query = {path = "../../workers/deep/query"}\n'})
    ran = ws("check", "--format", "json")
    assert ran.code == 1
    rules = {finding["rule"] for finding in ran.json["findings"]}
    assert rules == {"graph/cycle", "sync/path", "sync/develop", "lock/missing"}


def test_strict_makes_a_warning_count(make_workspace: Make, ws: Ws) -> None:
    make_workspace(
        {
            "workspace.toml": 'lock.ignore = ["lock/unsatisfied"]\nworkspace.members = ["*"]\n',
            "a": 'b = {path = "../b", develop = true}\n',
            "b": 'a = {path = "../a", develop = true}\n',
        }
    )
    from tests.cli.test_faults import lock_of

    lock_of(Path.cwd(), "a")
    lock_of(Path.cwd(), "b")
    assert ws("check").code == 0
    assert ws("check", "--strict").code == 1
    assert ws("check", "--strict", "--format", "json").json["ok"] is False


def test_findings_for_github_stand_at_their_lines(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    assert ws("sync", "--check", "--format", "github").out == (
        "::error file=workers/chat/pyproject.toml,line=8,title=sync/path::chat: shared in"
        ' [tool.poetry.dependencies] points to "../shared", not to "../../packages/shared"'
        "%0Aws sync --filter chat\n"
    )


def test_findings_as_sarif_name_rule_file_and_line(make_workspace: Make, ws: Ws) -> None:
    make_workspace(THREE)
    document = json.loads(ws("sync", "--check", "--format", "sarif").out)
    run = document["runs"][0]
    assert document["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"] == [{"id": "sync/path"}]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "workers/chat/pyproject.toml"},
        "region": {"startLine": 8},
    }


@pytest.mark.parametrize("format_", ["github", "sarif"])
@pytest.mark.parametrize("command", CHECKING)
def test_faults_too_are_told_in_the_format_asked_for(command: str, format_: str, ws: Ws) -> None:
    ran = ws(command, "--format", format_)
    assert ran.code == 2
    assert "there is no workspace.toml in this folder" in ran.out
    assert ran.err == ""


def test_wrong_usage_is_json_too(ws: Ws) -> None:
    ran = ws("list", "--nonsense", "--format=json")
    assert ran.code == 2
    assert ran.json["ok"] is False
    assert ran.json["findings"][0]["rule"] == "usage/arguments"
    assert "--nonsense" in ran.json["findings"][0]["message"]


def test_an_unknown_command_gets_did_you_mean(ws: Ws) -> None:
    ran = ws("instal")
    assert ran.code == 2
    assert re.search(r"No such command 'instal'.*install", ran.err)


def test_check_and_diff_exclude_each_other(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": ""})
    ran = ws("sync", "--check", "--diff")
    assert (ran.code, "exclude each other" in ran.err) == (2, True)


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "%", "1.5"])
def test_jobs_that_are_no_number_are_refused(jobs: str, make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": ""})
    ran = ws("install", f"--jobs={jobs}")
    assert ran.code == 2
    assert f'--jobs "{jobs}" is not a number of jobs' in ran.err


def test_an_unknown_group_gets_did_you_mean(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": '\n[tool.poetry.group.tests.dependencies]\npytest = "*"\n'})
    ran = ws("install", "--with", "test")
    assert ran.code == 2
    assert 'no member has a dependency group "test"' in ran.err
    assert 'did you mean "tests"?' in ran.err


def test_a_bug_leaves_a_log_and_exit_code_3(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace({"a": ""})

    def broken(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(list_command, "run", broken)
    ran = ws("list")
    log = next((root / ".ws/logs").glob("bug-*.log"))
    assert ran.code == 3
    assert "this is a bug in ws: ZeroDivisionError: oh" in ran.err
    assert str(log) in ran.err
    assert "Traceback" in log.read_text()


def test_a_bug_in_the_telling_is_one_too(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_workspace({"a": ""})
    render = human.render

    def broken(report: Report, *args: Any, **kwargs: Any) -> str:
        if report.fault is None:
            raise ZeroDivisionError("oh")
        return render(report, *args, **kwargs)

    monkeypatch.setattr(human, "render", broken)
    ran = ws("list")
    assert (ran.code, "this is a bug in ws: ZeroDivisionError: oh" in ran.err) == (3, True)


def test_a_closed_pipe_ends_quietly(make_workspace: Make) -> None:
    root = make_workspace({f"m{number}": "" for number in range(3)})
    with subprocess.Popen(
        [sys.executable, "-m", "ws", "list"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_colour_is_for_terminals_unless_asked_for(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": ""})
    assert "\x1b[" not in ws("lock", "--check").out
    assert "\x1b[31m" in ws("lock", "--check", "--color", "always").out


def test_quiet_leaves_out_what_is_only_nice_to_know(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": ""})
    assert ws("sync", "-q") == (0, "", "")


def test_checks_work_on_a_read_only_checkout(make_workspace: Make, ws: Ws) -> None:
    """For root, too, whom permissions do not bind: nothing can be made below a file."""
    root = make_workspace(THREE)
    commands = ("check", "list", "sync --check", "lock --check")
    told = [ws(*command.split()) for command in commands]
    shutil.rmtree(root / ".ws")
    (root / ".ws").touch()
    assert [ws(*command.split()) for command in commands] == told
    assert (root / ".ws").read_bytes() == b""


def test_the_root_may_be_named_and_output_is_relative_to_it(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_workspace({"a": ""})
    monkeypatch.chdir("/")
    assert ws("list", "--paths", "--root", str(tmp_path)).out == "a\n"
    monkeypatch.setenv("WS_ROOT", str(tmp_path))
    assert ws("list", "--paths").out == "a\n"


def test_a_folder_filter_is_seen_from_where_one_stands(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_workspace(THREE)
    monkeypatch.chdir("workers")
    assert ws("list", "--paths", "--filter", "./deep").out == "workers/deep/query\n"
    assert ws("list", "--paths", "--filter", ".").out == "workers/chat\nworkers/deep/query\n"


@pytest.mark.parametrize("command", sorted(app.commands))
def test_every_command_has_help_with_examples(command: str, ws: Ws) -> None:
    ran = ws(command, "--help")
    assert ran.code == 0
    assert "Examples:\n" in ran.out
    assert f"  ws {command}" in ran.out


def test_member_names_are_completed(make_workspace: Make) -> None:
    root = make_workspace(THREE)
    words = {
        "COMP_WORDS": "ws list --filter ch",
        "COMP_CWORD": "3",
        "_WS_COMPLETE": "bash_complete",
    }
    script = Path(sys.executable).with_name("ws")
    ended = subprocess.run(
        [script], cwd=root, env=os.environ | words, capture_output=True, text=True, check=False
    )
    assert ended.stdout == "plain,chat\n"


def test_the_version_is_that_of_the_distribution(ws: Ws) -> None:
    manifest = tomllib.loads((Path(package.__file__).parents[2] / "pyproject.toml").read_text())
    assert ws("--version").out == f"ws {manifest['project']['version']}\n"


def loaded_by(root: Path, *args: str) -> set[str]:
    """The modules that a run of `ws` loads."""
    code = (
        f"import sys, atexit; sys.argv = ['ws', *{args}]\n"
        "atexit.register(lambda: print('LOADED', *sorted(sys.modules), file=sys.stderr))\n"
        "from ws.__main__ import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    return set(ended.stderr.split("LOADED")[1].split())


HEAVY = {"tomlkit", "rich", "filelock", "subprocess", "tempfile", "difflib", "concurrent"}
HEAVY |= {"poetry", "git", "docker", "requests", "asyncio", "ssl"}


def test_the_check_loads_no_more_than_it_needs(make_workspace: Make) -> None:
    """Start-up is a feature: hooks and prompts run this hundreds of times a day."""
    loaded = loaded_by(make_workspace({"a": ""}), "lock", "--check")
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith("ws.")} == {
        "ws.__main__",
        "ws.cli",
        "ws.cli.app",
        "ws.cli.install_command",
        "ws.cli.later",
        "ws.cli.lock_command",
        "ws.cli.main",
        "ws.cli.options",
        "ws.cli.output",
        "ws.cli.streams",
        "ws.commands",
        "ws.commands.context",
        "ws.commands.drift",
        "ws.commands.lock",
        "ws.errors",
        "ws.files",
        "ws.files.cache",
        "ws.files.discovery",
        "ws.files.ignored",
        "ws.files.loader",
        "ws.files.locks",
        "ws.files.origin",
        "ws.files.packages",
        "ws.files.store",
        "ws.formats",
        "ws.formats.content_hash",
        "ws.formats.docker_settings",
        "ws.formats.member_settings",
        "ws.formats.pyproject_reader",
        "ws.formats.references",
        "ws.formats.requirement",
        "ws.formats.tables",
        "ws.formats.toml",
        "ws.formats.workspace_toml",
        "ws.model",
        "ws.model.budgets",
        "ws.model.compose_settings",
        "ws.model.docker_settings",
        "ws.model.globs",
        "ws.model.graph",
        "ws.model.lock",
        "ws.model.manifest",
        "ws.model.names",
        "ws.model.plan",
        "ws.model.report",
        "ws.model.workspace",
        "ws.planning",
        "ws.planning.lock_drift",
        "ws.planning.lock_entry",
        "ws.planning.lock_text",
        "ws.planning.path_drift",
        "ws.planning.select",
        "ws.reporting",
        "ws.reporting.human",
    }


def test_an_install_with_nothing_to_do_loads_little_more(make_workspace: Make) -> None:
    """People run it whenever they are in doubt."""
    root = make_workspace({"a": ""})
    from tests.cli.test_faults import lock_of

    lock_of(root, "a")
    time.sleep(3.0)  # of what was written just now, nothing is remembered
    loaded_by(root, "install", "--check")
    more = loaded_by(root, "install", "--check") - loaded_by(root, "lock", "--check")
    assert more & HEAVY == set()
    assert {name for name in more if name.startswith("ws.")} == {
        "ws.commands.environments",
        "ws.commands.install",
        "ws.commands.install_tasks",
        "ws.files.environment",
        "ws.files.stamps",
        "ws.files.store",
        "ws.formats.lock",
        "ws.model.environment",
        "ws.planning.cycles",
        "ws.planning.install",
        "ws.planning.needs",
        "ws.planning.pythons",
        "ws.planning.stamp",
    }


def test_fix_goes_with_check_alone(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": ""})
    assert ws("lock", "--fix") == (
        2,
        "",
        "error: --fix goes with --check; `ws lock` alone mends, and exits 0. [usage/arguments]\n"
        "    → see `ws lock --help`\n",
    )
