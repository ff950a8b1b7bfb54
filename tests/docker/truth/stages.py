"""Files of several stages, mounts, and images that others are built from."""

from __future__ import annotations

from tests.docker.truth.workspace import CHAT, SHARED, WHEEL, Case, own

from ws.planning.docker_cached import env_name

BUILDER = (
    "FROM ws-test/python AS builder\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\nWORKDIR /app\n"
    f"COPY {CHAT} ./\nCOPY {SHARED} /{SHARED}\nRUN poetry install\n"
)
WHEELS = BUILDER.replace(CHAT, WHEEL)
LAST = "FROM python:3.11-slim\nWORKDIR /app\n"
HOOK = "from poetry.core.masonry.api import build_wheel; build_wheel('/wheels')"
HOUSE = f'FROM ws-test/python AS wheels\nENV BUILD="{HOOK}"\n'
HOUSED = (
    "FROM ws-test/python AS env\nRUN python -m venv /opt/venv\nFROM env AS local\n"
    "RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels"
    " python -m pip --python /opt/venv/bin/python install --no-deps --no-index --prefix=/local"
    f" /wheels/*.whl\n{LAST}COPY --from=env /opt/venv/ /opt/venv/\n"
    "COPY --from=local /local/ /opt/venv/\n"
)
ACROSS = "editable-across-stages"
MOUNT = f"--mount=type=bind,source={SHARED},target=/{SHARED}"
SYSTEM = "ENV POETRY_VIRTUALENVS_CREATE=false"


def wheel_of(folder: str, sources: str = "") -> str:
    """The lines that build the wheel of a member's folder, in the stage of wheels."""
    copied = f"COPY {sources or folder} ./\n"
    return f'WORKDIR /ws/{folder}\n{copied}RUN /opt/poetry/bin/python -c "${{BUILD}}"\n'


HOME = "/root/.cache/pypoetry/virtualenvs"
CACHED = (
    BUILDER.replace("ws-test/python", "ws-test/python:3.11").replace("IN_PROJECT=1", "IN_PROJECT=0")
    + f"{LAST}COPY --from=builder /app /app\nCOPY --from=builder /packages /packages\n"
)
NAMED = f"{HOME}/{env_name(CHAT.replace('/', '-'), '/app', '3.11')}"
VENV = "/opt/venv/bin/python"
CASES = (
    Case(
        "wheels of the member and of what it needs",
        f"{HOUSE}{wheel_of(SHARED)}{wheel_of(CHAT)}{HOUSED}",
        python=VENV,
        in_ci=True,
    ),
    Case(
        "a wheel of the member alone",
        f"{HOUSE}{wheel_of(CHAT)}{HOUSED}",
        python=VENV,
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "a wheel of a manifest alone",
        f"{HOUSE}{wheel_of(SHARED, f'{SHARED}/pyproject.toml')}{wheel_of(CHAT)}{HOUSED}",
        python=VENV,
        rule="member-missing",
        by_hand=True,
    ),
    Case(
        "all is copied",
        f"{BUILDER}{LAST}COPY --from=builder /app /app\nCOPY --from=builder /packages /packages\n",
        in_ci=True,
    ),
    Case(
        "an environment in the cache by its name",
        f"{CACHED}COPY --from=builder {NAMED} {NAMED}\n",
        python=f"{NAMED}/bin/python",
    ),
    Case(
        "an environment in the cache by a pattern",
        f"{CACHED}COPY --from=builder {HOME}/*-py3.11 /opt/venv\n",
        python=VENV,
    ),
    Case(
        "an environment in the cache by a pattern that fits none",
        f"{CACHED}COPY --from=builder {HOME}/app-* /opt/venv\n",
        python=VENV,
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "all environments in the cache",
        f"{CACHED}COPY --from=builder {HOME} {HOME}\n",
        python=f"{NAMED}/bin/python",
    ),
    Case(
        "an environment in the cache by a wrong name",
        f"{CACHED}COPY --from=builder {HOME}/app {HOME}/app\n",
        python=f"{NAMED}/bin/python",
        rule="source-missing",
        by_hand=True,
    ),
    Case(
        "an environment in the cache that is left there",
        CACHED,
        python="python3",
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "an environment in the cache, and Poetry in the last stage",
        CACHED + "RUN python3 -m pip install --no-deps poetry-core\n",
        python="python3",
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "the environment alone, editable",
        f"{BUILDER}{LAST}COPY --from=builder /app/.venv /app/.venv\n",
        rule=ACROSS,
        in_ci=True,
    ),
    Case(
        "the environment alone, not editable",
        f"{WHEELS}{LAST}COPY --from=builder /app/.venv .venv\n",
        WHEEL,
    ),
    Case(
        "by number",
        f"{WHEELS}{LAST}COPY --from=0 /app /app\n",
        WHEEL,
    ),
    Case(
        "by a name in other letters",
        f"{WHEELS}{LAST}COPY --from=BUILDER /app/ /app/\n",
        WHEEL,
    ),
    Case(
        "to another path, not editable",
        f"{WHEELS}{LAST}COPY --from=builder /app/.venv /venv\n",
        WHEEL,
        python="/venv/bin/python",
    ),
    Case(
        "to another path, editable, with the sources",
        f"{BUILDER}{LAST}COPY --from=builder /app/.venv /venv\n"
        "COPY --from=builder /packages /packages\n",
        python="/venv/bin/python",
    ),
    Case(
        "editable, with the sources from the context",
        f"{BUILDER}{LAST}COPY --from=builder /app /app\nCOPY {SHARED}/src /{SHARED}/src\n",
    ),
    Case(
        "editable, with the sources in another place",
        f"{BUILDER}{LAST}COPY --from=builder /app /app\nCOPY {SHARED} /app/{SHARED}\n",
        rule=ACROSS,
    ),
    Case("a stage from the builder", f"{BUILDER}FROM builder\nENV X=1\n"),
    Case(
        "a stage from the builder that loses it",
        f"{BUILDER}FROM builder\nRUN rm -rf /packages\n",
        rule="editable-across-stages",
        by_hand=True,
    ),
    Case(
        "the environment is not in the project",
        BUILDER.replace("IN_PROJECT=1", "IN_PROJECT=0")
        + f"{LAST}COPY --from=builder /app/.venv /app/.venv\n",
        rule="source-missing",
        by_hand=True,
    ),
    Case(
        "the environments of a user are copied",
        BUILDER.replace("IN_PROJECT=1", "PATH=/opt/venvs")
        + "FROM ws-test/python\nENV POETRY_VIRTUALENVS_PATH=/opt/venvs\nWORKDIR /app\n"
        "COPY --from=builder /opt/venvs /opt/venvs\nCOPY --from=builder /packages /packages\n"
        "COPY --from=builder /app /app\n",
        python="poetry run python",
    ),
    Case(
        "packages of the system, not editable",
        WHEELS.replace("IN_PROJECT=1", "CREATE=false")
        + f"{LAST}COPY --from=builder /usr/local /usr/local\n",
        WHEEL,
        python="python",
    ),
    Case(
        "packages of the system, editable",
        BUILDER.replace("IN_PROJECT=1", "CREATE=false")
        + f"{LAST}COPY --from=builder /usr/local /usr/local\n",
        python="python",
        rule=ACROSS,
    ),
    Case(
        "the sources are on PYTHONPATH in the last stage",
        f"{BUILDER}{LAST}COPY --from=builder /app /app\nCOPY {SHARED}/src /lib/shared\n"
        "ENV PYTHONPATH=/nothing:/lib/shared\n",
    ),
    Case(
        "an environment is left behind",
        f"{BUILDER}{LAST}COPY --from=builder /app/src /app/src\n",
        python="python",
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "the whole of a stage is copied",
        f"{BUILDER}FROM python:3.11-slim\nWORKDIR /app\nCOPY --from=builder / /\n",
    ),
    Case(
        "one stage copies from another that copied",
        f"{WHEELS}FROM scratch AS files\nCOPY --from=builder /app/.venv /env\n"
        f"{LAST}COPY --from=files /env /app/.venv\n",
        WHEEL,
    ),
    Case(
        "sources come from a stage that only has files",
        f"FROM scratch AS sources\nCOPY packages /p\nFROM ws-test/python\nWORKDIR /app\n"
        f"ENV POETRY_VIRTUALENVS_IN_PROJECT=1\n{own(CHAT)}"
        "COPY --from=sources /p /packages\nRUN poetry install --no-root\n",
    ),
    Case(
        "a stage has no such folder",
        f"{BUILDER}{LAST}COPY --from=builder /nothing /x\nCOPY --from=builder / /\n",
        rule="source-missing",
        by_hand=True,
    ),
    Case(
        "refused: a number without a stage",
        f"{BUILDER}{LAST}COPY --from=7 /app /app\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "refused: a stage copies from itself",
        f"{BUILDER}COPY --from=builder /app /x\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "refused: what a later stage makes",
        f"FROM ws-test/python AS early\nCOPY --from=builder /app /app\n{BUILDER}"
        "FROM builder\nCOPY --from=early /app /x\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "a stage that nobody needs is broken",
        f"FROM ws-test/python AS old\nCOPY nothing /x\n{BUILDER}",
    ),
    Case(
        "a broken stage after the target",
        f"{BUILDER}FROM builder\nCOPY nothing /x\n",
        target="builder",
    ),
    Case(
        "the target is broken",
        f"{BUILDER}FROM builder AS x\nCOPY nothing /x\nFROM builder\n",
        target="x",
        rule="source-missing",
        by_hand=True,
    ),
    Case(
        "the target is a number",
        f"{BUILDER}FROM builder\nCOPY nothing /x\n",
        target="0",
        rule="target-missing",
        by_hand=True,
    ),
    Case(
        "ONBUILD of a stage",
        f"FROM ws-test/python AS base\nONBUILD COPY {SHARED} /{SHARED}\nFROM base\n"
        f"ENV POETRY_VIRTUALENVS_IN_PROJECT=1\nWORKDIR /app\n{own(CHAT)}"
        "RUN poetry install --no-root\n",
    ),
    Case(
        "ONBUILD does nothing in its own stage",
        f"FROM ws-test/python\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\nONBUILD COPY {SHARED} "
        f"/{SHARED}\nWORKDIR /app\n{own(CHAT)}RUN poetry install --no-root\n",
        rule="path-dependency-missing",
    ),
    Case(
        "WORKDIR and ENV are inherited",
        f"FROM ws-test/python AS base\nENV POETRY_VIRTUALENVS_IN_PROJECT=1 AT=/{SHARED}\n"
        f"WORKDIR /app\nFROM base\n{own(CHAT)}COPY {SHARED} $AT\nRUN poetry install --no-root\n",
    ),
    Case(
        "ARG is not inherited",
        f"FROM ws-test/python AS base\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\nARG AT=/packages\n"
        f"FROM base\nWORKDIR /app\n{own(CHAT)}COPY {SHARED} $AT/shared/python\n"
        "RUN poetry install --no-root\n",
    ),
    Case(
        "mounted, editable",
        f"WORKDIR /app\n{own(CHAT)}RUN {MOUNT} poetry install --no-root\n",
        rule=ACROSS,
    ),
    Case(
        "mounted, not editable",
        f"WORKDIR /app\n{own(WHEEL)}RUN {MOUNT},rw poetry install --no-root\n",
        WHEEL,
    ),
    Case(
        "mounted, copied later",
        f"WORKDIR /app\n{own(CHAT)}RUN {MOUNT} poetry install --no-root\nCOPY {SHARED} /{SHARED}\n",
    ),
    Case(
        "mounted for another RUN",
        f"WORKDIR /app\n{own(CHAT)}RUN {MOUNT} ls\nRUN poetry install --no-root\n",
        rule="path-dependency-missing",
    ),
    Case(
        "a mount without a source is the context",
        f"WORKDIR /ws/{CHAT}\nRUN --mount=target=/ws,rw cp /ws/{CHAT}/p* /tmp\nRUN cp /tmp/p* .\n"
        f"COPY {SHARED} /ws/{SHARED}\nRUN poetry install --no-root\n",
        cannot_tell="a shell's pattern names what is copied",
    ),
    Case(
        "manifest and lock are mounted",
        f"WORKDIR /app\nCOPY {SHARED} /{SHARED}\n"
        f"RUN --mount=type=bind,source={CHAT}/pyproject.toml,target=pyproject.toml"
        f" --mount=type=bind,source={CHAT}/poetry.lock,target=poetry.lock"
        " poetry install --no-root\n",
    ),
    Case(
        "a mount from a stage",
        f"FROM python:3.11-slim AS sources\nCOPY packages /p\nFROM ws-test/python\nWORKDIR /app\n"
        f"ENV POETRY_VIRTUALENVS_IN_PROJECT=1\n{own(WHEEL)}"
        f"RUN --mount=from=sources,source=/p,target=/packages,rw poetry install --no-root\n",
        WHEEL,
    ),
    Case(
        "a mount of what is not there",
        "RUN --mount=type=bind,source=nothing,target=/x ls /x\n",
        rule="source-missing",
        by_hand=True,
    ),
    Case(
        "the environment is made in a cache mount",
        f"FROM ws-test/python\nWORKDIR /app\n{own(CHAT)}COPY {SHARED} /{SHARED}\n"
        "RUN --mount=type=cache,id=made,target=/root/.cache poetry install --no-root\n",
        python="poetry run python",
        rule="path-dependency-missing",
        by_hand=True,
    ),
    *(
        Case(
            f"the environment that Poetry names, by {command.partition(' ')[0]}",
            f"{WHEELS.replace('IN_PROJECT=1', 'IN_PROJECT=0')}RUN {command}\n{LAST}"
            "COPY --from=builder /venv /venv\n",
            WHEEL,
            python="/venv/bin/python",
        )
        for command in (
            "ln -s $(poetry env info -p) /venv",
            'cp -a "$(poetry env info --path)" /venv',
            "ENVIRONMENT=`poetry env info -p` && mv $ENVIRONMENT /venv",
        )
    ),
    Case(
        "an environment that is found by other means",
        f"{WHEELS}RUN cp -a $(ls -d /app/.v*) /venv\n{LAST}COPY --from=builder /venv /venv\n",
        WHEEL,
        python="/venv/bin/python",
        cannot_tell="only the shell knows what is copied",
    ),
    Case(
        "a negative number for a stage",
        f"{WHEELS}{LAST}COPY --from=-1 /app /app\n",
        WHEEL,
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "a source that is no pattern",
        f"{WHEELS}COPY packages/[ /x/\n",
        WHEEL,
    ),
    Case(
        "a source with a range that ends before it begins",
        f"{WHEELS}COPY packages/[z-a]* /x/\n",
        WHEEL,
    ),
    Case(
        "a cache mount that holds no environment",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED} /{SHARED}\n"
        "RUN --mount=type=cache,id=none,target=/root/.cache poetry install --no-root\n",
    ),
)
