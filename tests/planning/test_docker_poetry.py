"""What Poetry refuses of a command line, and programs that an image is without."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.planning.dockerfiles import CHAT, SHARED, Place

from ws.planning.docker_poetry import EVERYWHERE, OPTIONS
from ws.planning.docker_programs import COMMANDS

ALL = f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
ALL += f"COPY {SHARED} /packages/shared/python\n"
ASK = """
import json
from poetry.console.application import Application
poetry = Application()
names = {"install", "sync", "update", "lock"}
def options(definition):
    for one in definition.options:
        yield f"--{one.name}"
        yield from (f"-{short}" for short in (one.shortcut or "").split("|") if short)
told = {name: sorted(options(poetry.find(name).definition)) for name in names}
told[""] = sorted(options(poetry.definition))
told["commands"] = sorted({name.split()[0] for name in poetry.command_loader.names})
print(json.dumps(told))
"""


def said(lines: str, base: str = "team/python:3.11") -> list[tuple[str, str, str]]:
    verdict = Place().check(f"FROM {base}\n{ALL}{lines}")
    return [
        (one.rule.removeprefix("docker/"), one.message, one.hint or "") for one in verdict.findings
    ]


def test_the_tables_are_what_poetry_itself_says() -> None:
    ended = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout)
    assert {name: sorted(of) for name, of in OPTIONS.items()} == {n: told[n] for n in OPTIONS}
    assert sorted(EVERYWHERE) == told[""]
    assert set(told["commands"]) <= COMMANDS


def test_a_group_that_there_is_not_is_refused() -> None:
    assert said("RUN poetry install --no-root --with nix\n") == [
        (
            "command-fails",
            "poetry install fails: Group(s) not found: nix (via --with)",
            "its groups: main",
        )
    ]


def test_before_1_5_poetry_did_not_mind_unknown_groups() -> None:
    assert said("RUN pip install poetry==1.4.2\nRUN poetry install --no-root --with nix\n") == []


def test_an_unknown_option_is_told_with_the_right_one() -> None:
    assert said("RUN poetry install --no-root --onyl main\n") == [
        (
            "command-fails",
            'poetry install fails: The option "--onyl" does not exist',
            'did you mean "--only"?',
        )
    ]


def test_an_option_of_a_version_to_come_may_be_there() -> None:
    assert [one[0] for one in said("RUN poetry install --no-root --zzz\n")] == ["cannot-tell"]
    pinned = "RUN pip install poetry==2.1\nRUN poetry install --no-root --zzz\n"
    assert [one[0] for one in said(pinned)] == ["command-fails"]


@pytest.mark.parametrize(("version", "rules"), [("1.8.3", []), ("2.0.1", ["command-fails"])])
def test_an_option_that_poetry_2_took_away_fails_there(version: str, rules: list[str]) -> None:
    lines = f"RUN pip install poetry=={version}\nRUN poetry install --no-root --no-dev\n"
    assert [one[0] for one in said(lines)] == rules
    assert said("RUN poetry install --no-root --no-dev\n") == []


@pytest.mark.parametrize(("version", "rules"), [("1.4.2", ["command-fails"]), ("1.5.0", [])])
def test_before_1_5_poetry_had_no_directory_option(version: str, rules: list[str]) -> None:
    lines = f"RUN pip install poetry=={version}\nRUN poetry install --no-root --no-directory\n"
    assert [one[0] for one in said(f"{lines}RUN poetry install --no-root\n")] == rules


def test_an_unknown_command_may_be_that_of_a_plugin() -> None:
    assert said("RUN poetry instal\n") == [
        (
            "command-fails",
            "poetry instal fails: The requested command instal does not exist",
            'did you mean "install"?',
        )
    ]
    plugin = "RUN poetry self add poetry-plugin-x\nRUN poetry instal\n"
    assert [one[0] for one in said(plugin)] == ["cannot-tell"]


INSTALL = "RUN poetry install --no-root\n"


@pytest.mark.parametrize("base", ["python:3.11-slim", "docker.io/library/debian:12", "alpine"])
def test_poetry_that_nobody_installs_is_not_there(base: str) -> None:
    assert said(INSTALL, base) == [
        (
            "command-fails",
            "poetry install fails: nothing before this line installs poetry, and the image has"
            " none",
            "before this line: RUN pip install poetry==2.5.1, or in an environment of its own:"
            " python -m venv /opt/poetry, then /opt/poetry/bin/pip install poetry==2.5.1",
        )
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "RUN pip install poetry",
        "RUN pip install -r tools.txt",
        "RUN python -m venv /p && /p/bin/python -m pip install poetry\nENV PATH=/p/bin:$PATH",
        "RUN curl -sSL https://install.python-poetry.org | python3 -",
        "RUN apt-get update && apt-get install -y python3-poetry",
        "COPY --from=team/poetry /opt/poetry /opt/poetry\nENV PATH=/opt/poetry/bin:$PATH",
        "RUN ./setup.sh",
    ],
)
def test_poetry_that_a_line_may_have_brought_may_be_there(lines: str) -> None:
    assert said(f"{lines}\n{INSTALL}", "python:3.11") == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("7", "invalid from flag value 7: the stages are numbered from 0 to 2"),
        ("later", "the stage later begins in line 5 only, after this line"),
        ("here", "a stage cannot copy from itself: here is this one"),
    ],
)
def test_a_stage_that_is_not_there_yet_gives_nothing(name: str, message: str) -> None:
    text = f"FROM team/python\nFROM team/python AS here\nCOPY --from={name} /x /y\nCMD true\n"
    verdict = Place().check(f"{text}FROM team/python AS later\n", target="here")
    assert message in [one.message for one in verdict.findings]
    assert verdict.status == "broken"


BUNDLE = "RUN pip install poetry==2.1 poetry-plugin-bundle\n"
LAST = "FROM python:3.11\nCOPY --from=build /venv /venv\n"


def test_bundle_makes_an_environment_that_needs_no_sources() -> None:
    lines = f"{BUNDLE}RUN poetry bundle venv --only=main /venv\n{LAST}"
    found = said(f"COPY {CHAT} .\n{lines}", "python:3.11 AS build")
    assert [one for one in found if one[0] != "root"] == []


def test_bundle_is_a_command_of_a_plugin() -> None:
    found = said("RUN pip install poetry==2.1\nRUN poetry bundle venv /venv\n", "python:3.11")
    assert found == [
        (
            "command-fails",
            "poetry bundle fails: The requested command bundle does not exist",
            "install poetry-plugin-bundle beside Poetry",
        )
    ]


@pytest.mark.parametrize(
    "command", ["cp -a $(find-it) /venv", "ln -s $(find-it) /venv", "rsync -a $(find-it)/ /venv"]
)
def test_whether_an_environment_was_copied_is_known_to_the_shell_alone(command: str) -> None:
    lines = f"RUN pip install poetry==2.1\n{INSTALL}RUN {command}\n{LAST}"
    assert {one[0] for one in said(lines, "python:3.11 AS build")} == {"cannot-tell"}


def test_what_an_unknown_plugin_leaves_is_unknown() -> None:
    lines = f"RUN pip install poetry==2.1 x\n{INSTALL}RUN poetry pack /venv\n{LAST}"
    assert "source-missing" not in {one[0] for one in said(lines, "python:3.11 AS build")}
