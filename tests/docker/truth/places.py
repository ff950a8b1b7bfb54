"""Where the path dependency goes: the depth of the member, the WORKDIR, the destination."""

from __future__ import annotations

from tests.docker.truth.workspace import (
    BASE,
    CHAT,
    DEPTHS,
    DEV,
    HEAD,
    INSTALL,
    LAYERED,
    SHARED,
    STACK,
    TOOL,
    Case,
    own,
)

ONE, TWO, THREE, FOUR, FIVE = DEPTHS
WRONG = "wrong-depth"

PLACES = (
    # member, WORKDIR, destination of the shared package, the rule where it is wrong
    (ONE, "/app", "../packages/shared/python/", ""),
    (ONE, "/", "/packages/shared/python", ""),
    (ONE, "/", "packages/shared/python", ""),
    (ONE, "/srv/app", "/packages/shared/python", WRONG),
    (ONE, "/srv/app", "../packages/shared/python", ""),
    (TWO, "/app", "../../packages/shared/python/", ""),
    (TWO, "/app", "packages/shared/python", WRONG),
    (TWO, "/ws/workers/chat", "/ws/packages/shared/python", ""),
    (TWO, "/a/b/c", "/packages/shared/python", WRONG),
    (TWO, "/a/b/c", "/a/packages/shared/python/", ""),
    (THREE, "/app", "../../../packages/shared/python/", ""),
    (THREE, "/app", "/packages/shared/python/", ""),
    (THREE, "/app", "/app/packages/shared/python/", WRONG),
    (THREE, "/app", "../../../shared/python/", WRONG),
    (THREE, "/app", "/srv/packages/shared/python", WRONG),
    (THREE, "/ws/workers/general/chat", "/ws/packages/shared/python", ""),
    (THREE, "/ws/workers/general/chat", "/packages/shared/python", WRONG),
    (THREE, "/a/b/c", "../../../packages/shared/python", ""),
    (THREE, "/a/b/c/d", "../../../packages/shared/python", ""),
    (THREE, "/a/b/c/d", "../../packages/shared/python", WRONG),
    (FOUR, "/app", "../../../../packages/shared/python", ""),
    (FOUR, "/app", "../packages/shared/python", ""),
    (FOUR, "/ws/workers/general/speech/chat", "../../../../packages/shared/python/", ""),
    (FOUR, "/a/b/c/d/e", "/packages/shared/python", WRONG),
    (FOUR, "/app/", "./../packages/../packages/shared/python/.", ""),
    (FIVE, "/app", "../../../../../packages/shared/python", ""),
    (FIVE, "/a/b/c/d/e", "/packages/shared/python", ""),
    (FIVE, "/a/b/c/d/e", "/a/packages/shared/python", WRONG),
    (FIVE, "/a/b/c/d/e/f", "../../../../../packages/shared/python", ""),
)
IN_CI = {0, 13, 23}
"""Rows of `PLACES` that are of CI's sample."""


def place(number: int, member: str, workdir: str, destination: str, rule: str) -> Case:
    """A row of `PLACES` in the style that people have today."""
    copy = f"COPY {SHARED} {destination}\n"
    return Case(
        f"depth {member.count('/') + 1}, WORKDIR {workdir}, to {destination}",
        f"WORKDIR {workdir}\n{own(member)}{copy}{INSTALL}",
        member,
        rule=rule,
        in_ci=number in IN_CI,
    )


STACKED = f"WORKDIR /app\n{own(STACK)}COPY {LAYERED} /packages/layered\n"

CASES = (
    *(place(number, *row) for number, row in enumerate(PLACES)),
    Case(
        "WORKDIRs are joined",
        f"WORKDIR /a\nWORKDIR b\nWORKDIR ./c/d\n{own(CHAT)}COPY {SHARED} /a/{SHARED}\n{INSTALL}",
    ),
    Case(
        "a WORKDIR climbs and stops at the root",
        f"WORKDIR /a/b\nWORKDIR ../../../c\n{own(CHAT)}COPY {SHARED} /{SHARED}\n{INSTALL}",
    ),
    Case(
        "the WORKDIR changes before the install",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED} /{SHARED}\nWORKDIR /app/deep\n{INSTALL}",
        python="../.venv/bin/python",
    ),
    Case(
        "not copied at all",
        f"WORKDIR /app\n{own(CHAT)}{INSTALL}",
        rule="path-dependency-missing",
    ),
    Case(
        "copied after the install only",
        f"WORKDIR /app\n{own(CHAT)}{INSTALL}COPY {SHARED} /{SHARED}\n",
        rule="path-dependency-missing",
    ),
    Case(
        "what the dependency needs is there",
        f"{STACKED}COPY {BASE} /packages/base\n{INSTALL}",
        STACK,
    ),
    Case("what it needs is missing", f"{STACKED}{INSTALL}", STACK, rule="transitive-missing"),
    Case(
        "what it needs is in the wrong place",
        f"{STACKED}COPY {BASE} /base\n{INSTALL}",
        STACK,
        rule=WRONG,
        in_ci=True,
    ),
    Case(
        "both in one folder that is copied",
        f"WORKDIR /app\n{own(STACK)}COPY packages /packages\n{INSTALL}",
        STACK,
    ),
    Case(
        "several folders in one COPY are merged",
        f"WORKDIR /app\n{own(STACK)}COPY {LAYERED} {BASE} /packages/\n{INSTALL}",
        STACK,
        rule="wrong-depth",
    ),
    Case(
        "the folders that a pattern names are merged",
        f"WORKDIR /app\n{own(STACK)}COPY packages/* /packages/\n{INSTALL}",
        STACK,
        rule="path-dependency-missing",
    ),
    Case(
        "a pattern that names one folder",
        f"WORKDIR /app\n{own(CHAT)}COPY packages/sh?red/p[xy]* /{SHARED}/\n{INSTALL}",
    ),
    Case(
        "a pattern for the folder above",
        f"WORKDIR /app\n{own(CHAT)}COPY packages/sh* /packages/shared\n{INSTALL}",
    ),
    Case(
        "a lock that may be missing",
        f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml {CHAT}/poetry.lock* ./\n"
        f"COPY {SHARED} /{SHARED}\n{INSTALL}",
    ),
    Case(
        "JSON form",
        f'WORKDIR /app\nCOPY ["{CHAT}/pyproject.toml", "{CHAT}/poetry.lock", "./"]\n'
        f'COPY ["{SHARED}", "/{SHARED}"]\nRUN ["poetry", "install", "--no-root"]\n',
    ),
    Case(
        "JSON form, wrong place",
        f'WORKDIR /app\n{own(CHAT)}COPY ["{SHARED}", "{SHARED}"]\n{INSTALL}',
        rule=WRONG,
    ),
    Case(
        "JSON form, not copied",
        f'WORKDIR /app\nCOPY ["{CHAT}/pyproject.toml", "{CHAT}/poetry.lock", "./"]\n{INSTALL}',
        rule="path-dependency-missing",
    ),
    Case(
        "a pattern for several packages, in the wrong place",
        f"WORKDIR /app\n{own(CHAT)}COPY packages/*/ /libs/\n{INSTALL}",
        rule=WRONG,
        in_ci=True,
    ),
    Case(
        "a backtick continues lines, not copied",
        f"# escape=`\n{HEAD}WORKDIR /app\n{own(CHAT)}RUN poetry install `\n    --no-root\n",
        rule="path-dependency-missing",
    ),
    Case("ADD", f"WORKDIR /app\n{own(CHAT)}ADD {SHARED}/ ../../../{SHARED}/\n{INSTALL}"),
    Case(
        "options of COPY",
        f"WORKDIR /app\n{own(CHAT)}COPY --chown=0:0 --chmod=755 {SHARED} /{SHARED}\n{INSTALL}",
    ),
    Case(
        "several files to a folder without a slash",
        f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml {CHAT}/poetry.lock /app\n"
        f"COPY {SHARED} /{SHARED}\n{INSTALL}",
    ),
    Case(
        "files one by one, to the folder and to their names",
        f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml /app\nCOPY {CHAT}/poetry.lock poetry.lock\n"
        f"COPY {SHARED} /{SHARED}\n{INSTALL}",
    ),
    Case(
        "a file where the folder should be",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED}/pyproject.toml /{SHARED}\n{INSTALL}",
        rule="wrong-depth",
        by_hand=True,
    ),
    Case(
        "the manifest alone",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED}/pyproject.toml /{SHARED}/\n{INSTALL}",
        rule="path-dependency-missing",
    ),
    Case(
        "manifest and sources",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED}/pyproject.toml /{SHARED}/\n"
        f"COPY {SHARED}/src /{SHARED}/src\n{INSTALL}",
    ),
    Case(
        "the sources without their folder",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED}/pyproject.toml {SHARED}/src /{SHARED}/\n{INSTALL}",
        rule="path-dependency-missing",
    ),
    Case(
        "an empty folder",
        f"WORKDIR /app\n{own(CHAT)}RUN mkdir -p /{SHARED}\n{INSTALL}",
        rule="path-dependency-missing",
    ),
    Case(
        "another case of letters",
        f"WORKDIR /app\n{own(CHAT)}COPY packages/Shared/python /{SHARED}\n{INSTALL}",
        rule="source-missing",
    ),
    Case(
        "ARG and ENV in the WORKDIR and the destination",
        f"ARG WHERE=/ws\nENV ROOT=$WHERE\nWORKDIR ${{ROOT}}/{CHAT}\n{own(CHAT)}"
        f"COPY {SHARED} $ROOT/{SHARED}/\n{INSTALL}",
    ),
    Case(
        "an ARG that is given is in the way",
        f"ARG WHERE=/ws\nWORKDIR $WHERE/{CHAT}\n{own(CHAT)}COPY {SHARED} /ws/{SHARED}/\n{INSTALL}",
        arguments={"WHERE": "/elsewhere"},
        rule=WRONG,
    ),
    Case(
        "an ARG without a default that is given",
        f"ARG DEPTH\nWORKDIR /app\n{own(CHAT)}COPY {SHARED} $DEPTH/{SHARED}/\n{INSTALL}",
        arguments={"DEPTH": "../../.."},
        in_ci=True,
    ),
    Case(
        "defaults in words",
        f"WORKDIR ${{HERE:-/app}}\n{own(CHAT)}ENV SET=yes\n"
        f"COPY {SHARED} ${{SET:+/packages}}/shared/python\n{INSTALL}",
    ),
    Case(
        "an ENV goes before an ARG",
        f"ENV ROOT=/ws\nARG ROOT=/srv\nWORKDIR $ROOT/{CHAT}\n{own(CHAT)}"
        f"COPY {SHARED} /ws/{SHARED}\n{INSTALL}",
        cannot_tell="engines differ in what an ARG after an ENV of its name does",
    ),
    Case(
        "an ARG before FROM is not seen after it",
        f"ARG ROOT=/ws\nFROM ws-test/python\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\n"
        f"WORKDIR $ROOT/app\n{own(CHAT)}COPY {SHARED} /ws/{SHARED}\n{INSTALL}",
        rule="wrong-depth",
    ),
    Case(
        "an ARG before FROM, named again",
        "ARG ROOT=/ws\nARG BASE=ws-test/python\nFROM $BASE\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\n"
        f"ARG ROOT\nWORKDIR $ROOT/{CHAT}\n{own(CHAT)}COPY {SHARED} /ws/{SHARED}\n{INSTALL}",
    ),
    Case(
        "all of one ENV see what was before it",
        f"ENV A=/ws\nENV A=/srv B=$A\nWORKDIR $B/{CHAT}\n{own(CHAT)}"
        f"COPY {SHARED} /ws/{SHARED}\n{INSTALL}",
    ),
    Case(
        "a dependency of a group that is installed",
        f"WORKDIR /app\n{own(DEV)}COPY {SHARED} /{SHARED}\n{INSTALL}",
        DEV,
        rule="path-dependency-missing",
    ),
    Case(
        "a dependency of a group, copied",
        f"WORKDIR /app\n{own(DEV)}COPY {SHARED} /{SHARED}\nCOPY {TOOL} /{TOOL}\n{INSTALL}",
        DEV,
    ),
    Case(
        "blanks and umlauts in JSON form, and a WORKDIR in quotes",
        'WORKDIR "/my größe"\n'
        f'COPY ["{CHAT}/pyproject.toml", "{CHAT}/poetry.lock", "./"]\n'
        f'COPY ["{SHARED}/", "../../../{SHARED}/"]\n'
        f'COPY ["{CHAT}/", "/my größe/"]\n{INSTALL}',
    ),
    Case(
        "a blank in a source without JSON form",
        f"WORKDIR /app\n{own(CHAT)}COPY my packages ../../../{SHARED}/\n{INSTALL}",
        files={"my packages/pyproject.toml": ""},
        rule="source-missing",
        by_hand=True,
    ),
    Case(
        "a line that is no text",
        f"WORKDIR /app\n{own(CHAT)}COPY {SHARED} /{SHARED}\n{INSTALL}\x7fELF\x02\x01\n",
    ),
)
