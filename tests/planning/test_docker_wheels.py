"""Images whose local packages are wheels that a stage before has built of their folders."""

from __future__ import annotations

from tests.planning.dockerfiles import CHAT, SHARED, Place, rules

HOOK = "from poetry.core.masonry.api import build_wheel; build_wheel('/wheels')"
HEAD = f'FROM python:3.11 AS wheels\nENV BUILD="{HOOK}"\n'
TAIL = (
    "FROM python:3.11 AS local\nRUN python -m venv /opt/venv\n"
    "RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels"
    " python -m pip --python /opt/venv/bin/python install --no-deps --prefix=/local /wheels/*.whl\n"
    "FROM python:3.11-slim\nCOPY --from=local /opt/venv/ /opt/venv/\n"
)
TAKEN = "COPY --from=local /local/ /opt/venv/\n"


def wheel_of(folder: str, sources: str = "") -> str:
    return f'WORKDIR /ws/{folder}\nCOPY {sources or folder} ./\nRUN python -c "${{BUILD}}"\n'


def test_wheels_of_a_member_and_of_what_it_needs_are_all_that_it_takes() -> None:
    verdict = Place().check(f"{HEAD}{wheel_of(SHARED)}{wheel_of(CHAT)}{TAIL}{TAKEN}")
    assert (verdict.status, verdict.findings) == ("ok", ())


def test_a_path_dependency_without_a_wheel_is_told() -> None:
    verdict = Place().check(f"{HEAD}{wheel_of(CHAT)}{TAIL}{TAKEN}")
    (finding,) = verdict.findings
    assert (finding.rule, finding.message, finding.hint) == (
        "docker/path-dependency-missing",
        "chat needs shared-python, of which no wheel is built",
        f"copy {SHARED}, and build its wheel too",
    )


def test_a_wheel_needs_the_sources_of_its_package() -> None:
    manifest = f"{SHARED}/pyproject.toml"
    text = f"{HEAD}{wheel_of(SHARED, manifest)}{wheel_of(CHAT)}{TAIL}{TAKEN}"
    assert rules(Place().check(text)) == ["docker/member-missing"]


def test_wheels_that_may_not_reach_the_last_stage_are_not_taken_for_good() -> None:
    verdict = Place().check(f"{HEAD}{wheel_of(SHARED)}{wheel_of(CHAT)}{TAIL}")
    assert (verdict.status, rules(verdict)) == ("cannot-tell", ["docker/cannot-tell"])


LOOP = (
    "FROM python:3.11 AS locked\nWORKDIR /locked\n"
    f"COPY docker/third_party.py {CHAT}/poetry.lock ./\n"
    "RUN python third_party.py poetry.lock main\n"
    f"{HEAD}COPY {SHARED}/ /ws/{SHARED}/\nWORKDIR /ws/{CHAT}\nCOPY {CHAT}/ ./\n"
    "COPY --from=locked /locked/folders.txt /\n"
    'RUN while read -r folder; do (cd "${folder}" && python -c "${BUILD}") || exit 1; \\\n'
    '  done < /folders.txt && python -c "${BUILD}"\n'
)


def test_a_loop_over_the_folders_of_a_lock_builds_wheels_of_what_lies_there() -> None:
    place = Place()
    place.files.append("docker/third_party.py")
    verdict = place.check(f"{LOOP}{TAIL}{TAKEN}")
    assert (verdict.status, verdict.findings) == ("ok", ())
    elsewhere = LOOP.replace(f"/ws/{SHARED}", f"/{SHARED}")
    verdict = place.check(f"{elsewhere}{TAIL}{TAKEN}")
    assert (verdict.status, rules(verdict)) == ("broken", ["docker/wrong-depth"])


def test_of_a_loop_over_another_list_nobody_can_tell() -> None:
    place = Place()
    place.files.append("docker/other.py")
    verdict = place.check(f"{LOOP}{TAIL}{TAKEN}".replace("third_party", "other"))
    assert (verdict.status, rules(verdict)) == ("cannot-tell", ["docker/cannot-tell"])
