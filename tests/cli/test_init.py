"""`ws init`: from a repository as it is to a workspace that every command accepts."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.test_faults import snapshot
from tests.conftest import member

from ws.files.loader import load
from ws.files.survey import survey
from ws.planning.init import propose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Write = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

CORE = '[build-system]\nrequires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"\n'
HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def project(name: str, *dependencies: str, backend: str = CORE) -> str:
    """A `[project]` manifest."""
    listed = ", ".join(f'"{dependency}"' for dependency in dependencies)
    return (
        f'[project]\nname = "{name}"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        f"dependencies = [{listed}]\n\n{backend}"
    )


def at(path: str, name: str = "shared") -> str:
    """A dependency on a member, as `ws sync` writes it."""
    return f'{name} = {{path = "{path}", develop = true}}\n'


class Shape(NamedTuple):
    """A repository, and what is to come of it."""

    files: dict[str, str]
    """Manifests by folder, and other files by path."""
    members: list[str]
    proposed: str
    """The lines of the proposal that are no comments."""


SHAPES = {
    "flat": Shape(
        {
            "chat-worker": member("chat-worker", at("../shared")),
            "gateway": member("gateway"),
            "query-worker": member("query-worker", at("../shared")),
            "shared": member("shared"),
            "scripts/deploy.sh": "",
            "site/package.json": "{}",
        },
        ["chat-worker", "gateway", "query-worker", "shared"],
        'members = ["*"]\n[[shared]]\npackage = "shared"\nconsumers = ["*-worker"]\n',
    ),
    "nested": Shape(
        {
            "packages/shared/python": member("shared"),
            "packages/server": member("server", at("../shared/python")),
            "packages/server/plugins/auth": member("auth", at("../..", "server")),
            "workers/manager": member("manager"),
            "workers/general/documents/parser": member(
                "parser", at("../../../../packages/shared/python")
            ),
            "workers/graph/query": member("query", at("../../../packages/shared/python")),
        },
        [
            "packages/server",
            "packages/server/plugins/auth",
            "packages/shared/python",
            "workers/general/documents/parser",
            "workers/graph/query",
            "workers/manager",
        ],
        'members = ["packages/**", "workers/**"]\n'
        '[[shared]]\npackage = "shared"\nconsumers = ["packages/server",'
        ' "workers/general/documents/parser", "workers/graph/query"]\n',
    ),
    "the root is a member": Shape(
        {
            ".": '[tool.poetry]\npackage-mode = false\nname = "everything"\n\n'
            "[tool.poetry.dependencies]\n" + at("packages/a", "a") + at("packages/b", "b"),
            "packages/a": member("a"),
            "packages/b": member("b"),
            "docs/conf.py": "",
        },
        [".", "packages/a", "packages/b"],
        'members = [".", "packages/*"]\n',
    ),
    "libs and services": Shape(
        {
            "libs/models": member("models"),
            "libs/client": member("client", at("../models", "models")),
            "services/api/python": member("api", at("../../../libs/models", "models")),
            "services/api/docker/Dockerfile": "FROM scratch\n",
            "services/api/web/package.json": "{}",
            "services/jobs/python": member("jobs", at("../../../libs/models", "models")),
            "services/mail": member("mail"),
        },
        [
            "libs/client",
            "libs/models",
            "services/api/python",
            "services/jobs/python",
            "services/mail",
        ],
        'members = ["libs/*", "services/**"]\n[[shared]]\npackage = "models"\n'
        'consumers = ["libs/client", "services/api/python", "services/jobs/python"]\n',
    ),
    "manifests of both forms": Shape(
        {
            "src/old": member("old", 'both = "^0.1"\n'),
            "src/new": project("new", "both (>=0.1,<0.2)"),
            "src/both": project("both") + "\n[tool.poetry]\npackages = []\n",
            "src/dynamic": project("dynamic", backend=CORE.replace("core.masonry.api", "x"))
            + "\n[tool.poetry.dependencies]\n"
            + at("../both", "both"),
            "src/hatched": project("hatched", backend=HATCH),
        },
        ["src/both", "src/dynamic", "src/new", "src/old"],
        'members = ["src/*"]\nexclude = ["src/hatched"]\n[[shared]]\npackage = "both"\n'
        'consumers = ["src/*"]\n',
    ),
    "folders that must be skipped": Shape(
        {
            "services/a": member("a"),
            "services/b/c": member("c"),
            "services/a/.venv": member("x"),
            "services/a/.venv/src/lib": member("lib"),
            "services/a/env/src/lib": member("lib"),
            "services/a/env/pyvenv.cfg": "",
            "services/a/node_modules/gyp": member("gyp"),
            "services/a/build/lib": member("a"),
            "services/b/c/out/c-0.1.0": member("c"),
            "services/b/c/__pycache__": member("c"),
            ".tox/a": member("a"),
            ".gitignore": "build/\n/services/*/c/out\n",
        },
        ["services/a", "services/b/c"],
        'members = ["services/**"]\n',
    ),
    "fixtures of projects that are not Poetry's": Shape(
        {
            ".": "[tool.ruff]\nline-length = 100\n",
            "tools/a": member("a"),
            "tools/b": member("b"),
            "tools/deep/c": member("c"),
            "tools/deep/d/e": member("e"),
            "tools/a/tests/fixtures/hatched": project("same", backend=HATCH),
            "tools/b/tests/fixtures/setuptools": project("same", backend=""),
            "tools/deep/c/tests/data/templated": project("{{ name }}", backend=HATCH),
            "docs": project("docs", backend=HATCH),
        },
        ["tools/a", "tools/b", "tools/deep/c", "tools/deep/d/e"],
        'members = ["tools/**"]\nexclude = ["**/tests/**"]\n',
    ),
    "names that mean something in a glob": Shape(
        {
            "[apps]/a b": member("ab"),
            "[apps]/ü*": member("u"),
            "[apps]/ü-site": project("site", backend=HATCH),
            "a/x": member("x"),
        },
        ["[apps]/a b", "[apps]/ü*", "a/x"],
        'members = ["[[]apps]/*", "a/*"]\nexclude = ["[[]apps]/ü-site"]\n',
    ),
}


def in_folders(files: Mapping[str, str]) -> dict[str, str]:
    """Files by path, where some were given as the folder of a manifest."""
    return {
        f"{name}/pyproject.toml" if text.startswith("[") else name: text
        for name, text in files.items()
    }


def told(text: str) -> str:
    """What a `workspace.toml` says, without its comments and its name."""
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    assert lines[0] == "[workspace]"
    assert lines[1].startswith('name = "')
    return "".join(f"{line}\n" for line in lines[2:])


@pytest.mark.parametrize("name", SHAPES)
def test_every_command_accepts_what_init_wrote(name: str, write_files: Write, ws: Ws) -> None:
    shape = SHAPES[name]
    root = write_files(in_folders(shape.files) | {".git/HEAD": ""})
    before = snapshot(root)

    assert ws("init", "--yes").code == 0
    listed = ws("list", "--format", "json")
    checked = ws("check", "--format", "json")

    assert told((root / "workspace.toml").read_text()) == shape.proposed
    assert [one["path"] for one in listed.json["data"]["members"]] == shape.members
    assert (listed.code, listed.json["findings"]) == (0, [])
    assert checked.code in (0, 1)
    about = {finding["rule"].split("/")[0] for finding in checked.json["findings"]}
    assert about.isdisjoint({"manifest", "shared", "usage", "file"})
    after = snapshot(root)
    assert {path: after[path] for path in before} == before
    assert {path for path in after.keys() - before.keys() if not path.startswith(".ws/")} == {
        "workspace.toml"
    }
    assert [one.name for one in root.glob(".workspace.toml*")] == []


def test_the_proposal_is_shown_and_the_next_steps_are_said(write_files: Write, ws: Ws) -> None:
    root = write_files({"p/a/pyproject.toml": member("a"), "x/pyproject.toml": "", ".git/HEAD": ""})
    ran = ws("init", "--yes")
    assert ran == (
        0,
        "NAME  VERSION  FORM    PATH\n"
        "a     0.1.0    poetry  p/a\n"
        "Not managed by Poetry: x/pyproject.toml\n"
        "\n"
        "--- workspace.toml ---\n" + (root / "workspace.toml").read_text(),
        "init: wrote workspace.toml, 1 member\n"
        "next: `ws list` shows the members, `ws check` what is wrong with them,"
        " and `ws sync` points their dependencies on each other to where they are\n",
    )


def test_off_a_terminal_the_proposal_is_shown_and_nothing_written(
    write_files: Write, ws: Ws
) -> None:
    root = write_files(in_folders(SHAPES["nested"].files))
    before = snapshot(root)
    ran = ws("init")
    assert ran.code == 2
    assert told(ran.out.split("--- workspace.toml ---\n")[1]) == SHAPES["nested"].proposed
    assert ran.err == (
        "error: nothing was written: there is no terminal, and so nobody to ask"
        " [init/unanswered]\n    → ws init --yes writes it unasked\n"
    )
    assert snapshot(root) == before


def test_as_json_the_proposal_is_data(write_files: Write, ws: Ws) -> None:
    root = write_files(
        {
            "p/a/pyproject.toml": member("a"),
            "p/b/pyproject.toml": project("b", "a>=0.1"),
            "x/pyproject.toml": "",
        }
    )
    unasked = ws("init", "--format", "json")
    assert (unasked.code, unasked.json["findings"][0]["rule"]) == (2, "init/unanswered")
    ran = ws("init", "--yes", "--format", "json")
    text = (root / "workspace.toml").read_text()
    assert ran.json == {
        "schema": "ws/1",
        "command": "init",
        "ok": True,
        "findings": [],
        "outcomes": [],
        "data": {
            "members": [
                {
                    "name": "a",
                    "path": "p/a",
                    "version": "0.1.0",
                    "form": "poetry",
                    "dependencies": [],
                },
                {
                    "name": "b",
                    "path": "p/b",
                    "version": "0.1.0",
                    "form": "project",
                    "dependencies": ["a"],
                },
            ],
            "workspace_toml": text,
            "passed_over": ["x/pyproject.toml"],
        },
    }
    assert unasked.json["data"] == ran.json["data"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize(
    ("answer", "end"),
    [
        ("y", "init: wrote workspace.toml, 1 member"),
        ("", "init: wrote workspace.toml, 1 member"),
        ("n", "init: nothing was written"),
    ],
)
def test_on_a_terminal_the_person_is_asked_once(answer: str, end: str, write_files: Write) -> None:
    root = write_files({"p/a/pyproject.toml": member("a"), ".git/HEAD": ""})
    code, shown = on_a_terminal(root, answer)
    assert code == 0
    assert shown.count("Write it? [Y/n]") == 1
    assert shown.count('members = ["p/*"]') == 1
    assert end in shown
    assert (root / "workspace.toml").exists() is ("wrote" in end)


def on_a_terminal(root: Path, answer: str) -> tuple[int, str]:
    """Run `ws init` on a terminal of its own, give the answer, and see what was shown."""
    mine, its = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ws", "init", "--color", "never"],
        cwd=root,
        stdin=its,
        stdout=its,
        stderr=its,
        close_fds=True,
    ) as process:
        os.close(its)
        os.write(mine, f"{answer}\n".encode())
        shown = b""
        while select.select([mine], [], [], 30)[0]:
            try:
                part = os.read(mine, 4096)
            except OSError:  # its end is closed (Linux)
                break
            if not part:
                break
            shown += part
        code = process.wait()
    os.close(mine)
    return code, shown.decode()


def test_diff_is_a_patch_that_git_applies(write_files: Write, ws: Ws) -> None:
    root = write_files(in_folders(SHAPES["flat"].files))
    diff = ws("init", "--diff")
    assert diff.code == 0
    assert not (root / "workspace.toml").exists()
    subprocess.run(["git", "apply"], input=diff.out, text=True, cwd=root, check=True)
    assert ws("init", "--check", "--force").code == 0


def test_check_says_that_something_would_be_written(write_files: Write, ws: Ws) -> None:
    root = write_files(in_folders(SHAPES["flat"].files))
    assert ws("init", "--check") == (
        1,
        "workspace.toml: error: there is no workspace.toml for the 4 members found here"
        " [init/missing]\n    → see it with --diff; ws init writes it\n",
        "init: 1 error\n",
    )
    assert not (root / "workspace.toml").exists()


def test_a_workspace_that_is_there_is_left_alone(write_files: Write, ws: Ws) -> None:
    root = write_files(
        {
            "workspace.toml": '[workspace]\nmembers = ["a", "attic/*"]\nexclude = ["attic/b"]\n',
            "a/pyproject.toml": member("a"),
            "attic/b/pyproject.toml": member("b"),
            "attic/c/pyproject.toml": member("c"),
            "new/pyproject.toml": member("new"),
        }
    )
    before = snapshot(root)
    for options in ((), ("--yes",), ("--check",), ("--diff",)):
        assert ws("init", *options) == (
            2,
            "",
            "workspace.toml: error: there is a workspace.toml already; it was left alone"
            " [init/exists]\n"
            "    → edit it; or `ws init --force` writes it anew,"
            " and what is in it now is lost\n"
            "new/pyproject.toml: warning: new: no pattern in workspace.toml chooses new,"
            " which Poetry manages [init/missed-member]\n"
            '    → add "new" to members, or to exclude\n',
        )
    assert snapshot(root) == before


def test_a_broken_workspace_is_left_alone_and_its_faults_are_told(
    write_files: Write, ws: Ws
) -> None:
    root = write_files(
        {"workspace.toml": '[workspace]\nmember = ["a"]\n', "a/pyproject.toml": member("a")}
    )
    before = snapshot(root)
    ran = ws("init", "--yes", "--format", "json")
    assert ran.code == 2
    assert [finding["rule"] for finding in ran.json["findings"]] == [
        "init/exists",
        "manifest/unknown-key",
        "manifest/members",
    ]
    assert snapshot(root) == before


def test_force_writes_over_it_and_not_when_nothing_changes(write_files: Write, ws: Ws) -> None:
    root = write_files({"workspace.toml": "# mine\n[broken\r\n", "p/a/pyproject.toml": member("a")})
    assert ws("init", "--check", "--force") == (
        1,
        "workspace.toml: error: workspace.toml differs from what would be written for the 1 member"
        " found here [init/differs]\n    → see it with --diff; ws init writes it with --force\n",
        "init: 1 error\n",
    )
    assert ws("init", "--force").code == 2
    assert (root / "workspace.toml").read_bytes() == b"# mine\n[broken\r\n"
    assert ws("init", "--force", "--yes").code == 0
    written = (root / "workspace.toml").stat()
    assert told((root / "workspace.toml").read_text()) == 'members = ["p/*"]\n'
    again = ws("init", "--force", "--yes")
    assert again == (0, "", "init: workspace.toml is as it would be written\n")
    assert (root / "workspace.toml").stat().st_mtime_ns == written.st_mtime_ns


def test_all_faults_are_told_at_once_and_nothing_is_written(write_files: Write, ws: Ws) -> None:
    root = write_files(
        {
            "a/pyproject.toml": member("same"),
            "b/pyproject.toml": member("same"),
            "c/pyproject.toml": "[tool.poetry\n",
        }
    )
    before = snapshot(root)
    ran = ws("init", "--yes", "--format", "json")
    assert ran.code == 2
    assert [(f["rule"], f["path"], f["line"]) for f in ran.json["findings"]] == [
        ("manifest/syntax", "c/pyproject.toml", 1),
        ("manifest/duplicate-name", "b/pyproject.toml", None),
    ]
    assert snapshot(root) == before
    assert ws("init", "--yes", "--exclude", "./[bc]/").code == 0
    assert told((root / "workspace.toml").read_text()) == 'members = ["a"]\nexclude = ["[bc]"]\n'
    assert ws("list", "--paths").out == "a\n"


@pytest.mark.parametrize(
    ("files", "besides"),
    [
        ({"README.md": ""}, ""),
        (
            {"pyproject.toml": "", "x/pyproject.toml": project("x", backend=HATCH)},
            "; not managed by Poetry: pyproject.toml, x/pyproject.toml",
        ),
    ],
)
def test_without_a_poetry_member_it_is_said_what_was_looked_for_and_where(
    files: dict[str, str], besides: str, write_files: Write, ws: Ws
) -> None:
    root = write_files(files)
    ran = ws("init", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"error: no Poetry member was found below {root}: no pyproject.toml with [tool.poetry],"
        f" or with poetry-core as its build backend{besides} [init/no-member]\n"
        "    → hidden folders, environments, node_modules and what git ignores are passed over;"
        " --root DIR looks elsewhere, `poetry new packages/NAME` makes a first member\n"
    )
    assert not (root / "workspace.toml").exists()
    assert not (root / ".ws").exists()


def test_the_root_is_the_top_of_the_repository_wherever_one_stands(
    write_files: Write, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_files(in_folders(SHAPES["nested"].files) | {".git/HEAD": ""})
    monkeypatch.chdir("workers/graph")
    assert "init: wrote ../../workspace.toml, 6 members\n" in ws("init", "--yes").err
    assert told((root / "workspace.toml").read_text()) == SHAPES["nested"].proposed


def test_root_chooses_a_part_of_the_repository(write_files: Write, ws: Ws) -> None:
    root = write_files(in_folders(SHAPES["nested"].files) | {".git/HEAD": ""})
    assert ws("init", "--yes", "--root", "workers").code == 0
    assert not (root / "workspace.toml").exists()
    text = (root / "workers" / "workspace.toml").read_text()
    assert told(text) == 'members = ["manager", "general/documents/*", "graph/*"]\n'


def test_filter_makes_no_sense_here(write_files: Write, ws: Ws) -> None:
    write_files({"a/pyproject.toml": member("a")})
    ran = ws("init", "--filter", "a")
    assert (ran.code, "No such option" in ran.err) == (2, True)
    assert "--filter" not in ws("init", "--help").out


NAMES = ["a", "b-x", "c-x", "tests", ".hidden", "node_modules", "build", "venv", "ü [1]", "*"]
FOLDERS = st.lists(st.sampled_from(NAMES), max_size=4).map(lambda names: "/".join(names) or ".")
MANIFESTS = {
    "poetry": member("NAME"),
    "project": project("NAME"),
    "hatch": project("NAME!", backend=HATCH),
}


@given(st.dictionaries(FOLDERS, st.sampled_from(list(MANIFESTS)), max_size=12))
def test_the_workspace_has_exactly_the_members_that_were_found(trees: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, (path, form) in enumerate(trees.items()):
            (root / path).mkdir(parents=True, exist_ok=True)
            text = MANIFESTS[form].replace("NAME", f"m{number}")
            (root / path / "pyproject.toml").write_text(text)
        for environment in root.rglob("venv"):
            (environment / "pyvenv.cfg").touch()
        (root / ".gitignore").write_text("build/\n")
        members, others = survey(root)
        expected = sorted(
            path
            for path, form in trees.items()
            if form != "hatch"
            and {".hidden", "node_modules", "build", "venv"}.isdisjoint(path.split("/"))
        )
        assert [one.path for one in members] == expected
        if members:
            text = propose("x", members, others).text
            (root / "workspace.toml").write_text(text, encoding="utf-8")
            assert [one.path for one in load(root).members] == expected
