"""`ws docker bundle`: what it takes along and what never, where it may be written, and that the
same workspace gives the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.generate.test_image_tests import package

from ws.formats import bundle
from ws.planning import fingerprints

from .test_docker_prune import CHAT, FILES, content, lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.conftest import Ran

    from ws.model.product import Product

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

REPOSITORY = Path(__file__).parents[2]
TOML = '[workspace]\nname = "talk"\nmembers = ["packages/*", "workers/*"]\n'
NAMED = {**FILES, "workspace.toml": TOML}
MADE = [
    ".ws-bundle.json",
    "README.md",
    "bundle.json",
    "compose.yaml",
    "ops/images/Dockerfile",
    "ops/images/Dockerfile.dockerignore",
    "ops/images/docker-bake.json",
    "packages/shared/READ.md",
    "packages/shared/pyproject.toml",
    "packages/shared/shared/a.py",
    "workers/chat/chat/app.py",
    "workers/chat/pyproject.toml",
]
CANARY = "canary-4711"
OWN = f'{CHAT}[tool.ws.docker]\nbuild = "dockerfile"\n'
BUILD = """\
[build-system]
requires = ["poetry-core>=2.0,<3"]
build-backend = "poetry.core.masonry.api"
"""
DOCKERFILE = """\
ARG BASE=python:3.11-slim
FROM ${BASE}
COPY packages/shared/ /packages/shared/
COPY workers/chat/pyproject.toml workers/chat/poetry.lock ./
COPY workers/chat/chat ./chat
CMD ["chat"]
"""


@pytest.fixture
def out() -> Iterable[Path]:
    """A folder outside the workspace, not made yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder).resolve() / "bundle"


def product(folder: Path) -> Product:
    return bundle.read((folder / bundle.NAME).read_text())


def test_it_holds_what_images_are_built_from_and_who_they_are(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    toml = f'{TOML}[docker]\nregistry = "r.example/a"\nmirrors = ["m.example"]\n'
    tests = {"workers/chat": f"{CHAT}{BUILD}", "workers/chat/tests/test_chat.py": ""}
    make_workspace({**NAMED, "workspace.toml": toml, **tests})
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert (ran.code, ran.json["data"]["files"]) == (0, MADE)
    assert sorted(content(out)) == MADE
    told = product(out)
    assert (told.name, told.bake, told.compose) == (
        "talk",
        "ops/images/docker-bake.json",
        "compose.yaml",
    )
    (service,) = told.services
    assert (service.name, service.tag, service.script) == (
        "chat",
        "r.example/a/chat:latest",
        "chat",
    )
    assert service.references == ("r.example/a/chat:0.1.0", "m.example/chat:0.1.0")
    assert service.packages == ("packages/shared", "workers/chat")
    (image,) = json.loads(ws("docker", "layers", "--format", "json").out)["data"]["images"]
    assert image["tag"] == service.tag


def test_images_say_which_fingerprint_they_have_however_they_are_built(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    make_workspace(NAMED)
    ws("docker", "bundle", "--out", str(out))
    (service,) = product(out).services
    label = f'LABEL {fingerprints.DIGEST}="{service.fingerprint}"\n'
    assert label in (out / "ops/images/Dockerfile").read_text()


def test_the_same_workspace_gives_the_same_bytes(make_workspace: Make, out: Path) -> None:
    root = make_workspace(NAMED)
    (root / "workers/chat/chat/run").write_text("#!/bin/sh\n")
    (root / "workers/chat/chat/run").chmod(0o755)
    elsewhere = out.parent / "elsewhere" / "talk-2"
    shutil.copytree(root, elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(path.stat().st_mode | 0o022)
    archives: list[bytes] = []
    for place, umask, more in (
        (root, 0o022, {}),
        (root, 0o077, {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}),
        (elsewhere, 0o002, {"LC_ALL": "C", "PYTHONHASHSEED": "7", "WS_DOCKER": "0"}),
    ):
        target = out.parent / f"{len(archives)}"
        archive = target.with_suffix(".tar.xz")
        options = ("--out", str(target), "--archive", str(archive))
        subprocess.run(
            [sys.executable, "-m", "ws", "docker", "bundle", *options],
            cwd=place,
            env={**os.environ, **more},
            umask=umask,
            check=True,
        )
        archives.append(archive.read_bytes())
        assert content(target) == content(out.parent / "0")
        assert os.access(target / "workers/chat/chat/run", os.X_OK)
    assert len(set(archives)) == 1


@pytest.mark.parametrize("kind", ["tar.xz", "tar.gz"])
def test_the_archive_holds_what_the_folder_does(
    make_workspace: Make, ws: Ws, out: Path, kind: str
) -> None:
    root = make_workspace(NAMED)
    (root / "workers/chat/chat/same.py").symlink_to("app.py")
    (root / "workers/chat/chat/ünï code\\n.txt").write_bytes(b"a\r\nb")
    (root / "workers/chat/chat/run").write_text("#!/bin/sh\n")
    (root / "workers/chat/chat/run").chmod(0o700)
    archive = out.with_name(f"b.{kind}")
    ran = ws("docker", "bundle", "--out", str(out), "--archive", str(archive), "--format", "json")
    assert ran.json["data"]["archive"]["size"] == archive.stat().st_size
    unpacked = out.with_name("unpacked")
    with tarfile.open(archive) as tar:
        assert {(each.uid, each.gid, each.uname, each.mtime) for each in tar} == {
            (0, 0, "", 946_684_800)
        }
        tar.extractall(unpacked, filter="tar")
    assert content(unpacked) == content(out)
    assert content(out)["workers/chat/chat/ünï code\\n.txt"] == b"a\r\nb"
    assert content(out)["workers/chat/chat/same.py"] == "app.py"
    for folder in (out, unpacked):
        assert os.access(folder / "workers/chat/chat/run", os.X_OK)
        assert not os.access(folder / "workers/chat/chat/app.py", os.X_OK)


def test_twice_is_once(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace(NAMED)
    archive = out.with_name("b.tar.gz")
    asked = ("docker", "bundle", "--out", str(out), "--archive", str(archive))
    ws(*asked)
    times = {path: path.stat().st_mtime_ns for path in out.parent.rglob("*")}
    ran = ws(*asked, "--format", "json")
    assert [each["status"] for each in ran.json["outcomes"]] == ["skipped", "skipped"]
    assert {path: path.stat().st_mtime_ns for path in out.parent.rglob("*")} == times


def test_what_ws_remembers_in_it_stays_and_what_others_put_there_is_refused(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    root = make_workspace(NAMED)
    asked = ("docker", "bundle", "--out", str(out))
    ws(*asked)
    (out / ".ws/host").mkdir(parents=True)
    (out / ".ws/host/a").write_text("a")
    assert ws(*asked, "--check").code == 0
    (root / "packages/shared/shared/a.py").write_text("A = 2\n")
    assert ws(*asked).code == 0
    assert (out / ".ws/host/a").read_text() == "a"
    assert (out / "packages/shared/shared/a.py").read_text() == "A = 2\n"
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    (out / "network.yaml").touch()
    ran = ws(*asked)
    assert (ran.code, "network.yaml was put into" in ran.err) == (2, True)


def test_the_bundle_of_the_reference_workspace_is_small(ws: Ws, out: Path) -> None:
    archive = out.with_name("b.tar.xz")
    ran = ws("docker", "bundle", "--archive", str(archive), "--root", str(REPOSITORY))
    assert ran.code == 0
    assert archive.stat().st_size < 100_000


@pytest.mark.parametrize("build", [CHAT, OWN])
def test_no_secret_is_in_it(make_workspace: Make, ws: Ws, out: Path, build: str) -> None:
    names = (
        ".env",
        ".env.local",
        "pip.conf",
        "auth.toml",
        "uv.toml",
        ".netrc",
        ".pypirc",
        "id_rsa",
        "id_ecdsa",
        "prod.env",
        ".ENV",
        ".git-credentials",
        ".npmrc",
        ".ssh/any.thing",
        "store.p12",
    )
    secrets = {f"workers/chat/chat/{name}": CANARY for name in names}
    begin, rest = "-----BEGIN OPENSSH PRIVATE KEY-----", "b3Blbn" * 8 + CANARY
    secrets["workers/chat/chat/odd.name"] = f"{begin}\n{rest}"
    secrets["workers/chat/chat/account.json"] = json.dumps({"private_key": f"{begin}\n{rest}"})
    volume = '[tool.ws.docker.volumes.models]\npath = "/models"\nsource = "models"\n'
    make_workspace(
        {
            **NAMED,
            **secrets,
            "workers/chat/chat/keys.py": 'PEM = b"-----BEGIN PRIVATE KEY-----"\n',
            "workers/chat": f"{build}{volume}",
            "workers/chat/models/a.bin": "a",
            "workers/chat/models/.env": CANARY,
            "workers/chat/Dockerfile": DOCKERFILE,
            ".dockerignore": "!**/.env\n",
        }
    )
    ran = ws("docker", "bundle", "--out", str(out))
    assert ran.code == 0
    assert "workers/chat/chat/odd.name: warning: it may hold a secret" in ran.out
    assert {"workers/chat/models/a.bin", "workers/chat/chat/keys.py"} < content(out).keys()
    assert not [path for path, data in content(out).items() if CANARY.encode() in data]


def test_members_that_are_not_asked_for_are_not_in_it(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    tell = CHAT.replace("chat", "tell").replace("shared", "other")
    more = {
        "workers/tell": tell,
        "workers/tell/poetry.lock": lock(tell, "other").replace("0.3.0", "0.1.0"),
    }
    make_workspace({**NAMED, **more, "workers/tell/tell/app.py": ""})
    for asked in (("chat",), ("--filter", "chat"), ("--filter", "./workers/chat")):
        assert ws("docker", "bundle", *asked, "--out", str(out)).code == 0
        assert sorted(content(out)) == MADE
    assert ws("docker", "bundle", "--out", str(out)).code == 0
    assert {"workers/tell/tell/app.py", "packages/other/pyproject.toml"} < content(out).keys()
    assert ws("docker", "bundle", "--filter", "shared", "--out", str(out)).code == 1
    ran = ws("docker", "bundle", "chat", "--out", str(out), "--format", "json")
    assert {tuple(row["members"]) for row in ran.json["data"]["downloads"]} == {("chat",)}


def test_check_tells_what_is_off(make_workspace: Make, ws: Ws, out: Path) -> None:
    root = make_workspace(NAMED)
    archive = out.with_name("b.tar.xz")
    asked = ("docker", "bundle", "--out", str(out), "--archive", str(archive))
    ran = ws(*asked, "--check", "--format", "json")
    assert (ran.code, out.exists(), archive.exists()) == (1, False, False)
    assert [each["rule"] for each in ran.json["findings"]] == ["bundle/stale"] * 2
    assert ran.json["findings"][0]["hint"] == f"ws {' '.join(asked)}"
    ws(*asked)
    assert ws(*asked, "--check").code == 0
    (root / "packages/shared/shared/a.py").write_text("A = 2\n")
    (root / "packages/shared/shared/b.py").touch()
    before = content(out)
    ran = ws(*asked, "--check")
    assert (ran.code, content(out) == before) == (1, True)
    told = f"error: {out} is not what would be written now: packages/shared/shared/a.py"
    assert f"{told} changed, packages/shared/shared/b.py is missing, " in ran.out


def test_check_leaves_estimates_aside(make_workspace: Make, ws: Ws, out: Path) -> None:
    make_workspace(NAMED)
    ws("docker", "bundle", "--out", str(out))
    document = json.loads((out / bundle.NAME).read_text())
    document["download"] = document["services"][0]["size"] = 12_000_000
    document["downloads"][0]["size"] = 1
    (out / bundle.NAME).write_text(json.dumps(document))
    assert ws("docker", "bundle", "--out", str(out), "--check").code == 0
    document["services"][0]["fingerprint"] = "another"
    (out / bundle.NAME).write_text(json.dumps(document))
    assert ws("docker", "bundle", "--out", str(out), "--check").code == 1


def test_without_sizes_nothing_of_the_machine_is_in_it(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    numpy = package("numpy", '"main"')
    locked = lock(CHAT, "shared").replace("[metadata]", f"{numpy}[metadata]")
    root = make_workspace({**NAMED, "workers/chat/poetry.lock": locked})
    bare = out.with_name("bare")
    asked = ("docker", "bundle", "--filter", "chat")
    ws(*asked, "--out", str(bare), "--no-sizes")
    before = content(bare)
    ws(*asked, "--out", str(out))
    assert content(out) == before
    site = root / "workers/chat/.venv/lib/python3.11/site-packages/numpy-1.0.dist-info"
    site.mkdir(parents=True)
    (site / "RECORD").write_text("numpy/a.py,,50000000\n")
    ws(*asked, "--out", str(bare), "--no-sizes")
    assert content(bare) == before
    ws(*asked, "--out", str(out))
    assert [path for path, data in content(out).items() if data != before[path]] == ["bundle.json"]
    (service,) = product(out).services
    assert (service.size, service.download) == (65_000_000, 15_000_000)
    assert ws(*asked, "--out", str(bare), "--check").code == 0
    (bare / "README.md").unlink()
    ran = ws(*asked, "--out", str(bare), "--check", "--no-sizes", "--format", "json")
    hint = f"ws docker bundle --out {bare} --filter chat --no-sizes"
    assert ran.json["findings"][0]["hint"] == hint


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "it is not said where to"),
        (("--out", "."), "holds the workspace"),
        (("--out", "workers/chat/b"), "lies in the member chat"),
        (("--out", ".git/b"), "lies in the repository's own folder"),
        (("--archive", ".git/b.tar.xz"), "lies in the repository's own folder"),
        (("--archive", "workers/chat/b.tar.xz"), "lies in the member chat"),
        (("--archive", "b.zip"), "is no name of an archive"),
        (("--archive", "../elsewhere.tar.gz"), "is no archive of a bundle"),
        (("--archive", "../other.tar.gz"), "is no archive of a bundle"),
        (("--out", "../theirs"), "is not empty, and ws did not make it"),
        (("--out", "dist", "--archive", "dist/b.tar.xz"), "lies in dist"),
    ],
)
def test_places_that_may_not_be_written_are_refused(
    write_files: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], why: str
) -> None:
    written = {f"ws/{name}": text for name, text in NAMED.items() if "." in Path(name).name}
    manifests = {
        f"ws/{name}/pyproject.toml": text
        for name, text in NAMED.items()
        if text.startswith("[tool")
    }
    top = write_files({**written, **manifests, "elsewhere.tar.gz": "theirs", "theirs/a": "a"})
    with tarfile.open(top / "other.tar.gz", "w:gz") as tar:
        tar.add(top / "theirs", "theirs")
    before = content(top)
    monkeypatch.chdir(top / "ws")
    ran = ws("docker", "bundle", *options)
    assert (ran.code, why in ran.err) == (2, True), ran.err
    after = {path: data for path, data in content(top).items() if "/.ws/" not in path}
    assert after == before


def test_nothing_is_written_where_a_lock_has_drifted_or_an_image_cannot_be(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    root = make_workspace({**NAMED, "workers/chat/poetry.lock": lock("", "shared")})
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert (ran.code, out.exists()) == (1, False)
    assert [each["rule"] for each in ran.json["findings"]] == ["lock/content-hash"]
    (root / "workers/chat/poetry.lock").unlink()
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert (ran.code, out.exists()) == (1, False)
    assert {each["member"] for each in ran.json["findings"]} == {"chat"}


def test_a_dockerfile_of_its_own_comes_with_what_it_copies(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    files = {
        **NAMED,
        "workers/chat": OWN,
        "workers/chat/Dockerfile": DOCKERFILE,
        "workers/chat/notes.txt": "",
        "packages/shared/shared/b.log": "",
        ".dockerignore": "**/*.log\n",
    }
    root = make_workspace(files)
    ran = ws("docker", "bundle", "--out", str(out))
    assert ran.code == 0, ran.err
    assert sorted(content(out)) == sorted(
        {*MADE, ".dockerignore", "workers/chat/Dockerfile", "workers/chat/poetry.lock"}
        - {"ops/images/Dockerfile", "ops/images/Dockerfile.dockerignore"}
    )
    target = json.loads((out / "ops/images/docker-bake.json").read_text())["target"]["chat"]
    assert target["dockerfile"] == "workers/chat/Dockerfile"
    (service,) = product(out).services
    assert target["labels"][fingerprints.DIGEST] == service.fingerprint
    assert (service.packages, service.script) == (("packages/shared", "workers/chat"), "")
    assert "python:3.11-slim" in (out / "README.md").read_text()
    (root / "workers/chat/Dockerfile").write_text(f"{DOCKERFILE}COPY workers/chat/.env ./\n")
    (root / "workers/chat/.env").write_text(CANARY)
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert (ran.code, ran.json["findings"][0]["rule"]) == (1, "bundle/secret")


def test_the_command_that_builds_one_can_be_pasted_whatever_its_path_is(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    dockerfile = 'FROM scratch\nCOPY ["my own", "/"]\n'
    own = OWN.replace("shared = ", "# ")
    files = {"my own": own, "my own/poetry.lock": lock(own), "my own/Dockerfile": dockerfile}
    make_workspace({**files, "workspace.toml": '[workspace]\nname = "x"\nmembers = ["my own"]\n'})
    assert ws("docker", "bundle", "--out", str(out)).code == 0
    build = "docker build --file 'my own/Dockerfile' --tag chat:latest ."
    assert build in (out / "README.md").read_text()


VOLUMES = """\
[tool.ws.docker.volumes.models]
path = "/models"
source = "{}"
[tool.ws.docker.volumes.words]
path = "/words"
source = "words.txt"
[tool.ws.docker.volumes.far]
path = "/far"
size = "5 MB"
source = "https://example.org/far.bin"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""


def test_what_fills_volumes_is_in_it_though_git_ignores_it(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    files = {
        **NAMED,
        ".gitignore": "models/\nwords.txt\n",
        ".dockerignore": "**/models\n**/words.txt\n",
        "workers/chat": CHAT + VOLUMES.format("../../models"),
        "workers/chat/words.txt": "words",
        "models/large/a.bin": "a",
    }
    root = make_workspace(files)
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert sorted(content(out)) == sorted(
        [*MADE, "models/large/a.bin", "workers/chat/words.txt"]
    ), ran.err
    told = (out / "README.md").read_text()
    assert "- `talk-models`, at `/models` in containers, filled from models\n" in told
    (far,) = [row for row in ran.json["data"]["downloads"] if row["kind"] == "volume"]
    assert (far["name"], far["download"]) == ("far", 5_000_000)
    manifest = root / "workers/chat/pyproject.toml"
    for source, rule in (("nowhere", "bundle/volume"), ("../../../out", "bundle/volume")):
        manifest.write_text(CHAT + VOLUMES.format(source))
        ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
        assert (ran.code, ran.json["findings"][0]["rule"]) in ((1, rule), (2, rule))


def test_what_git_alone_ignores_is_told(make_workspace: Make, ws: Ws, out: Path) -> None:
    files = {**NAMED, ".gitignore": "*.gen\nmade/\n", "workers/chat/chat/a.gen": ""}
    make_workspace({**files, "workers/chat/made/a.py": ""})
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    (finding,) = ran.json["findings"]
    assert (ran.code, finding["rule"]) == (0, "bundle/ignored-by-git")
    assert "hold workers/chat/chat/a.gen, workers/chat/made/;" in finding["message"]
    assert sorted(content(out)) == MADE


def test_a_readme_that_an_ignore_file_hides_is_shown_to_builds(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    make_workspace({**NAMED, ".dockerignore": "**/*.md\n"})
    ws("docker", "bundle", "--out", str(out))
    lines = (out / "ops/images/Dockerfile.dockerignore").read_text().splitlines()
    assert lines.index("**/*.md") < lines.index("!packages/shared/READ.md")


def test_a_link_that_leads_out_is_refused(make_workspace: Make, ws: Ws, out: Path) -> None:
    root = make_workspace(NAMED)
    (root / "workers/chat/chat/same.py").symlink_to("/etc/hostname")
    ran = ws("docker", "bundle", "--out", str(out))
    assert (ran.code, "[docker/link]" in ran.err, out.exists()) == (1, True, False)


def test_a_workspace_without_a_name_is_told(make_workspace: Make, ws: Ws, out: Path) -> None:
    root = make_workspace(FILES)
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert [each["rule"] for each in ran.json["findings"]] == ["bundle/no-name"]
    assert product(out).name == root.name.replace("_", "-")


def test_platforms_of_a_registry_are_not_asked_of_the_users_builder(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    toml = f'{TOML}[docker]\nplatforms = ["linux/amd64", "linux/arm64"]\n'
    make_workspace({**NAMED, "workspace.toml": toml})
    ws("docker", "bundle", "--out", str(out))
    assert "platforms" not in (out / "ops/images/docker-bake.json").read_text()


def test_tags_of_git_are_in_its_references(
    make_workspace: Make, ws: Ws, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    toml = f'{TOML}[docker]\nregistry = "r.example"\ntags = ["{{branch}}-{{sha}}"]\n'
    root = make_workspace({**NAMED, "workspace.toml": toml})
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert product(out).services[0].references == ()
    assert [each["rule"] for each in ran.json["findings"]] == ["bundle/no-tag"]
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (("init", "-q", "-b", "feature/x"), ("add", "."), (*who, "commit", "-qm", "a")):
        subprocess.run(["git", *command], cwd=root, check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    ran = ws("docker", "bundle", "--out", str(out), "--format", "json")
    assert product(out).services[0].references == (f"r.example/chat:feature-x-{commit[:12]}",)
    assert ran.json["findings"] == []


COMPOSE = """\
[compose]
folder = "ops/dev"
environment = { BROKER = "redis://broker" }
depends-on = ["broker"]

[compose.services.broker]
image = "redis:7-alpine"
env_file = [".env", { path = "more.txt", required = false }]
volumes = ["./redis.conf:/etc/redis.conf:ro", "data:/data", "/srv:/srv"]

[compose.services.other]
build = "other"
volumes = [{ type = "bind", source = "../words", target = "/words" }]
"""


def test_the_compose_file_lies_at_its_root_with_what_services_mount(
    make_workspace: Make, ws: Ws, out: Path
) -> None:
    own = '[tool.ws.compose]\ndepends-on = ["tell"]\nvolumes = ["./chat.txt:/chat.txt"]\n'
    tell = CHAT.replace('name = "chat"', 'name = "tell"')
    files = {
        **NAMED,
        "workspace.toml": TOML + COMPOSE,
        "workers/chat": CHAT + own,
        "workers/tell": tell,
        "workers/tell/poetry.lock": lock(tell, "shared"),
        "ops/dev/redis.conf": "save no",
        "ops/dev/.env": CANARY,
        "ops/dev/other/Dockerfile": "FROM scratch",
        "ops/words/a.txt": "a",
        "ops/dev/chat.txt": "c",
        "ops/dev/beside.txt": "",
    }
    make_workspace(files)
    ran = ws("docker", "bundle", "chat", "--out", str(out), "--format", "json")
    assert ran.code == 0, ran.out
    assert [each["message"] for each in ran.json["findings"]] == [
        "compose.yaml names ops/dev/.env, which a bundle does not take along"
    ]
    mounted = ["chat.txt", "other/Dockerfile", "redis.conf"]
    beside = [*(f"ops/dev/{name}" for name in mounted), "ops/words/a.txt"]
    assert sorted(content(out)) == sorted([*MADE, *beside])
    services = yaml.safe_load((out / "compose.yaml").read_text())["services"]
    broker, other, chat = (services[name] for name in ("broker", "other", "chat"))
    assert broker["volumes"] == [
        "./ops/dev/redis.conf:/etc/redis.conf:ro",
        "data:/data",
        "/srv:/srv",
    ]
    assert broker["env_file"] == [
        "./ops/dev/.env",
        {"path": "./ops/dev/more.txt", "required": False},
    ]
    assert (other["build"], other["volumes"][0]["source"]) == ("./ops/dev/other", "./ops/words")
    assert chat["build"] == {
        "context": ".",
        "dockerfile": "ops/images/Dockerfile",
        "target": "image-chat",
    }
    assert chat["depends_on"] == {"broker": {"condition": "service_started"}}
    assert chat["environment"] == {"BROKER": "redis://broker"}
    assert chat["volumes"] == ["./ops/dev/chat.txt:/chat.txt"]
