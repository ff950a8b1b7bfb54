"""What real builds of tests/docker/test_truth.py taught the proof, one case each."""

from __future__ import annotations

from tests.planning.dockerfiles import CHAT, SHARED, Place, rules

from ws.planning.docker_cached import env_name

MINE = f"COPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
INSTALL = "RUN poetry install --no-root\n"
BUILDER = (
    "FROM team/python:3.11 AS builder\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\n"
    f"WORKDIR /app\nCOPY {CHAT} ./\nCOPY {SHARED} /{SHARED}\n"
    "RUN poetry install\nFROM team/python:3.11-slim\nWORKDIR /app\n"
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


def test_a_cd_to_what_is_not_there_fails() -> None:
    text = f"WORKDIR /ws\nCOPY . .\nRUN cd {CHAT} && poetry install\n"
    assert Place().check(text).status == "ok"
    verdict = Place().check(text, folder=CHAT)
    assert [(one.rule, one.message) for one in verdict.findings] == [
        ("docker/command-fails", f"cd {CHAT} fails: there is no /ws/{CHAT}")
    ]
    for may_work in (
        text.replace(" &&", ";"),
        text.replace("RUN cd", "RUN ./make.sh && cd"),
        text.replace(f"cd {CHAT}", "cd /opt/it"),
        f"ENV POETRY_VIRTUALENVS_IN_PROJECT=1\n{text}".replace(
            f"cd {CHAT}", f"{INSTALL[4:-1]} && cd .venv/lib"
        ),
        f"FROM mine\n{text}",
    ):
        found = Place().check(may_work, folder=CHAT)
        assert "docker/command-fails" not in rules(found), may_work


def test_after_a_cd_the_depth_is_that_of_the_folder_it_leads_to() -> None:
    text = f"WORKDIR /app\nCOPY {CHAT} a/b/c/d\nCOPY {SHARED} /{SHARED}\n"
    verdict = Place().check(f"{text}RUN cd a/b/c/d && poetry install\n")
    assert [(one.rule, one.message, one.hint) for one in verdict.findings] == [
        (
            "docker/wrong-depth",
            f"Poetry will look for shared-python in /app/a/{SHARED}, and it was copied to"
            f" /{SHARED}: /app/a/b/c/d is 5 deep and the member 3 in the workspace:"
            " climbing 3 does not reach / there",
            f"before line 5: COPY {SHARED} /app/a/{SHARED}",
        )
    ]


def test_poetry_in_the_last_stage_brings_no_path_dependency() -> None:
    text = f"{BUILDER}RUN pip install 'poetry==2.5.1' {{}}\nCOPY --from=builder /app/src /app/src\n"
    verdict = Place().check(text.format("uvicorn[standard]"))
    assert (verdict.status, rules(verdict)) == ("broken", ["docker/path-dependency-missing"])
    assert Place().check(text.format("other")).status == "cannot-tell"
    assert Place().check(text.format("-r list.txt")).status == "cannot-tell"


def test_a_member_without_a_lock_is_to_be_locked_first() -> None:
    text = f"WORKDIR /app\nCOPY {CHAT} ./\nCOPY {SHARED} /{SHARED}\n{INSTALL}"
    (finding,) = Place(locked=False).check(text).findings
    assert (finding.rule, finding.hint) == (
        "docker/lock-not-copied",
        f"ws lock --filter chat, then copy {CHAT}/poetry.lock to /app too, before this line",
    )


def test_a_module_is_named_where_the_workspace_has_it() -> None:
    place = Place()
    for folder, module in ((CHAT, "chat"), (SHARED, "shared_python")):
        text = place.manifests[folder]
        place.manifests[folder] = "".join(
            line for line in text.splitlines(keepends=True) if not line.startswith("packages")
        )
        place.files.append(f"{folder}/{module}/__init__.py")
        place.files = [one for one in place.files if not one.startswith(f"{folder}/src/")]
    text = f"WORKDIR /app\n{MINE}COPY {SHARED}/pyproject.toml /{SHARED}/\nRUN poetry install\n"
    assert [one.message for one in place.check(text).findings] == [
        f"Poetry will look for shared-python in /{SHARED}, where its module"
        f" /{SHARED}/shared_python is missing: it cannot be built",
        "chat itself is installed here, and its module /app/chat is not there",
    ]


CACHED = BUILDER.replace("ENV POETRY_VIRTUALENVS_IN_PROJECT=1\n", "")
HOME = "/root/.cache/pypoetry/virtualenvs"
REST = f"COPY --from=builder /app /app\nCOPY --from=builder /{SHARED} /{SHARED}\n"


def test_an_environment_in_poetrys_cache_is_named_as_poetry_names_it() -> None:
    """The name is what Poetry 2.5 made in a container for the project chat in /app."""
    text = CACHED + REST
    right = f"{HOME}/{env_name('chat', '/app', '3.11')}"
    for source in (right, HOME, "/root", f"{HOME}/chat-*", f"{HOME}/*-py3.11"):
        target = source.replace("chat-*", "x").replace("*-py3.11", "x")
        verdict = Place().check(f"{text}COPY --from=builder {source} {target}\n")
        assert verdict.status == "ok", (source, verdict.findings)
    for wrong in (f"{HOME}/app", right.replace("3.11", "3.12"), right.replace("chat", "chatter")):
        verdict = Place().check(f"{text}COPY --from=builder {wrong} {wrong}\n")
        assert verdict.status == "broken"
        assert rules(verdict) == ["docker/source-missing", "docker/path-dependency-missing"]
        assert [one.hint for one in verdict.findings] == [
            "POETRY_VIRTUALENVS_IN_PROJECT=1 there puts it beside the manifest, as .venv",
            "before line 5: ENV POETRY_VIRTUALENVS_IN_PROJECT=1; then COPY --from that stage"
            " /app/.venv to the same path",
        ]
    glob = Place().check(f"{text}COPY --from=builder {HOME}/other-* /x\n")
    assert rules(glob) == ["docker/path-dependency-missing"]


def test_what_python_the_name_tells_is_not_known_of_every_image() -> None:
    text = (CACHED + REST).replace("python:3.11 ", "python:slim ")
    named = f"{HOME}/{env_name('chat', '/app', '3.12')}"
    verdict = Place().check(f"{text}COPY --from=builder {named} {named}\n")
    assert (verdict.status, rules(verdict)) == ("cannot-tell", ["docker/cannot-tell"])
    wrong = Place().check(f"{text}COPY --from=builder {HOME}/app {HOME}/app\n")
    assert wrong.status == "broken"
