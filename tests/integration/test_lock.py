"""`ws lock` with Poetry as a library: byte for byte what the command line writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG
from tests.integration.conftest import BUILD

from ws.files.loader import load
from ws.planning import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

PATH = '{0} = {{path = "../{0}", develop = true}}\n'
RICH = {
    "shared": f'alpha = "^1.0"\ngamma = {{version = "*", optional = true}}\n'
    f'\n[tool.poetry.extras]\nmore = ["gamma"]\n{BUILD}',
    "middle": f'{PATH.format("shared")}beta = {{version = "^1.0", python = "<3.13"}}\n{BUILD}',
    "extras": f'shared = {{path = "../shared", develop = true, extras = ["more"]}}\n{BUILD}',
    "groups": f'beta = "*"\n\n[tool.poetry.group.dev.dependencies]\n{PATH.format("middle")}'
    f"\n[tool.poetry.group.docs]\noptional = true\n"
    f'\n[tool.poetry.group.docs.dependencies]\ngamma = "^1.0"\n{BUILD}',
    "marked": 'beta = {version = "*", markers = "sys_platform == \'win32\'"}\n'
    'alpha = [{version = "^1.0", python = "<3.12"}, {version = "^2.0", python = ">=3.12"}]\n'
    + BUILD,
    "project": '[project]\nname = "project"\nversion = "0.2.0"\nrequires-python = ">=3.11,<4.0"\n'
    'dependencies = ["middle (>=0.1,<0.2)", "gamma ; python_version < \'3.13\'"]\n'
    '\n[project.optional-dependencies]\nfast = ["alpha>=1"]\n'
    f"\n[tool.poetry]\npackages = []\n\n[tool.poetry.dependencies]\n{PATH.format('middle')}{BUILD}",
}
NAMES = sorted(RICH)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def locks(root: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in sorted(root.glob("*/poetry.lock"))}


def by_hand(root: Path, name: str, start: bytes | None, *, poetry: str) -> bytes:
    """What the command line `poetry lock` makes of a start; the member's lock stays as it is."""
    lock = root / name / "poetry.lock"
    own = lock.read_bytes() if lock.exists() else None
    lock.unlink(missing_ok=True)
    if start is not None:
        lock.write_bytes(start)
    environ = {**os.environ, "POETRY_VIRTUALENVS_CREATE": "false"}
    subprocess.run([poetry, "lock"], cwd=root / name, env=environ, check=True, capture_output=True)
    made = lock.read_bytes()
    lock.unlink()
    if own is not None:
        lock.write_bytes(own)
    return made


def merged(root: Path, name: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """A member's lock before, with what seeds it: the locks of those that come before it are new,
    and the others are as they were.
    """
    workspace = load(root)
    member = workspace.by_name[name]
    wanted = seeds.seeds(workspace, member)
    order = [each.name for each in workspace.members]
    done = {*workspace.graph.before()[name], *order[: order.index(name)]}
    texts = {other: (after if other in done else before).get(other) for other in order}
    others = [seeds.groups(texts[path.partition("/")[0]] or b"") for path in wanted.locks]
    found = seeds.missing(before.get(name), others, wanted.indexes)
    text = seeds.merged(before.get(name), found)
    assert text is not None
    return text


def test_first_locks_are_those_of_the_command_line(
    make_workspace: Make, ws: Ws, real_poetry: str
) -> None:
    root = make_workspace(RICH)
    assert ws("lock", "--no-seed").code == 0
    made = locks(root)
    assert {name: by_hand(root, name, None, poetry=real_poetry) for name in NAMES} == made


def test_what_is_as_it_should_be_is_not_touched(
    make_workspace: Make, ws: Ws, real_poetry: str
) -> None:
    root = make_workspace(RICH)
    ws("lock")
    before = locks(root)
    times = [path.stat().st_mtime_ns for path in root.glob("*/poetry.lock")]
    ran = ws("lock", "--all", "--format", "json")
    assert {outcome["reason"] for outcome in ran.json["outcomes"]} == {"unchanged"}
    assert ran.json["data"] == {"changes": {}}
    assert [path.stat().st_mtime_ns for path in root.glob("*/poetry.lock")] == times
    for name in NAMES:
        assert by_hand(root, name, before[name], poetry=real_poetry) == before[name]


EDITS: dict[str, list[tuple[str, str, str]]] = {
    "shared gets a dependency": [("shared", 'alpha = "^1.0"', 'alpha = "^1.0"\nbeta = "*"')],
    "shared narrows": [("shared", 'alpha = "^1.0"', 'alpha = "<1.1"')],
    "shared has another version": [("shared", 'version = "0.1.0"', 'version = "0.1.7"')],
    "a member between drops": [("middle", 'beta = {version = "^1.0", python = "<3.13"}\n', "")],
    "members change": [
        ("groups", 'gamma = "^1.0"', 'gamma = ">=1"\nalpha = "<1.1"'),
        ("marked", ">=3.12", ">=3.12,<3.14"),
        ("project", "alpha>=1", "alpha>=1.1"),
        ("extras", 'extras = ["more"]', "markers = \"python_version < '3.13'\""),
    ],
}


CHANGES = [
    pytest.param(edits, newline, id=f"{name}, {kind}")
    for number, (name, edits) in enumerate(EDITS.items())
    for kind, newline in (("LF", b"\n"), ("CRLF", b"\r\n"))
    if LONG or (kind == "CRLF") == number % 2  # in CI, these two take turns
]


@pytest.mark.parametrize(("edits", "newline"), CHANGES)
def test_after_a_change_they_are_those_of_the_command_line(
    edits: list[tuple[str, str, str]],
    newline: bytes,
    make_workspace: Make,
    ws: Ws,
    real_poetry: str,
) -> None:
    root = make_workspace(RICH)
    ws("lock")
    for path in root.glob("*/poetry.lock"):
        path.write_bytes(path.read_bytes().replace(b"\n", newline))
    before = locks(root)
    for name, old, new in edits:
        edit(root / name / "pyproject.toml", old, new)
    assert ws("lock", "--all", "--no-seed").code == 0
    made = locks(root)
    assert made != before
    assert {n: by_hand(root, n, before[n], poetry=real_poetry) for n in NAMES} == made


def test_with_seeds_they_are_those_of_the_command_line_from_the_merged_lock(
    make_workspace: Make, ws: Ws, real_poetry: str
) -> None:
    root = make_workspace(RICH | {"shared": RICH["shared"].replace("^1.0", "<1.1")})
    ws("lock")
    edit(root / "shared/pyproject.toml", "<1.1", "^1.0")
    edit(root / "extras/pyproject.toml", 'extras = ["more"]', "optional = true")
    edit(root / "groups/pyproject.toml", 'gamma = "^1.0"', 'gamma = ">=1"')
    (root / "middle/poetry.lock").unlink()
    before = locks(root)
    assert ws("lock", "--all").code == 0
    after = locks(root)
    for name in NAMES:
        start = merged(root, name, before, after)
        assert by_hand(root, name, start, poetry=real_poetry) == after[name], name
    assert b'name = "alpha"\nversion = "1.0.0"' in after["middle"]


def test_what_is_new_to_several_comes_out_as_in_the_shared_lock(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(
        {
            "shared": f'alpha = "<1.1"\n{BUILD}',
            "one": f"{PATH.format('shared')}{BUILD}",
            "two": f'alpha = "*"\n{BUILD}',
        }
    )
    ws("lock", "--filter", "shared")
    edit(root / "shared/pyproject.toml", "<1.1", "*")
    ran = ws("lock", "--format", "json")
    assert versions(root, "alpha") == {"shared": ["1.0.0"], "one": ["1.0.0"], "two": ["1.0.0"]}
    assert ran.json["data"]["changes"]["two"] == [
        {"name": "alpha", "change": "added", "from": [], "to": ["1.0.0"]}
    ]
    (root / "one/poetry.lock").unlink()
    ws("lock", "--no-seed")
    assert versions(root, "alpha")["one"] == ["2.0.0"]


def versions(root: Path, name: str) -> dict[str, list[str]]:
    pattern = rf'name = "{name}"\nversion = "(.+)"'
    return {member: re.findall(pattern, lock.decode()) for member, lock in locks(root).items()}


def test_upgrade_takes_newer_versions_of_one_package_or_of_all(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(
        {
            "one": f'alpha = "<1.1"\ngamma = "*"\n{BUILD}',
            "two": f'alpha = "<1.1"\n{BUILD}',
            "three": f'gamma = "*"\n{BUILD}',
        }
    )
    ws("lock")
    for name in ("one", "two"):
        edit(root / name / "pyproject.toml", "<1.1", "*")
    ws("lock")
    assert versions(root, "alpha") == {"one": ["1.0.0"], "two": ["1.0.0"], "three": []}
    ran = ws("lock", "--upgrade", "Alpha", "--filter", "one", "--filter", "three")
    assert ran.out == "one\n  ~ alpha 1.0.0 → 2.0.0\n"
    assert ran.err.endswith("lock: 1 locked, 1 had nothing to do\n")
    assert versions(root, "alpha") == {"one": ["2.0.0"], "two": ["1.0.0"], "three": []}
    assert ws("lock", "--upgrade").code == 0
    assert versions(root, "alpha")["two"] == ["2.0.0"]
    ran = ws("lock", "--upgrade", "alphabet")
    assert (ran.code, 'did you mean "alpha"?' in ran.err) == (2, True)


def test_diff_solves_and_writes_nothing(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(RICH)
    ws("lock")
    edit(root / "shared/pyproject.toml", 'alpha = "^1.0"', 'alpha = "<1.1"')
    before = locks(root)
    ran = ws("lock", "--diff")
    assert ran.code == 0
    assert locks(root) == before
    assert "extras, groups, middle, project, shared\n  ~ alpha 1.1.0 → 1.0.0\n" in ran.err
    subprocess.run(["git", "apply"], input=ran.out, text=True, cwd=root, check=True)
    solved = locks(root)
    for name, text in before.items():
        (root / name / "poetry.lock").write_bytes(text)
    ws("lock")
    assert locks(root) == solved
    assert ws("lock", "--diff").err.endswith("lock: no lock would change\n")


def test_one_that_cannot_be_solved_stops_no_other_and_poetry_explains_it(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(RICH)
    edit(root / "middle/pyproject.toml", 'beta = {version = "^1.0"', 'alpha = "2"\n#"')
    ran = ws("lock", "--format", "json")
    ended = {outcome["member"]: outcome["status"] for outcome in ran.json["outcomes"]}
    assert ran.code == 1
    assert ended == dict.fromkeys(NAMES, "done") | dict.fromkeys(
        ("groups", "middle", "project"), "failed"
    )
    failed = next(o for o in ran.json["outcomes"] if o["member"] == "middle")
    assert failed["output"][-1].endswith("version solving failed.")
    log = root / failed["log"]
    assert all(line in log.read_text() for line in failed["output"])
    assert set(locks(root)) == {"extras", "marked", "shared"}


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ('"gamma"', "with [project].dependencies, Poetry leaves it out of wheel and lock"),
        ('"shared>=7", "gamma"', '"shared>=7" does not admit 0.1.0, the version of shared'),
    ],
)
def test_a_lock_without_a_path_dependency_is_refused(
    declared: str, why: str, make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace(
        {
            "shared": BUILD,
            "one": '[project]\nname = "one"\nversion = "0.1.0"\nrequires-python = ">=3.11,<4.0"\n'
            f"dependencies = [{declared}]\n\n[tool.poetry]\npackages = []\n"
            f"\n[tool.poetry.dependencies]\n{PATH.format('shared')}{BUILD}",
        }
    )
    ran = ws("lock", "--filter", "one")
    assert ran.code == 1
    assert "the new lock would lack shared" in ran.out
    assert why in ran.out
    assert "run `ws sync`, then `ws lock`" in ran.out
    assert locks(root) == {}


@pytest.fixture
def with_plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Poetry in an environment of its own, which sees one more plugin."""
    folder = tmp_path_factory.mktemp("poetry")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "real.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    info = site / "surprise-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: surprise\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[poetry.plugin]\nsurprise = surprise:Surprise\n")
    (site / "surprise.py").write_text(
        "from poetry.plugins.plugin import Plugin\n\n\nclass Surprise(Plugin):\n"
        "    def activate(self, poetry, io):\n        io.write_line('surprise')\n"
    )
    script = folder / "bin/poetry"
    script.write_text(
        f"#!{folder}/bin/python\nimport sys\nfrom poetry.console.application import main\n"
        "sys.exit(main())\n"
    )
    script.chmod(0o755)
    return script


def test_with_a_plugin_that_may_change_locking_the_command_line_does_it(
    make_workspace: Make, ws: Ws, with_plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(RICH)
    ws("lock", "--no-seed")
    wanted = locks(root)
    for lock in root.glob("*/poetry.lock"):
        lock.unlink()
    monkeypatch.setenv("WS_POETRY", str(with_plugin))
    ran = ws("lock", "--no-seed", "--jobs", "2")
    assert ran.code == 0
    assert "locks by its command line: its plugin surprise may change what is locked" in ran.err
    assert locks(root) == wanted
    assert "surprise" in (root / ".ws/logs/lock/one.log".replace("one", "middle")).read_text()


def test_the_command_line_starts_from_seeds_too_and_writes_nothing_for_a_diff(
    make_workspace: Make, ws: Ws, with_plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(
        {"shared": f'alpha = "<1.1"\n{BUILD}', "one": f"{PATH.format('shared')}{BUILD}"}
    )
    ws("lock", "--filter", "shared")
    edit(root / "shared/pyproject.toml", "<1.1", "*")
    monkeypatch.setenv("WS_POETRY", str(with_plugin))
    assert '+version = "1.0.0"' in ws("lock", "--diff").out
    assert set(locks(root)) == {"shared"}
    assert ws("lock").code == 0
    assert versions(root, "alpha") == {"shared": ["1.0.0"], "one": ["1.0.0"]}
    assert ws("lock", "--upgrade", "alpha").code == 0
    assert versions(root, "alpha") == {"shared": ["2.0.0"], "one": ["2.0.0"]}


def test_a_poetry_whose_python_is_not_known_locks_in_place_and_this_is_said(
    make_workspace: Make, ws: Ws, real_poetry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = '[ "$1" = debug ] && echo "Poetry (version 2.1.0)" && exit'
    script = f'#!/bin/sh\n{said}\nexec "{real_poetry}" "$@"\n'
    root = make_workspace({**RICH, "hidden.sh": script})
    (root / "hidden.sh").chmod(0o755)
    ws("lock", "--no-seed")
    wanted = locks(root)
    (root / "shared/poetry.lock").unlink()
    monkeypatch.setenv("WS_POETRY", "./hidden.sh")
    ran = ws("lock")
    assert ran.code == 0
    assert "without versions from the locks of others: the Python that it runs on" in ran.err
    assert locks(root) == wanted
