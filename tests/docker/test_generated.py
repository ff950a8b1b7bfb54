"""What `ws docker new` wrote for the reference workspace, built and started."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.conftest import sample

from .conftest import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Engine

CHUNKER = "workers/general/documents/chunker"
CHAT = "workers/general/conversation/chat"
TTS = "workers/speech/tts"
SHARED = "packages/shared/python"
LIST = "from importlib.metadata import distributions as d; import json; " + (
    "print(json.dumps({p.name: p.version for p in d()}))"
)


def index() -> str:
    """The package index that pip is configured for, else its own default."""
    from pip._internal.configuration import Configuration
    from pip._internal.models.index import PyPI

    configuration = Configuration(isolated=False)
    configuration.load()
    found = dict(configuration.items())
    merged = {key: value for each in found.values() for key, value in each.items()}
    return str(merged.get("global.index-url") or PyPI.simple_url).rstrip("/")


def mirrored() -> tuple[str, ...]:
    """The build arguments that lead to the package index."""
    mirror = index()
    return (
        f"--build-arg=PIP_INDEX_URL={mirror}",
        "--build-arg=POETRY_PLUGINS=poetry-plugin-pypi-mirror",
        f"--build-arg=POETRY_PYPI_MIRROR_URL={mirror}/",
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference workspace that may be edited, as it would be checked out."""
    root = tmp_path_factory.mktemp("repository")
    root.chmod(0o755)  # as a checkout has it: the users in the images are others than this one
    without = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache")
    for folder in ("packages", "workers", "docker"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=without)
    shutil.copy(REPOSITORY / ".dockerignore", root)
    shutil.copy(REPOSITORY / "workspace.toml", root)
    command = ["docker", "new", "chunker-worker", "--style", "dev", "--root", str(root)]
    subprocess.run([sys.executable, "-m", "ws", *command], check=True, capture_output=True)
    return root


def built(
    engine: Engine, repository: Path, dockerfile: str, *options: str, context: str = "."
) -> tuple[str, str]:
    """The image of a Dockerfile, and what its build said."""
    tag = "ws-test/" + re.sub(r"[^a-z]+", "-", dockerfile.lower())
    where = repository / context
    ended = engine.build(where, repository / dockerfile, tag, *mirrored(), *options)
    assert ended.code == 0, ended.output
    return tag, ended.output


def third_party(engine: Engine, image: str) -> dict[str, str]:
    listed = engine.run(image, "/opt/venv/bin/python", "-c", LIST)
    found: dict[str, str] = json.loads(listed.output)
    return {name: version for name, version in found.items() if "worker" not in name}


def answered(engine: Engine, image: str, script: str, *options: str) -> dict[str, object]:
    """What a worker answers to one message on its stdin."""
    line = json.dumps({"id": "1", "payload": {"text": "One sentence. And another."}})
    said = engine.run(image, "sh", "-c", f"echo '{line}' | {script}", options=options)
    found: dict[str, object] = json.loads(said.output.splitlines()[-1])
    return found


def installed(log: str) -> list[str]:
    """What a build fetched from an index, or Poetry installed, in the words of its log."""
    fetched = re.findall(r"^#\d+ [\d.]+ +Collecting (\S+)", log, re.MULTILINE)
    return fetched + re.findall(r"- Installing (\S+)", log)


def test_development_holds_the_third_party_versions_of_production(
    docker_engine: Engine, repository: Path
) -> None:
    production, _ = built(docker_engine, repository, f"{CHUNKER}/Dockerfile")
    development, _ = built(docker_engine, repository, f"{CHUNKER}/Dockerfile.dev")
    shipped = third_party(docker_engine, production)
    assert "pydantic" in shipped
    assert shipped.items() <= third_party(docker_engine, development).items()


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.dev"])
def test_neither_an_edit_nor_a_bump_of_shared_installs_a_third_party_package_again(
    name: str, docker_engine: Engine, repository: Path
) -> None:
    built(docker_engine, repository, f"{CHUNKER}/{name}")
    source = repository / SHARED / "src/shared/__init__.py"
    source.write_text(f'{source.read_text()}\nEDITED = "{name}"\n')
    image, log = built(docker_engine, repository, f"{CHUNKER}/{name}")
    assert set(installed(log)) <= {"shared-python"}
    read = ("python", "-c", "import shared; print(shared.EDITED)")
    assert docker_engine.run(image, *read) == (0, f"{name}\n")

    bump(repository / SHARED / "pyproject.toml", r'^(version = )"(.*)"')
    bump(repository / CHUNKER / "poetry.lock", r'(name = "shared-python"\nversion = )"(.*)"')
    image, log = built(docker_engine, repository, f"{CHUNKER}/{name}")
    assert set(installed(log)) <= {"shared-python"}
    assert third_party(docker_engine, image)["shared-python"].startswith("0.1.0.post")


def bump(path: Path, pattern: str) -> None:
    """Give the version that a pattern finds another post-release."""
    text = path.read_text()
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None
    base, _, post = found[2].partition(".post")
    new = f'{found[1]}"{base}.post{int(post or 0) + 1}"'
    path.write_text(text[: found.start()] + new + text[found.end() :])


def test_production_is_not_root_and_has_neither_poetry_nor_pythonpath(
    docker_engine: Engine, repository: Path
) -> None:
    image, _ = built(docker_engine, repository, f"{CHUNKER}/Dockerfile")
    shown = "id -u; echo ${PYTHONPATH:-none}; which poetry || echo none; which chunker-worker"
    said = docker_engine.run(image, "sh", "-c", shown)
    assert said == (0, "10001\nnone\nnone\n/opt/venv/bin/chunker-worker\n")
    assert answered(docker_engine, image, "chunker-worker")["status"] == "ok"
    compiled = "find /opt/venv/lib -name '*.py' -path '*/pydantic/main.py' -o -name 'worker.*.pyc'"
    assert "worker.cpython-" in docker_engine.run(image, "sh", "-c", compiled).output


def test_no_address_of_an_index_is_left_in_the_history_of_production(
    docker_engine: Engine, repository: Path
) -> None:
    image, _ = built(docker_engine, repository, f"{CHUNKER}/Dockerfile")
    history = docker_engine.call("history", "--no-trunc", "--format", "{{.CreatedBy}}", image)
    assert index() not in history.output


def test_sources_that_are_mounted_on_the_development_image_are_live(
    docker_engine: Engine, repository: Path
) -> None:
    image, _ = built(docker_engine, repository, f"{CHUNKER}/Dockerfile.dev")
    source = repository / SHARED / "src/shared/__init__.py"
    source.write_text(f'{source.read_text()}\nLIVE = "yes"\n')
    mounted = (f"--volume={repository}:/ws",)
    read = ("python", "-c", "import shared; print(shared.LIVE)")
    assert docker_engine.run(image, *read, options=mounted) == (0, "yes\n")
    assert answered(docker_engine, image, "chunker-worker", *mounted)["status"] == "ok"


def test_the_classic_style_finds_path_dependencies_from_a_workdir_of_its_own(
    docker_engine: Engine, repository: Path
) -> None:
    image, _ = built(docker_engine, repository, f"{CHAT}/Dockerfile")
    assert answered(docker_engine, image, "chat-worker")["worker"] == "chat"
    where = ("python", "-c", "import shared; print(shared.__file__)")
    said = docker_engine.run(image, *where)
    assert said == (0, "/packages/shared/python/src/shared/__init__.py\n")


def test_one_dockerfile_serves_every_member(docker_engine: Engine, repository: Path) -> None:
    options = (f"--build-arg=MEMBER={TTS}", "--build-arg=SCRIPT=tts-worker")
    image, _ = built(docker_engine, repository, "docker/app.Dockerfile", *options)
    assert answered(docker_engine, image, "start")["worker"] == "tts"


def workspace_of(root: Path, files: dict[str, str], toml: str) -> Path:
    """A workspace at `root`: folders and files of this repository, each to where it should be."""
    root.chmod(0o755)
    for source, target in files.items():
        shutil.copytree(
            REPOSITORY / source,
            root / target,
            ignore=shutil.ignore_patterns(".venv", "__pycache__", ".*_cache", "Dockerfile*"),
        )
    (root / "workspace.toml").write_text(toml)
    return root


def made(root: Path, *arguments: str) -> None:
    """Call `ws docker new`, and let `ws docker check` find no error in what there is then."""
    for command in (("new", *arguments), ("check",)):
        whole = [sys.executable, "-m", "ws", "docker", *command, "--root", str(root)]
        subprocess.run(whole, check=True, capture_output=True)


@pytest.mark.parametrize("style", sample(["production", "dev", "classic"], 3))
def test_a_folder_with_blanks_and_umlauts_becomes_an_image(
    style: str, docker_engine: Engine, tmp_path: Path
) -> None:
    folder = "workers/my größe/a b/der chunker"
    files = {SHARED: SHARED, CHUNKER: folder}
    root = workspace_of(tmp_path, files, '[workspace]\nmembers = ["**"]\n')
    made(root, "chunker-worker", "--style", style)
    name = "Dockerfile.dev" if style == "dev" else "Dockerfile"
    image, _ = built(docker_engine, root, f"{folder}/{name}")
    assert answered(docker_engine, image, "chunker-worker")["status"] == "ok"


def test_a_library_is_there_in_its_image_for_development(
    docker_engine: Engine, tmp_path: Path
) -> None:
    root = workspace_of(tmp_path, {SHARED: SHARED}, '[workspace]\nmembers = ["**"]\n')
    made(root, "shared-python", "--style", "dev")
    image, _ = built(docker_engine, root, f"{SHARED}/Dockerfile.dev")
    asked = "import os, shared; print(os.getuid(), shared.__file__)"
    said = docker_engine.run(image, options=("--interactive",), said=asked)
    assert said == (0, f"1000 /ws/{SHARED}/src/shared/__init__.py\n")


@pytest.mark.parametrize("style", sample(["dev", "production", "classic", "shared"], 2))
def test_a_context_below_the_root_with_an_ignore_file_that_hides_what_is_needed(
    style: str, docker_engine: Engine, tmp_path: Path
) -> None:
    files = {SHARED: f"our services/{SHARED}", CHUNKER: f"our services/{CHUNKER}"}
    toml = '[workspace]\nmembers = ["**"]\n[docker]\ncontext = "our services"\n'
    root = workspace_of(tmp_path, files, toml)
    (root / "our services/.dockerignore").write_text("packages\ndocker\n**/poetry.lock\n")
    made(root, "chunker-worker", "--style", style)
    name = "Dockerfile.dev" if style == "dev" else "Dockerfile"
    path = "docker/app.Dockerfile" if style == "shared" else f"our services/{CHUNKER}/{name}"
    options = (f"--build-arg=MEMBER={CHUNKER}", "--build-arg=SCRIPT=chunker-worker")
    given = options if style == "shared" else ()
    image, _ = built(docker_engine, root, path, *given, context="our services")
    assert answered(docker_engine, image, "chunker-worker")["status"] == "ok"
