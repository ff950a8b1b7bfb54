"""`ws generate bake`: which files it writes, and whose it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.generate.test_image_files import CHAT, LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

FILES = {"packages/shared": "", "workers/chat": CHAT, "workers/chat/poetry.lock": LOCK}
MADE = [
    "ops/images/Dockerfile",
    "ops/images/Dockerfile.dockerignore",
    "ops/images/docker-bake.json",
    "ops/images/requirements/only-chat.txt",
]


def test_once_is_enough(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    ran = ws("generate", "bake", "--format", "json")
    assert (ran.code, ran.json["data"]["files"]) == (0, MADE)
    assert sorted(str(path.relative_to(root)) for path in root.rglob("ops/**/*.*")) == MADE[1:]
    assert ws("generate", "bake", "--check").code == 0
    assert ws("generate", "bake", "--diff").out == ""
    (outcome,) = ws("generate", "bake", "--format", "json").json["outcomes"]
    assert outcome["reason"] == "all files are as they should be"


def test_check_names_each_file(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    found = ws("generate", "bake", "--check", "--format", "json").json["findings"]
    assert {each["rule"] for each in found} == {"docker/bake-stale"}
    assert sorted(each["path"] for each in found) == MADE
    assert not (root / "ops").exists()


def test_another_lock_makes_another_requirements_file(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    ws("generate", "bake")
    lock = root / "workers/chat/poetry.lock"
    lock.write_text(LOCK.replace("sha256:aa", "sha256:bb"))
    ran = ws("generate", "bake", "--check")
    assert (ran.code, ran.out) == (
        1,
        "ops/images/requirements/only-chat.txt: error: ops/images/requirements/only-chat.txt is"
        " not what manifests and locks say now [docker/bake-stale]\n    → ws generate bake\n",
    )
    assert "+    --hash=sha256:bb\n" in ws("generate", "bake", "--diff").out


def test_a_version_bump_of_what_is_shared_changes_nothing(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    ws("generate", "bake")
    for path in (root / "packages/shared/pyproject.toml", root / "workers/chat/poetry.lock"):
        path.write_text(path.read_text().replace('version = "0.1.0"', 'version = "0.2.0"'))
    assert ws("generate", "bake", "--check").code == 0


def test_what_is_needed_no_more_goes(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    ws("generate", "bake")
    theirs = root / "ops/images/requirements/theirs.txt"
    theirs.write_text("other==1.0\n")
    manifest = root / "workers/chat/pyproject.toml"
    manifest.write_text(f'{CHAT}[tool.ws.docker]\nbuild = "dockerfile"\n')
    (root / "workers/chat/Dockerfile").write_text("FROM scratch\n")
    found = ws("generate", "bake", "--check", "--format", "json").json["findings"]
    assert [each["message"] for each in found] == [
        "ops/images/docker-bake.json is not what manifests and locks say now",
        "ops/images/Dockerfile is needed no more",
        "ops/images/Dockerfile.dockerignore is needed no more",
        "ops/images/requirements/only-chat.txt is needed no more",
    ]
    diff = ws("generate", "bake", "--diff").out
    assert "deleted file mode 100644\n--- a/ops/images/Dockerfile\n+++ /dev/null\n" in diff
    assert ws("generate", "bake").code == 0
    left = [path for path in (root / "ops").rglob("*") if path.is_file()]
    assert sorted(left) == [root / "ops/images/docker-bake.json", theirs]


def test_a_file_that_somebody_else_made_stays(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({**FILES, "ops/images/Dockerfile": "FROM scratch\n"})
    ran = ws("generate", "bake")
    assert (ran.code, ran.err.splitlines()[0]) == (
        1,
        "ops/images/Dockerfile: error: ops/images/Dockerfile is there already, and ws did not"
        " make it [docker/foreign]",
    )
    assert not (root / "ops/images/docker-bake.json").exists()


def test_a_readme_that_a_manifest_names_is_not_hidden_from_its_wheel(
    make_workspace: Make, ws: Ws
) -> None:
    named = CHAT.replace("version", 'readme = "READ.md"\nversion', 1)
    root = make_workspace(FILES | {"workers/chat": named, ".dockerignore": "**/*.md\n"})
    assert ws("generate", "bake").code == 0
    lines = (root / "ops/images/Dockerfile.dockerignore").read_text().splitlines()
    assert lines.index("**/*.md") < lines.index("!workers/chat/READ.md") < lines.index("**/.env")


def test_the_folder_can_be_chosen(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace(FILES)
    toml = root / "workspace.toml"
    toml.write_text('[workspace]\nmembers = ["**"]\n[docker]\nbake = "docker/all"\n')
    assert ws("generate", "bake").code == 0
    dockerfile = (root / "docker/all/Dockerfile").read_text()
    assert "source=docker/all/requirements/only-chat.txt," in dockerfile
    toml.write_text('[workspace]\nmembers = ["**"]\n[docker]\nbake = "all of it"\n')
    ran = ws("generate", "bake")
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        'workspace.toml:4: error: "all of it" is no folder of plain letters below the root'
        " [manifest/value]",
    )


def test_without_images_there_is_nothing_to_write(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"packages/shared": ""})
    ran = ws("generate", "bake")
    assert (ran.code, ran.err.splitlines()[0]) == (
        1,
        "error: no member has an image [docker/no-image]",
    )
