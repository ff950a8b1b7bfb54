"""The workspace that the Dockerfiles of the matrix are for, and what one row of the matrix says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = "packages/shared/python"
BASE = "packages/base"
LAYERED = "packages/layered"
TOOL = "packages/tool"
DOCUMENTED = "packages/documented"
NEAR = "workers/near"
INNER = "services/api/inner"

CHAT = "workers/general/chat"
STACK = "workers/general/stack"
WHEEL = "workers/general/wheel"
DEV = "workers/general/dev"
OPTIONAL = "workers/general/optional"
READ = "workers/general/read"
PROJECT = "workers/general/project"
CLOSE = "workers/general/close"
API = "services/api"
LINKED = "workers/general/linked"
DEPTHS = (
    "chat",
    "workers/chat",
    CHAT,
    "workers/general/speech/chat",
    "workers/general/speech/fast/chat",
)
"""Workers that need the shared package, one in each depth."""


def manifest(name: str, module: str, dependencies: str = "", more: str = "") -> str:
    """A `pyproject.toml` whose module lies in `src`; `more` goes into `[tool.poetry]`."""
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "0.1.0"\ndescription = ""\nauthors = []\n'
        f'packages = [{{ include = "{module}", from = "src" }}]\n{more}\n'
        f'[tool.poetry.dependencies]\npython = "^3.11"\n{dependencies}\n'
        '[build-system]\nrequires = ["poetry-core>=2"]\n'
        'build-backend = "poetry.core.masonry.api"\n'
    )


def path_to(name: str, path: str, more: str = "develop = true") -> str:
    """A path dependency, as a manifest has it."""
    return f'{name} = {{ path = "{path}", {more} }}\n'


def _worker(folder: str, dependencies: str, more: str = "") -> dict[str, str]:
    return {
        f"{folder}/pyproject.toml": manifest(folder.replace("/", "-"), "app", dependencies, more),
        f"{folder}/src/app/__init__.py": "",
    }


def _package(
    folder: str, name: str, module: str, dependencies: str = "", more: str = ""
) -> dict[str, str]:
    return {
        f"{folder}/pyproject.toml": manifest(name, module, dependencies, more),
        f"{folder}/src/{module}/__init__.py": "",
    }


_UP = "../../../"
_TOOL = path_to("tool", f"{_UP}{TOOL}")
_TO_SHARED = path_to("shared-python", f"{_UP}{SHARED}")
FILES: dict[str, str] = {
    "workspace.toml": '[workspace]\nmembers = ["**"]\n',
    **_package(SHARED, "shared-python", "shared"),
    **_package(BASE, "base", "base"),
    **_package(LAYERED, "layered", "layered", path_to("base", "../base")),
    **_package(TOOL, "tool", "tool"),
    **_package(DOCUMENTED, "documented", "documented", "", 'readme = "README.md"\n'),
    f"{DOCUMENTED}/README.md": "# Documented\n",
    **_package(NEAR, "near", "near"),
    **_package(INNER, "inner", "inner"),
    **_worker(STACK, path_to("layered", f"{_UP}{LAYERED}")),
    **_worker(WHEEL, path_to("shared-python", f"{_UP}{SHARED}", "develop = false")),
    **_worker(DEV, f"{_TO_SHARED}\n[tool.poetry.group.dev.dependencies]\n{_TOOL}"),
    **_worker(
        OPTIONAL,
        _TO_SHARED
        + path_to("tool", f"{_UP}{TOOL}", "develop = true, optional = true")
        + '\n[tool.poetry.extras]\ntools = ["tool"]\n',
    ),
    **_worker(READ, path_to("documented", f"{_UP}{DOCUMENTED}")),
    **_worker(CLOSE, path_to("near", "../../near")),
    **_worker(API, path_to("inner", "inner")),
    **_worker(LINKED, path_to("shared-python", "vendor")),
    f"{LINKED}/vendor": f"-> ../../../{SHARED}",
    f"{PROJECT}/src/app/__init__.py": "",
    f"{PROJECT}/pyproject.toml": (
        '[project]\nname = "project"\nversion = "0.1.0"\nrequires-python = ">=3.11,<4.0"\n'
        'dependencies = ["shared-python"]\n\n[tool.poetry]\n'
        'packages = [{ include = "app", from = "src" }]\n\n'
        f"[tool.poetry.dependencies]\n{_TO_SHARED}\n"
        '[build-system]\nrequires = ["poetry-core>=2"]\n'
        'build-backend = "poetry.core.masonry.api"\n'
    ),
}
"""Its files, less the locks; a text `-> TARGET` is a symbolic link."""
for _depth, _folder in enumerate(DEPTHS, 1):
    FILES |= _worker(_folder, path_to("shared-python", f"{'../' * _depth}{SHARED}"))

IMPORTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(DEPTHS, ("shared",)),
    STACK: ("layered", "base"),
    WHEEL: ("shared",),
    DEV: ("shared", "tool"),
    OPTIONAL: ("shared",),
    READ: ("documented",),
    PROJECT: ("shared",),
    CLOSE: ("near",),
    API: ("inner",),
    LINKED: ("shared",),
}
"""What a member's path dependencies make importable, those of its extras left out."""

HEAD = "FROM ws-test/python\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\n"
"""What a Dockerfile of the matrix begins with that has no `FROM` of its own. The image is Poetry
in an environment of its own on a plain Python."""


@dataclass(frozen=True)
class Case:
    """A row: a Dockerfile, and what it is built from. What becomes of it, the engine says."""

    name: str
    text: str
    member: str = CHAT
    """Whose path dependencies a container is asked to import."""
    context: str = "."
    ignore: str = ""
    """The `.dockerignore` of the context; `;` is a new line."""
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Files that differ from `FILES`; `None` is one less."""
    locked: bool = False
    """Whether the member is locked anew, with these files."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Those of `--build-arg`."""
    target: str = ""
    dockerfile: str = "docker/Dockerfile"
    python: str = ".venv/bin/python"
    """What its CMD would start, from the last WORKDIR."""
    imports: tuple[str, ...] | None = None
    """What should be importable, where that is not the member's `IMPORTS`."""
    rule: str = ""
    """Of what is broken: what the verdict is to name, without `docker/`."""
    by_hand: bool = False
    """Whether it is broken in a way that `ws docker sync` leaves to a person."""
    cannot_tell: str = ""
    """Why the verdict may be that nobody can tell."""
    in_ci: bool = False
    """Whether it is of the sample that CI runs."""

    @property
    def whole_text(self) -> str:
        """The Dockerfile as it is built."""
        has_base = any(line.lower().startswith("from ") for line in self.text.splitlines())
        return self.text if has_base else HEAD + self.text

    @property
    def asked(self) -> tuple[str, ...]:
        """The modules that a container is asked to import."""
        return IMPORTS[self.member] if self.imports is None else self.imports


def own(member: str, to: str = "./") -> str:
    """The line that copies a member's manifest and lock."""
    return f"COPY {member}/pyproject.toml {member}/poetry.lock {to}\n"


INSTALL = "RUN poetry install --no-root\n"
