"""What real builds of tests/docker/test_truth.py taught the proof, one case each."""

from __future__ import annotations

from tests.planning.dockerfiles import CHAT, SHARED, Place, rules

MINE = f"COPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
INSTALL = "RUN poetry install --no-root\n"
BUILDER = (
    "FROM python:3.11 AS builder\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\n"
    f"WORKDIR /app\nCOPY {CHAT} ./\nCOPY {SHARED} /{SHARED}\n"
    "RUN poetry install\nFROM python:3.11-slim\nWORKDIR /app\n"
)


def simple(copy: str) -> str:
    return f"WORKDIR /app\n{MINE}{copy}{INSTALL}"


def test_a_target_is_a_stage_by_name_and_never_by_number() -> None:
    text = "FROM python AS one\nFROM one\nCOPY packages/nothing /x\n"
    verdict = Place().check(text, target="0")
    assert rules(verdict) == ["docker/target-missing"]
    assert verdict.findings[0].message == (
        "it is built with the target 0, and has no stage of that name"
    )
    assert Place().check(text, target="ONE").status == "ok"


def test_an_arg_after_an_env_of_its_name_is_not_guessed() -> None:
    place = f"WORKDIR $ROOT/{CHAT}\n{MINE}COPY {SHARED} /ws/{SHARED}\n{INSTALL}"
    assert Place().check(f"ENV ROOT=/ws\nARG ROOT=/srv\n{place}").status == "cannot-tell"
    assert Place().check(f"ENV ROOT=/ws\nARG ROOT=/ws\n{place}").status == "ok"
    assert Place().check(f"ENV ROOT=/ws\nARG ROOT\n{place}").status == "ok"


def test_a_package_that_pip_installs_from_its_own_folder_is_there() -> None:
    text = f"COPY {CHAT} /app\nCOPY {SHARED} /lib\n"
    text += "RUN pip install /lib && pip install --no-deps /app\n"
    assert (Place().check(text).status, Place().check(text).findings) == ("ok", ())
    gone = text.replace("install /lib", "install -e /lib") + "RUN rm -rf /lib\n"
    assert Place().check(gone).status != "ok"


def test_what_was_removed_is_missing_and_not_in_a_wrong_place() -> None:
    text = simple(f"COPY {SHARED} /{SHARED}\nRUN rm -rf /packages/*\n")
    assert rules(Place().check(text)) == ["docker/path-dependency-missing"]


def test_a_folder_that_no_stage_made_cannot_be_copied_from_it() -> None:
    text = f"{BUILDER}COPY --from=builder /ap /app\nCOPY --from=builder / /\n"
    verdict = Place().check(text)
    assert (verdict.status, rules(verdict)) == ("broken", ["docker/source-missing"])
    assert verdict.findings[0].message == "the stage builder has no /ap"
    by_script = text.replace("RUN poetry install", "RUN poetry install && python build.py")
    assert rules(Place().check(by_script)) == []
    assert rules(Place().check(text.replace("/ap /app", "/opt/x /x"))) == []


def test_no_folder_is_copied_to_where_a_file_is() -> None:
    file = f"COPY {SHARED}/pyproject.toml /packages/shared\n"
    text = simple(f"COPY {SHARED} /{SHARED}\n")
    verdict = Place().check(file + text)
    assert "docker/command-fails" in rules(verdict)
    assert verdict.findings[0].message == "a folder is copied to /packages/shared, where a file is"


def test_a_plain_mkdir_fails_for_what_is_there() -> None:
    text = f"COPY {SHARED} /{SHARED}\nRUN mkdir /packages\n"
    verdict = Place().check(text)
    assert (verdict.status, rules(verdict)) == ("broken", ["docker/command-fails"])
    assert verdict.findings[0].message == "mkdir /packages fails: it is there already"
    assert Place().check(text.replace("mkdir", "mkdir -m 755 -p")).status == "ok"
    assert Place().check(text.replace("mkdir /packages", "mkdir /packages || true")).status == "ok"
