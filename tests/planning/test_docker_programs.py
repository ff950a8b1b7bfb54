from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.planning.dockerfiles import Folder, dockerfile

from ws.formats.docker_shell import commands
from ws.planning.docker_cached import env_name
from ws.planning.docker_layout import layouts
from ws.planning.docker_programs import Call, call_of

if TYPE_CHECKING:
    from ws.planning.docker_stage import Install


def call(text: str) -> Call | None:
    return call_of(commands(text, "/w", {})[-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poetry install", {}),
        ("poetry install --no-root --no-directory", {"root": False, "directories": False}),
        ("poetry install --only-root", {"dependencies": False}),
        ("poetry install --only main,dev --only x", {"only": ("main", "dev", "x")}),
        ("poetry install --with=a --without b", {"with_": ("a",), "without": ("b",)}),
        ("poetry install -E 'a b' --extras c", {"extras": ("a", "b", "c")}),
        ("poetry install --all-extras --all-groups", {"all_extras": True, "all_groups": True}),
        ("poetry install --sync", {"sync": True}),
        ("poetry sync", {"verb": "sync", "sync": True}),
        ("poetry -C x install", {"project": "/w/x"}),
        ("poetry install --directory=../x", {"project": "/x"}),
        ("poetry -P x lock", {"verb": "lock", "project": "/w/x"}),
        ("python3.11 -m poetry install", {}),
        ("pipx run poetry install", {}),
        ("/opt/poetry/bin/poetry install", {"by": "/opt/poetry/bin"}),
        ("cd x && poetry install", {"project": "/w/x"}),
    ],
)
def test_what_poetry_is_asked_for(text: str, expected: dict[str, Any]) -> None:
    given = {"tool": "poetry", "verb": "install", "project": "/w"} | expected
    assert call(text) == Call(**given)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install .", {"paths": (("/w", False),)}),
        ("pip install -e ../x[dev]", {"paths": (("/x", True),)}),
        ("pip3 install --no-deps ./x", {"paths": (("/w/x", False),), "dependencies": False}),
        ("python -m pip install -r a.txt -c b.txt", {"files": ("/w/a.txt",)}),
        ("pip install --index-url http://x poetry==2.1", {"names": ("poetry==2.1",)}),
        ("uv pip install --system .", {"tool": "uv", "paths": (("/w", False),)}),
    ],
)
def test_what_pip_is_asked_for(text: str, expected: dict[str, Any]) -> None:
    assert call(text) == Call(**({"tool": "pip", "verb": "pip", "project": "/w"} | expected))


@pytest.mark.parametrize(
    "text", ["poetry run pytest", "poetry install --dry-run", "pip list", "apt-get install poetry"]
)
def test_what_installs_nothing_of_ours(text: str) -> None:
    assert call(text) is None


NAME = env_name("", "/w", "3.11")


def installs(text: str) -> tuple[Install, ...]:
    files = ["m/pyproject.toml", "m/poetry.toml", "n/pyproject.toml"]
    return layouts(dockerfile(text), Folder(files))[-1].installs


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("RUN poetry install", f"/root/.cache/pypoetry/virtualenvs/{NAME}"),
        ("ENV POETRY_CACHE_DIR=/c\nRUN poetry install", f"/c/virtualenvs/{NAME}"),
        ("RUN poetry config virtualenvs.in-project true && poetry install", "/w/.venv"),
        ("RUN poetry config virtualenvs.create false\nRUN poetry install", "/usr/local"),
        ("ENV POETRY_VIRTUALENVS_CREATE=0\nRUN poetry install", "/usr/local"),
        (  # not the environment on PATH: Poetry goes to the Python below it
            "RUN python -m venv /v\nENV PATH=/v/bin:$PATH POETRY_VIRTUALENVS_CREATE=0\n"
            "RUN poetry install",
            "/usr/local",
        ),
        ("RUN POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install", "/w/.venv"),
        ("RUN python -m venv .venv && poetry install", "/w/.venv"),
        ("ENV VIRTUAL_ENV=/v\nRUN poetry install", "/v"),
        ("COPY m .\nRUN poetry install", "/w/.venv"),
        ("RUN pip install .", "/usr/local"),
        ("RUN python -m venv /v && /v/bin/pip install .", "/v"),
        ("RUN python -m venv /v && . /v/bin/activate && pip install .", "/v"),
        ("RUN python -m venv /v\nENV PATH=/v/bin:$PATH\nRUN pip install .", "/v"),
        ("RUN pip --python /v/bin/python install .", "/v"),
        ("RUN python -m pip -q --python=v --timeout 9 install .", "/w/v"),
        ("RUN uv sync", "/w/.venv"),
    ],
)
def test_which_environment_is_installed_into(text: str, environment: str) -> None:
    assert installs(f"WORKDIR /w\n{text}\n")[-1].environment == environment


def test_a_here_document_is_a_script() -> None:
    (one,) = installs("WORKDIR /w\nRUN <<EOF\ncd x\npoetry install\nEOF\n")
    assert one.call.project == "/w/x"


def test_the_json_form_is_read() -> None:
    (one,) = installs('WORKDIR /w\nRUN ["poetry", "install", "--no-root"]\n')
    assert not one.call.root
