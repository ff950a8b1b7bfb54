from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from tests.planning.locks import directory, lock

from ws.errors import Where
from ws.formats.content_hash import content_hash
from ws.formats.lock import read_facts
from ws.model.report import Finding
from ws.model.workspace import Workspace
from ws.planning import lock_drift
from ws.planning.path_drift import PathPackage

Read = Callable[[Mapping[str, str]], Workspace]

SHARED = """\
[tool.poetry]
name = "shared"
version = "0.1.0"
description = "What all share"

[tool.poetry.dependencies]
python = "^3.11"
rich = "^13.0"
orjson = { version = "^3.2", optional = true }

[tool.poetry.extras]
json = ["orjson"]
"""
CHAT = 'shared = { path = "../shared", develop = true }\n'
ENTRY = (
    directory("shared", "../shared", 'rich = "^13.0"\n', extras='json = ["orjson (>=3.2,<4.0)"]\n')
    .replace('description = ""', 'description = "What all share"')
    .replace(">=3.8", "^3.11")
)


def drift(read: Read, shared: str, entry: str = ENTRY, chat: str = CHAT) -> list[Finding]:
    """What is found in the lock of `chat`, which depends on `shared` by path."""
    workspace = read({"shared": shared, "chat": chat})
    member = workspace.by_name["chat"]
    fresh = content_hash(member.manifest.document).encode()
    text = lock(entry).replace(b"0" * 64, fresh)
    packages = {
        m.path: PathPackage(m.path, m.manifest.text, m.manifest.document)
        for m in workspace.members
        if m.path == "shared"
    }
    packages.setdefault("gone", PathPackage("gone", problem="there is no such folder"))
    locks = lock_drift.Locks({"chat": read_facts(text)}, packages)
    return list(lock_drift.findings(workspace, [member], locks))


def found(message: str, line: int, also: int) -> Finding:
    return Finding(
        rule="lock/path-dependency",
        severity="error",
        message=message,
        where=Where("chat/poetry.lock", line),
        member="chat",
        hint="ws lock --filter chat",
        also=Where("shared/pyproject.toml", also),
    )


def test_a_path_dependency_that_is_as_it_was_is_fine(read_workspace: Read) -> None:
    assert drift(read_workspace, SHARED) == []


@pytest.mark.parametrize(
    "change",
    [
        ('name = "shared"', 'name = "Shared"'),
        ('version = "0.1.0"', 'version = "v0.1.0"'),
        ('rich = "^13.0"', 'rich = { version = "^13.0" }'),
        ('rich = "^13.0"', 'rich = { version = "^13.0", allow-prereleases = true }'),
        (
            "[tool.poetry.extras]",
            '[tool.poetry.group.dev.dependencies]\nx = "*"\n[tool.poetry.extras]',
        ),
        ("[tool.poetry.extras]", '[tool.poetry.scripts]\nx = "shared:x"\n[tool.poetry.extras]'),
        ("orjson =", 'unused = { version = "^1", optional = true }\norjson ='),
        ("orjson =", 'dead = { version = "^1", python = "<3.8" }\norjson ='),
    ],
)
def test_what_poetry_does_not_copy_into_the_lock_is_no_drift(
    change: tuple[str, str], read_workspace: Read
) -> None:
    assert drift(read_workspace, SHARED.replace(*change)) == []


def test_another_constraint_is_found_in_the_lock_and_in_the_manifest(read_workspace: Read) -> None:
    assert drift(read_workspace, SHARED.replace('"^13.0"', '"^13.1"')) == [
        found(
            "the dependencies of shared are not those of shared/pyproject.toml:"
            ' rich is "^13.1", but "^13.0" in the lock',
            line=14,
            also=8,
        )
    ]


def test_dependencies_that_came_and_went_are_told_together(read_workspace: Read) -> None:
    changed = SHARED.replace('rich = "^13.0"', 'httpx = { version = "^0.27", extras = ["http2"] }')
    assert drift(read_workspace, changed) == [
        found(
            "the dependencies of shared are not those of shared/pyproject.toml:"
            ' httpx {version = "^0.27", extras = ["http2"]} is not in the lock;'
            ' rich is gone, but "^13.0" in the lock',
            line=13,
            also=8,
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "also"),
    [
        ('"0.1.0"', '"0.2.0"', 'the version of shared is "0.2.0" in M,'
         ' but "0.1.0" in the lock', 5, 3),
        ("What all", "All", 'the description of shared is "All share" in M,'
         ' but "What all share" in the lock', 6, 4),
        ("^3.11", "^3.10", 'the Python of shared is "^3.10" in M, but "^3.11" in the lock', 8, 7),
        ('name = "shared"', 'name = "common"',
         'the name of shared is "common" in M, but "shared" in the lock', 4, 2),
        ('json = ["orjson"]', "", "the extras of shared are not those of M: json is gone, but"
         ' ["orjson (>=3.2,<4.0)"] in the lock', 17, 11),
        ('json = ["orjson"]', 'json = ["orjson"]\nall = ["orjson"]', "the extras of shared are not"
         ' those of M: all ["orjson (>=3.2,<4.0)"] is not in the lock', 16, 13),
    ],
)  # fmt: skip
def test_each_field_that_is_copied_is_compared(
    old: str, new: str, message: str, line: int, also: int, read_workspace: Read
) -> None:
    expected = found(message.replace(" M", " shared/pyproject.toml"), line, also)
    assert drift(read_workspace, SHARED.replace(old, new, 1)) == [expected]


def test_an_extra_that_the_member_asks_for_brings_its_dependencies(read_workspace: Read) -> None:
    wants = 'shared = { path = "../shared", develop = true, extras = ["json"] }\n'
    with_json = ENTRY.replace(
        'rich = "^13.0"\n', 'orjson = {version = "^3.2", optional = true}\nrich = "^13.0"\n'
    )
    assert drift(read_workspace, SHARED, with_json, wants) == []
    changed = SHARED.replace('version = "^3.2"', 'version = "^3.3"')
    assert [f.message for f in drift(read_workspace, changed, with_json, wants)] == [
        "the extras of shared are not those of shared/pyproject.toml:"
        ' json is ["orjson (>=3.3,<4.0)"], but ["orjson (>=3.2,<4.0)"] in the lock',
        "the dependencies of shared are not those of shared/pyproject.toml:"
        ' orjson is {version = "^3.3", optional = true},'
        ' but {version = "^3.2", optional = true} in the lock',
    ]


def test_an_index_that_the_member_does_not_know_is_found(read_workspace: Read) -> None:
    private = SHARED.replace('rich = "^13.0"', 'rich = { version = "^13.0", source = "Private" }')
    (finding,) = drift(read_workspace, private)
    assert finding.message == (
        'shared takes rich from the index "Private",'
        " and this member has no [[tool.poetry.source]] of that name"
    )
    known = f'{CHAT}\n[[tool.poetry.source]]\nname = "private"\nurl = "https://example.org"\n'
    assert drift(read_workspace, private, chat=known) == []


def test_a_folder_that_is_gone_is_found_where_the_lock_names_it(read_workspace: Read) -> None:
    entry = ENTRY.replace('"../shared"', '"../gone"')
    assert drift(read_workspace, SHARED, entry) == [
        Finding(
            rule="lock/path-missing",
            severity="error",
            message="its path dependency shared should lie in gone: there is no such folder",
            where=Where("chat/poetry.lock", 21),
            member="chat",
            hint="put it back, or correct the path (ws sync), then ws lock --filter chat",
        )
    ]


def test_what_only_the_solver_decides_is_a_warning(read_workspace: Read) -> None:
    overlapping = """rich = [
  { version = "^13.0", markers = "sys_platform == 'linux'" },
  { version = ">=13.5", markers = "os_name == 'posix'" },
]"""
    (finding,) = drift(read_workspace, SHARED.replace('rich = "^13.0"', overlapping))
    assert (finding.rule, finding.severity) == ("lock/cannot-tell", "warning")
    assert finding.message == (
        "whether the lock fits shared in shared cannot be told: the solver decides between its"
        " requirements of rich, which overlap"
    )


def test_a_package_that_is_built_for_its_metadata_is_a_warning(read_workspace: Read) -> None:
    built = '[project]\nname = "shared"\ndynamic = ["version"]\n[build-system]\nrequires = []\n'
    (finding,) = drift(read_workspace, built)
    assert finding.rule == "lock/cannot-tell"
    assert "its metadata is only known when it is built" in finding.message


def test_an_old_lock_is_held_to_the_meaning_and_not_to_the_text(read_workspace: Read) -> None:
    respelled = SHARED.replace('rich = "^13.0"', 'rich = ">=13.0,<14.0"')
    assert len(drift(read_workspace, respelled)) == 1

    def older(read: Read) -> list[Finding]:
        workspace = read({"shared": respelled, "chat": CHAT})
        member = workspace.by_name["chat"]
        fresh = content_hash(member.manifest.document).encode()
        text = lock(ENTRY).replace(b"0" * 64, fresh).replace(b'"2.1"', b'"2.0"')
        shared = workspace.by_name["shared"].manifest
        packages = {"shared": PathPackage("shared", shared.text, shared.document)}
        locks = lock_drift.Locks({"chat": read_facts(text)}, packages)
        return list(lock_drift.findings(workspace, [member], locks))

    assert older(read_workspace) == []


def test_rules_that_the_workspace_ignores_are_not_told(read_workspace: Read) -> None:
    def read(manifests: Mapping[str, str]) -> Workspace:
        settings = '[workspace]\nmembers = ["**"]\n[lock]\nignore = ["lock/path-*"]\n'
        return read_workspace({**manifests, "workspace.toml": settings})

    assert drift(read, SHARED.replace("^13.0", "^14.0")) == []
