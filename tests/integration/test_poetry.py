"""`ws lock` and `ws install` with the real Poetry."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import BUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

SHARED = f'alpha = "^1.0"\n{BUILD}'
SMALL = {
    "shared/shared.py": "",
    "workers/one/one.py": "",
    "workers/two/two.py": "",
    "shared": SHARED,
    "workers/one": f'shared = {{path = "../../shared", develop = true}}\n{BUILD}',
    "workers/two": (
        'shared = {path = "../../shared", develop = true}\nbeta = "^1.0"\n'
        f'\n[tool.poetry.group.dev.dependencies]\ngamma = "^1.0"\n{BUILD}'
    ),
}
MEMBERS = ("shared", "workers/one", "workers/two")
SOLO = {"solo": f'alpha = "^1.0"\n{BUILD}', "solo/solo.py": ""}


def lock_texts(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text() for p in root.rglob("poetry.lock")}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def packages(member: Path) -> set[str]:
    """The modules from the index that are installed in a member's own environment."""
    site = next(member.glob(".venv/lib/python*/site-packages"))
    return {p.stem for p in site.glob("*.py")} & {"alpha", "beta", "gamma"}


def test_lock_makes_what_is_missing_and_the_second_time_does_nothing(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SMALL)
    assert ws("lock", "--check").code == 1
    assert ws("lock").code == 0
    assert set(lock_texts(root)) == {f"{member}/poetry.lock" for member in MEMBERS}
    assert ws("lock", "--check").code == 0
    outcomes = ws("lock", "--format", "json").json["outcomes"]
    assert [(o["member"], o["status"]) for o in outcomes] == [
        ("shared", "skipped"),
        ("one", "skipped"),
        ("two", "skipped"),
    ]


def test_an_edited_constraint_is_named_with_file_and_remedy_and_mended_alone(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SMALL)
    ws("lock")
    before = lock_texts(root)
    edit(root / "workers/two/pyproject.toml", 'beta = "^1.0"', 'beta = ">=1.0,<3"')

    ran = ws("lock", "--check")
    assert ran.code == 1
    line = before["workers/two/poetry.lock"].split("content-hash")[0].count("\n") + 1
    assert ran.out == (
        f"workers/two/poetry.lock:{line}: error: two: the lock is stale:"
        " workers/two/pyproject.toml has changed its dependencies, groups, extras or sources"
        " since it was locked [lock/content-hash]\n    see workers/two/pyproject.toml:6\n"
        "    → ws lock --filter two\n"
    )

    assert ws("lock").code == 0
    changed = {name for name, text in lock_texts(root).items() if text != before[name]}
    assert changed == {"workers/two/poetry.lock"}
    assert ws("lock", "--check").code == 0


def test_the_check_agrees_with_poetry(make_workspace: Make, ws: Ws, real_poetry: str) -> None:
    root = make_workspace(SMALL)
    ws("lock")
    manifest = root / "workers/two/pyproject.toml"
    original = manifest.read_text()
    for old, new in (
        ('version = "0.1.0"', 'version = "0.2.0"'),
        ("[tool.poetry.group.dev", "# a comment\n[tool.poetry.group.dev"),
        ("develop = true", "develop = false"),
        ('beta = "^1.0"', 'beta = "^1"'),
        ('python = "^3.11"', 'python = "^3.12"'),
        ('gamma = "^1.0"\n', ""),
        (".group.dev.", ".group.test."),
    ):
        assert old in original
        manifest.write_text(original.replace(old, new))
        poetry = subprocess.run(
            [real_poetry, "check", "--lock"], cwd=manifest.parent, capture_output=True, check=False
        )
        fresh = b"changed significantly" not in poetry.stdout + poetry.stderr
        assert (ws("lock", "--check").code == 0) is fresh, new


def test_locking_makes_no_environment(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SMALL)
    assert ws("lock").code == 0
    assert not list(root.rglob(".venv"))


def test_a_member_for_another_python_than_poetrys_is_locked(make_workspace: Make, ws: Ws) -> None:
    other = next((minor for minor in (13, 12, 11) if minor != sys.version_info[1]), 0)
    if not shutil.which(f"python3.{other}"):
        pytest.skip(f"there is no python3.{other} on this machine")
    root = make_workspace(SOLO)
    edit(root / "solo/pyproject.toml", 'python = "^3.11"', f'python = "~3.{other}"')
    assert ws("lock").code == 0
    assert f'python-versions = "~3.{other}"' in lock_texts(root)["solo/poetry.lock"]
    assert not list(root.rglob(".venv"))


def test_install_gives_each_member_an_environment_of_its_own(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SMALL)
    ws("lock")
    ran = ws("install", "--format", "json")
    assert [(o["member"], o["status"], o["log"]) for o in ran.json["outcomes"]] == [
        ("shared", "done", ".ws/logs/install/shared.log"),
        ("one", "done", ".ws/logs/install/one.log"),
        ("two", "done", ".ws/logs/install/two.log"),
    ]
    assert packages(root / "shared") == {"alpha"}
    assert packages(root / "workers/one") == {"alpha"}
    assert packages(root / "workers/two") == {"alpha", "beta", "gamma"}
    assert "Installing beta" in (root / ".ws/logs/install/two.log").read_text()


def test_groups_are_chosen_as_poetry_does_where_a_member_has_them(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SMALL)
    ws("lock")
    assert ws("install", "--without", "dev").code == 0
    assert packages(root / "workers/two") == {"alpha", "beta"}
    assert ws("install", "--with", "dev").code == 0
    assert packages(root / "workers/two") == {"alpha", "beta", "gamma"}
    assert ws("install", "--only", "main", "--sync").code == 0
    assert packages(root / "workers/two") == {"alpha", "beta"}
    ran = ws("install", "--only", "dev", "--format", "json")
    assert [(o["member"], o["status"]) for o in ran.json["outcomes"]] == [
        ("shared", "skipped"),
        ("one", "skipped"),
        ("two", "done"),
    ]


def test_one_failure_shows_its_output_and_does_not_stop_the_others(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SMALL)
    ws("lock")
    lock = root / "workers/two/poetry.lock"
    lock.write_text(lock.read_text().replace("gamma", "gamna"))  # no such package in the index
    ran = ws("install")
    assert ran.code == 1
    assert "✗ two failed" in ran.out
    assert "    │ " in ran.out
    assert "whole log: .ws/logs/install/two.log" in ran.out
    assert ran.err.endswith(
        "install: 2 installed, 1 failed\n"
        "next: mend what failed, then `ws install` again: it goes on from there\n"
    )
    assert packages(root / "workers/one") == {"alpha"}


def test_a_stale_or_missing_lock_is_refused_before_anything_is_installed(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SMALL)
    ws("lock", "--filter", "workers/*")
    edit(root / "workers/one/pyproject.toml", 'python = "^3.11"', 'python = ">=3.11"')
    ran = ws("install")
    assert ran.code == 1
    assert "✗ shared failed: there is no poetry.lock; run: ws lock --filter shared" in ran.out
    assert "✗ one failed: the lock is stale" in ran.out
    assert not (root / "workers/one/.venv").exists()
    assert packages(root / "workers/two") == {"alpha", "beta", "gamma"}
    assert not (root / "shared/poetry.lock").exists()


def test_an_index_that_cannot_be_reached_is_work_that_failed(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(SOLO)
    monkeypatch.setenv("POETRY_PYPI_MIRROR_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("POETRY_REQUESTS_MAX_RETRIES", "0")
    ran = ws("lock")
    assert ran.code == 1
    assert (
        "the package index cannot be reached: 127.0.0.1:9 does not answer; check the network"
        in ran.out
    )
    assert not (root / "solo/poetry.lock").exists()


def test_a_lock_that_fails_leaves_the_old_one(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SOLO)
    ws("lock")
    before = lock_texts(root)
    edit(root / "solo/pyproject.toml", 'alpha = "^1.0"', 'alpha = "^9.0"')
    ran = ws("lock")
    assert ran.code == 1
    assert "alpha (^9.0) which doesn't match any versions" in ran.out
    assert lock_texts(root) == before


def test_a_cycle_through_main_dependencies_is_locked_with_a_warning(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(
        {
            "a": f'b = {{path = "../b", develop = true}}\n{BUILD}',
            "b": f'a = {{path = "../a", develop = true}}\n{BUILD}',
        }
    )
    ran = ws("lock")
    assert ran.code == 0
    assert "warning: a: these members depend on each other: a → b → a" in ran.out
    assert set(lock_texts(root)) == {"a/poetry.lock", "b/poetry.lock"}


def test_the_environment_of_the_caller_is_left_alone(
    make_workspace: Make,
    ws: Ws,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = tmp_path_factory.mktemp("mine") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", mine], check=True)
    monkeypatch.setenv("VIRTUAL_ENV", str(mine))
    root = make_workspace(SOLO)
    ws("lock")
    assert ws("install").code == 0
    assert packages(root / "solo") == {"alpha"}
    assert not list(mine.rglob("alpha*"))


def test_events_follow_the_work_one_json_object_a_line(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SOLO)
    ws("lock")
    ws("install", "--events", "events.jsonl")
    events = [json.loads(line) for line in (root / "events.jsonl").read_text().splitlines()]
    assert {event["schema"] for event in events} == {"ws/1"}
    assert [event["event"] for event in events][:2] == ["planned", "started"]
    assert [event["event"] for event in events][-2:] == ["finished", "ended"]
    steps = [event["text"] for event in events if event["event"] == "step"]
    assert "alpha (1.1.0)" in steps


START = (
    # What runs in the background of a script does not hear Ctrl-C, and hands that on.
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from ws.__main__ import main; main()"
)


def running(root: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, *args],
        cwd=root,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within ten seconds")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_lock_ends_what_it_started_and_keeps_the_locks(
    ending: signal.Signals, make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(SMALL)
    ws("lock")
    before = lock_texts(root)
    for name in MEMBERS:
        edit(root / name / "pyproject.toml", 'python = "^3.11"', 'python = ">=3.11,<3.15"')
    with running(root, "lock", "--events", "events.jsonl", "--format", "json") as process:
        events = root / "events.jsonl"
        wait_until(lambda: events.exists() and '"started"' in events.read_text())
        process.send_signal(ending)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    report = json.loads(out)
    assert report["ok"] is False
    assert {o["status"] for o in report["outcomes"]} <= {"aborted", "done"}
    for outcome, (name, text) in zip(
        report["outcomes"], sorted(lock_texts(root).items()), strict=True
    ):
        assert (text == before[name]) is (outcome["status"] == "aborted"), name
    assert not subprocess.run(["pgrep", "-f", str(root)], capture_output=True, check=False).stdout


def test_two_at_once_wait_for_each_other_say_so_and_do_nothing_twice(
    make_workspace: Make,
) -> None:
    root = make_workspace(SMALL)
    with running(root, "lock") as first:
        wait_until((root / ".ws/logs/lock").exists)
        with running(root, "lock", "--format", "json") as second:
            out, said = second.communicate(timeout=60)
        first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "another ws is at work in this workspace: waiting for it to end" in said
    assert {outcome["status"] for outcome in json.loads(out)["outcomes"]} == {"skipped"}


def test_a_lock_behind_a_link_that_leaves_the_root_is_left_alone(
    make_workspace: Make, ws: Ws, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "poetry.lock"
    root = make_workspace(SOLO)
    (root / "solo/poetry.lock").symlink_to(outside)
    ran = ws("lock")
    assert ran.code == 1
    assert "outside the workspace, behind a link" in ran.out
    assert not outside.exists()


def test_a_poetry_behind_a_wrapper_is_used_as_any_other(
    make_workspace: Make, ws: Ws, real_poetry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace({**SOLO, "wrapper.sh": f'#!/bin/sh\nexec "{real_poetry}" "$@"\n'})
    (root / "wrapper.sh").chmod(0o755)
    monkeypatch.setenv("WS_POETRY", "./wrapper.sh")
    assert ws("lock").code == 0
    assert ws("install").code == 0
    assert packages(root / "solo") == {"alpha"}


def test_the_environment_is_in_the_member_whatever_its_poetry_toml_says(
    make_workspace: Make, ws: Ws
) -> None:
    settings = "[virtualenvs]\nin-project = false\ncreate = false\n"
    root = make_workspace({**SOLO, "solo/poetry.toml": settings})
    ws("lock")
    assert ws("install").code == 0
    assert packages(root / "solo") == {"alpha"}


def test_work_goes_on_when_nobody_reads_its_progress(make_workspace: Make) -> None:
    root = make_workspace(SMALL)
    with running(root, "lock") as process:
        assert process.stderr is not None
        process.stderr.close()
        process.wait(60)
    assert process.returncode == 0
    assert len(lock_texts(root)) == 3


def test_the_reason_of_a_failure_is_the_one_that_poetry_gives(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(SOLO)
    edit(root / "solo/pyproject.toml", 'alpha = "^1.0"', 'nosuchpackage = "^1.0"')
    outcome = ws("lock", "--format", "json").json["outcomes"][0]
    assert "nosuchpackage" in outcome["reason"]
    edit(root / "solo/pyproject.toml", 'name = "solo"', 'name = "solo"\nreadme = 3')
    outcome = ws("lock", "--format", "json").json["outcomes"][0]
    assert outcome["reason"].startswith("its pyproject.toml is invalid: ")
