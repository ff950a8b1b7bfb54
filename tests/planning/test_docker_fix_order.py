"""The two-step order that keeps the cache, in files that are written in less usual ways."""

from __future__ import annotations

import pytest
from tests.planning.dockerfiles import SHARED, Place
from tests.planning.mending import HEAD, mended, rules_of

CHAT = "workers/my chat"
SOURCES = f'COPY ["{CHAT}", "./"]\nCOPY ["{SHARED}", "/packages/shared/python"]\n'
MANIFESTS = f'COPY ["{CHAT}/pyproject.toml", "{CHAT}/poetry.lock", "./"]\n'


@pytest.mark.parametrize("directive", ["", "# escape=`\n", "# escape=\\\n"])
def test_copies_in_json_form_with_blanks_are_split(directive: str) -> None:
    before = f"{directive}{HEAD}WORKDIR /app\n{SOURCES}RUN poetry install --no-root\n"
    first = f"{MANIFESTS}RUN poetry install --no-root --no-directory\n"
    found = mended(before, Place(CHAT), path=f"{CHAT}/Dockerfile")
    assert found.dockerfile.text == before.replace(SOURCES, f"{first}{SOURCES}")
    assert (rules_of(found), found.left) == (["docker/cache"], ())


@pytest.mark.parametrize("escape", ["`", "\\"])
def test_a_command_over_two_lines_is_split_whatever_continues_it(escape: str) -> None:
    command = f"RUN poetry install --no-root {escape}\n    --no-ansi"
    before = f"# escape={escape}\n{HEAD}WORKDIR /app\n{SOURCES}{command}\n"
    first = f"{MANIFESTS}{command} --no-directory\n"
    found = mended(before, Place(CHAT), path=f"{CHAT}/Dockerfile")
    assert found.dockerfile.text == before.replace(SOURCES, f"{first}{SOURCES}")


@pytest.mark.parametrize(("version", "is_split"), [("1.4.2", False), ("1.5.0", True)])
def test_a_poetry_that_cannot_leave_out_directories_installs_in_one_step(
    version: str, *, is_split: bool
) -> None:
    before = f"{HEAD}RUN pip install poetry=={version}\nWORKDIR /app\n{SOURCES}"
    before += "RUN poetry install --no-root\n"
    found = mended(before, Place(CHAT), path=f"{CHAT}/Dockerfile")
    assert ("--no-directory" in found.dockerfile.text) is is_split
