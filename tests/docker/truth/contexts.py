"""What a build can see: its context, what `.dockerignore` hides, links."""

from __future__ import annotations

from tests.docker.truth.workspace import (
    API,
    CHAT,
    CLOSE,
    DOCUMENTED,
    INSTALL,
    LINKED,
    READ,
    SHARED,
    WHEEL,
    Case,
    own,
)

CLASSIC = f"WORKDIR /app\n{own(CHAT)}COPY {SHARED} ../../../{SHARED}/\n{INSTALL}"
READING = f"WORKDIR /app\n{own(READ)}COPY {DOCUMENTED} /{DOCUMENTED}\n{INSTALL}"
WHOLE = f"WORKDIR /ws\nCOPY . .\nWORKDIR /ws/{CHAT}\n{INSTALL}"

CASES = (
    Case("the whole repository, mirrored", WHOLE),
    Case(
        "the whole repository, another folder above",
        f"WORKDIR /app\nCOPY . .\nRUN poetry -C {CHAT} install\n",
        python=f"{CHAT}/.venv/bin/python",
    ),
    Case(
        "the whole repository into a folder, mirrored",
        f"COPY . /ws\nWORKDIR /ws/{CHAT}\nRUN poetry install\n",
    ),
    Case(
        "the whole repository, a cd to the member",
        f"WORKDIR /ws\nCOPY . .\nRUN cd {CHAT} && poetry install\n",
        python=f"{CHAT}/.venv/bin/python",
    ),
    Case(
        "a cd to a folder that the context does not have",
        f"WORKDIR /ws\nCOPY . .\nRUN cd {CHAT} && poetry install\n",
        context=CHAT,
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "the whole repository, bound",
        "ENV POETRY_VIRTUALENVS_IN_PROJECT=0 POETRY_VIRTUALENVS_CREATE=false\n"
        f"WORKDIR /ws/{WHEEL}\nRUN --mount=type=bind,target=/ws poetry install --no-root\n",
        WHEEL,
        python="python3",
    ),
    Case(
        "the member alone, bound",
        "ENV POETRY_VIRTUALENVS_IN_PROJECT=0 POETRY_VIRTUALENVS_CREATE=false\n"
        f"WORKDIR /ws/{WHEEL}\nRUN --mount=type=bind,target=/ws poetry install --no-root\n",
        WHEEL,
        context=WHEEL,
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "the context is the member, the dependency outside",
        "WORKDIR /app\nCOPY . .\nRUN poetry install\n",
        context=CHAT,
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "no source leaves the context",
        f"WORKDIR /app\nCOPY . .\nCOPY ../../../{SHARED} /{SHARED}\nRUN poetry install\n",
        context=CHAT,
        rule="source-missing",
        in_ci=True,
        by_hand=True,
    ),
    Case(
        "the context is the member, the dependency inside",
        "WORKDIR /app\nCOPY . .\nRUN poetry install\n",
        API,
        context=API,
    ),
    Case(
        "the dependency is inside, the member's own files only",
        "WORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root\n",
        API,
        context=API,
        rule="path-dependency-missing",
    ),
    Case(
        "the context is in between",
        "WORKDIR /app\nCOPY general/close/pyproject.toml general/close/poetry.lock ./\n"
        f"COPY near ../../near/\n{INSTALL}",
        CLOSE,
        context="workers",
    ),
    Case(
        "the context is in between, the sources are as from the root",
        f"WORKDIR /app\n{own(CLOSE)}COPY workers/near ../../near/\n{INSTALL}",
        CLOSE,
        context="workers",
        rule="source-missing",
        by_hand=True,  # all that it copies is in the root: whoever names the context is wrong
    ),
    Case(
        "the context is in between, the place is wrong",
        "WORKDIR /app/x/y\nCOPY general/close/pyproject.toml general/close/poetry.lock ./\n"
        f"COPY near /near\n{INSTALL}",
        CLOSE,
        context="workers",
        rule="wrong-depth",
    ),
    Case("sources with a slash before them", CLASSIC.replace(" workers", " /workers")),
    Case("the folder is ignored", CLASSIC, ignore="packages/shared", rule="source-missing"),
    Case(
        "the sources are ignored",
        CLASSIC,
        ignore="**/src",
        rule="path-dependency-missing",
        in_ci=True,
    ),
    Case(
        "all modules are ignored, their folder is not",
        CLASSIC,
        ignore="**/*.py",
        files={f"{SHARED}/src/shared/data.json": "{}"},
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "a manifest is ignored",
        CLASSIC,
        ignore="packages/**/*.toml",
        rule="path-dependency-missing",
    ),
    Case("a plain name is ignored at the top only", CLASSIC, ignore="src;python;shared"),
    Case("one member of all", CLASSIC, ignore=f"*;!{CHAT};!{SHARED}"),
    Case("one member of all, its files", CLASSIC, ignore=f"**;!{CHAT}/**;!{SHARED}/**"),
    Case(
        "an exception that is ignored again",
        CLASSIC,
        ignore=f"*;!workers;!{SHARED};**/src/*",
        rule="path-dependency-missing",
    ),
    Case(
        "a pattern hides the folder and others like it",
        CLASSIC,
        ignore="packages/*/python",
        rule="source-missing",
        in_ci=True,
    ),
    Case(
        "patterns hide all that is in the folder",
        f"WORKDIR /app\n{own(CHAT)}COPY packages /packages\n{INSTALL}",
        ignore="packages/*/python/*;**/src/shared",
        rule="path-dependency-missing",
    ),
    Case("all but the dependency is let in", CLASSIC, ignore=f"*;!{CHAT}", rule="source-missing"),
    Case(
        "an exception below an ignored folder",
        WHOLE,
        ignore=f"packages;!{SHARED}",
    ),
    Case(
        "an exception for the manifest alone",
        WHOLE,
        ignore=f"packages;!{SHARED}/pyproject.toml",
        rule="path-dependency-missing",
    ),
    Case("a comment and a slash before", CLASSIC, ignore="# no packages;#packages;/docs;/.git"),
    Case(
        "a slash before hides as well",
        CLASSIC,
        ignore="/packages/",
        rule="source-missing",
    ),
    Case("the readme is there", READING, READ),
    Case(
        "the readme is ignored",
        READING,
        READ,
        ignore="**/*.md",
        rule="path-dependency-missing",
    ),
    Case("the readme is an exception", READING, READ, ignore=f"**/*.md;!{DOCUMENTED}/*.md"),
    Case(
        "a readme that nobody wrote",
        READING,
        READ,
        files={f"{DOCUMENTED}/README.md": None},
        rule="path-dependency-missing",
        by_hand=True,
    ),
    Case(
        "locks are ignored and named",
        CLASSIC,
        ignore="**/poetry.lock",
        rule="source-missing",
    ),
    Case(
        "locks are ignored, the folder is copied",
        CLASSIC.replace(own(CHAT), f"COPY {CHAT} ./\n"),
        ignore="**/poetry.lock",
    ),
    Case(
        "an ignore file of the Dockerfile's own goes first",
        CLASSIC,
        ignore="packages",
        files={"docker/Dockerfile.dockerignore": "docs\n"},
    ),
    Case(
        "an ignore file of the Dockerfile's own hides",
        CLASSIC,
        dockerfile=f"{CHAT}/chat.Dockerfile",
        files={f"{CHAT}/chat.Dockerfile.dockerignore": "packages\n"},
        rule="source-missing",
    ),
    Case(
        "an ignore file beside the Dockerfile is not read",
        CLASSIC,
        dockerfile=f"{CHAT}/Dockerfile",
        files={f"{CHAT}/.dockerignore": "**\n"},
    ),
    Case(
        "the ignore file is the context's",
        "WORKDIR /app\nCOPY . .\nRUN poetry install\n",
        API,
        context=API,
        ignore="inner",
        rule="path-dependency-missing",
    ),
    Case(
        "a link to the folder is the source",
        CLASSIC.replace(f"COPY {SHARED}", "COPY link"),
        files={"link": f"-> {SHARED}"},
    ),
    Case(
        "a link in the source's path",
        CLASSIC.replace(f"COPY {SHARED}", "COPY link/python"),
        files={"link": "-> packages/shared"},
    ),
    Case(
        "a link inside a folder stays a link, which leads nowhere",
        f"WORKDIR /app\nCOPY {LINKED} ./\n{INSTALL}",
        LINKED,
        rule="path-dependency-missing",
    ),
    Case(
        "a link inside a folder leads to what is there",
        f"WORKDIR /app\nCOPY {LINKED} ./\nCOPY {SHARED} /{SHARED}\n{INSTALL}",
        LINKED,
    ),
    Case(
        "a link that leads to what is ignored",
        CLASSIC.replace(f"COPY {SHARED}", "COPY link"),
        files={"link": f"-> {SHARED}"},
        ignore="packages",
        rule="source-missing",
    ),
    Case(
        "a module that is a link to one outside of the package",
        CLASSIC,
        files={
            f"{SHARED}/src/shared/__init__.py": None,
            f"{SHARED}/src/shared": "-> ../../real",
            "packages/shared/real/__init__.py": "",
        },
        rule="path-dependency-missing",
        by_hand=True,
    ),
)
