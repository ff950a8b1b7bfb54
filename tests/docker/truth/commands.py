"""How it is installed: which commands, from which folder, with which flags; authors' styles."""

from __future__ import annotations

from tests.docker.truth.workspace import (
    CHAT,
    DEV,
    HEAD,
    INSTALL,
    OPTIONAL,
    PROJECT,
    SHARED,
    STACK,
    TOOL,
    WHEEL,
    Case,
    own,
)

THERE = f"WORKDIR /app\n{own(CHAT)}COPY {SHARED} /{SHARED}\n"
ALONE = f"WORKDIR /app\n{own(CHAT)}"
PLAIN = "FROM ws-test/python\n"
PIP = "ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/opt/index/poetry-core\n"
MISSING = "path-dependency-missing"
DEVELOPED = f"WORKDIR /app\n{own(DEV)}COPY {SHARED} /{SHARED}\n"
OPTIONS = f"WORKDIR /app\n{own(OPTIONAL)}COPY {SHARED} /{SHARED}\n"

CASES = (
    Case(
        "two steps",
        f"{ALONE}RUN poetry install --no-root --no-directory\nCOPY {SHARED} /{SHARED}\n{INSTALL}"
        f"COPY {CHAT}/src ./src\nRUN poetry install --only-root\n",
        in_ci=True,
    ),
    Case(
        "the first step alone",
        f"{ALONE}RUN poetry install --no-root --no-directory\nCOPY {SHARED} /{SHARED}\n",
        rule=MISSING,
    ),
    Case(
        "only the root",
        f"WORKDIR /app\nCOPY {CHAT} ./\nRUN poetry install --only-root\n",
        rule=MISSING,
        by_hand=True,
    ),
    Case(
        "the member itself is not there",
        f"{THERE}RUN poetry install\n",
        rule="member-missing",
        by_hand=True,
    ),
    Case("the member itself", f"{THERE}COPY {CHAT}/src src\nRUN poetry install\n"),
    Case("sync", f"{THERE}RUN poetry sync --no-root\n"),
    Case(
        "install --sync, and an option before", f"{THERE}RUN poetry -q install --sync --no-root\n"
    ),
    Case(
        "--only main",
        f"{DEVELOPED}RUN poetry install --no-root --only main\n",
        DEV,
        imports=("shared",),
    ),
    Case(
        "--without dev",
        f"{DEVELOPED}RUN poetry install --no-root --without=dev\n",
        DEV,
        imports=("shared",),
    ),
    Case(
        "--only dev",
        f"WORKDIR /app\n{own(DEV)}COPY {TOOL} /{TOOL}\nRUN poetry install --no-root --only=dev\n",
        DEV,
        imports=("tool",),
    ),
    Case(
        "refused: a group that there is not",
        f"{THERE}RUN poetry install --no-root --with nix\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "refused: an option that there is not",
        f"{THERE}RUN poetry install --no-root --onyl main\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "refused: a command that there is not",
        f"{THERE}RUN poetry instal --no-root\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "refused: Poetry is not there",
        f"FROM python:3.11-slim\n{THERE}RUN poetry install --no-root\n",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "--with another group",
        f"{DEVELOPED}RUN poetry install --no-root --with dev\n",
        DEV,
        rule=MISSING,
    ),
    Case("an extra that is not asked for", f"{OPTIONS}{INSTALL}", OPTIONAL),
    Case("an extra", f"{OPTIONS}RUN poetry install --no-root -E tools\n", OPTIONAL, rule=MISSING),
    Case(
        "all extras",
        f"{OPTIONS}COPY {TOOL} /{TOOL}\nRUN poetry install --no-root --all-extras\n",
        OPTIONAL,
        imports=("shared", "tool"),
    ),
    Case("names in [project]", THERE.replace(CHAT, PROJECT) + INSTALL, PROJECT),
    Case(
        "names in [project], missing", ALONE.replace(CHAT, PROJECT) + INSTALL, PROJECT, rule=MISSING
    ),
    Case(
        "without the lock",
        f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml ./\nCOPY {SHARED} /{SHARED}\n{INSTALL}",
    ),
    Case(
        "without the lock, the first step needs what is locked",
        f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml ./\n"
        f"RUN poetry install --no-root --no-directory\nCOPY {SHARED} /{SHARED}\n{INSTALL}",
        rule=MISSING,
        in_ci=True,
    ),
    Case(
        "without the lock, groups that are not asked for are read",
        f"WORKDIR /app\nCOPY {DEV}/pyproject.toml ./\nCOPY {SHARED} /{SHARED}\n"
        "RUN poetry install --no-root --only main\n",
        DEV,
        imports=("shared",),
        rule=MISSING,
    ),
    Case(
        "without a manifest",
        f"WORKDIR /app\nCOPY {SHARED} /{SHARED}\n{INSTALL}",
        rule="member-missing",
        by_hand=True,
    ),
    Case(
        "locked in the image",
        f"WORKDIR /app\nCOPY {CHAT}/pyproject.toml ./\n"
        f"COPY {SHARED} /{SHARED}\nRUN poetry lock && poetry install --no-root\n",
    ),
    Case(
        "-C",
        f"{THERE}WORKDIR /\nRUN poetry install --no-root -C app\n",
        python="/app/.venv/bin/python",
    ),
    Case(
        "--directory",
        f"{THERE}WORKDIR /srv\nRUN poetry --directory=/app install --no-root\n",
        python="/app/.venv/bin/python",
    ),
    Case(
        "--project",
        f"{THERE}WORKDIR /srv\nRUN poetry --project ../app install --no-root\n",
        python="/app/.venv/bin/python",
    ),
    Case(
        "cd",
        f"{THERE}WORKDIR /srv\nRUN cd /app && poetry install --no-root\n",
        python="/app/.venv/bin/python",
    ),
    Case(
        "cd holds for its own RUN",
        f"{THERE}WORKDIR /srv\nRUN cd /app\n{INSTALL}",
        python="/app/.venv/bin/python",
        rule="member-missing",
        by_hand=True,
    ),
    Case(
        "cd in a subshell",
        f"{THERE}WORKDIR /srv\nRUN (cd /app) && poetry install --no-root\n",
        python="/app/.venv/bin/python",
        rule="member-missing",
        by_hand=True,
    ),
    Case(
        "a shell in a shell",
        f'{THERE}WORKDIR /srv\nRUN bash -c "set -e; cd /app; poetry install --no-root"\n',
        python="/app/.venv/bin/python",
    ),
    Case(
        "in a subfolder Poetry looks above",
        f"{THERE}RUN mkdir x && cd x && poetry install --no-root\n",
    ),
    Case(
        "variables of the command",
        f"{PLAIN}{THERE}RUN POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-root\n",
    ),
    Case(
        "exported variables",
        f"{PLAIN}{THERE}RUN export POETRY_VIRTUALENVS_IN_PROJECT=true \\\n"
        " && poetry install --no-root\n",
    ),
    Case(
        "in the project by poetry config",
        f"{PLAIN}{THERE}"
        "RUN poetry config virtualenvs.in-project true && poetry install --no-root\n",
    ),
    Case(
        "in the project by poetry.toml",
        f"{PLAIN}{THERE}COPY {CHAT}/poetry.toml .\n{INSTALL}",
        files={f"{CHAT}/poetry.toml": "[virtualenvs]\nin-project = true\n"},
    ),
    Case("an environment by default", f"{PLAIN}{THERE}{INSTALL}", python="poetry run python"),
    Case(
        "no environment",
        f"{PLAIN}{THERE}ENV POETRY_VIRTUALENVS_CREATE=false\n{INSTALL}",
        python="python",
        in_ci=True,
    ),
    Case(
        "no environment by poetry config",
        f"{PLAIN}{THERE}RUN poetry config virtualenvs.create false\n{INSTALL}",
        python="python",
    ),
    Case(
        "an environment that was made before",
        f"{PLAIN}{THERE}RUN python -m venv /venv\n"
        f"ENV VIRTUAL_ENV=/venv PATH=/venv/bin:$PATH\n{INSTALL}",
        python="python",
    ),
    Case(
        "PYTHONPATH instead of an install",
        f"{ALONE}RUN poetry install --no-root --no-directory\n"
        f"COPY {SHARED}/src /lib\nENV PYTHONPATH=/lib\n",
    ),
    Case(
        "PYTHONPATH to the folder above",
        f"{ALONE}RUN poetry install --no-root --no-directory\n"
        f"COPY {SHARED} /lib\nENV PYTHONPATH=/lib\n",
        rule=MISSING,
    ),
    Case(
        "PYTHONPATH of the shell that builds",
        f"{ALONE}COPY {SHARED} /lib\n"
        "RUN export PYTHONPATH=/lib/src && poetry install --no-root --no-directory\n",
        rule=MISSING,
        by_hand=True,
    ),
    Case(
        "pip, with its path dependency",
        f"{PLAIN}{PIP}WORKDIR /app\nCOPY {CHAT} .\nCOPY {SHARED} /{SHARED}\nRUN pip install .\n",
        python="python",
    ),
    Case(
        "pip, without it",
        f"{PLAIN}{PIP}WORKDIR /app\nCOPY {CHAT} .\nRUN pip install .\n",
        python="python",
        rule=MISSING,
    ),
    Case(
        "pip, each by itself",
        f"{PLAIN}{PIP}COPY {CHAT} /app\nCOPY {SHARED} /lib\n"
        "RUN pip install /lib && pip install --no-deps /app\n",
        python="python",
    ),
    Case(
        "pip, editable",
        f"{PLAIN}{PIP}COPY {WHEEL} /app\nCOPY {SHARED} /{SHARED}\n"
        "RUN python -m venv /venv && /venv/bin/pip install -e /app\n",
        WHEEL,
        python="/venv/bin/python",
    ),
    Case(
        "pip, what a dependency needs",
        f"{PLAIN}{PIP}WORKDIR /app\nCOPY {STACK} .\n"
        "COPY packages/layered /packages/layered\nRUN pip install .\n",
        STACK,
        python="python",
        rule="transitive-missing",
    ),
    Case(
        "the sources are removed after the install",
        f"{THERE}{INSTALL}RUN rm -rf /packages\n",
        rule="editable-across-stages",
        by_hand=True,
    ),
    Case("all of a folder is removed", f"{THERE}RUN rm -rf /packages/*\n{INSTALL}", rule=MISSING),
    Case(
        "copied in the image",
        f"COPY . /src\nWORKDIR /app\n{own(CHAT)}"
        f"RUN mkdir -p /packages && cp -r /src/packages/shared /packages/\n{INSTALL}",
    ),
    Case(
        "moved in the image",
        f"WORKDIR /app\n{own(CHAT)}COPY packages /app/packages\n"
        f"RUN mv packages / && poetry install --no-root\n",
    ),
    Case(
        "moved in the image, one too deep",
        f"{ALONE}COPY packages /app/packages\n"
        f"RUN mkdir /packages && mv packages /packages/ && poetry install --no-root\n",
        rule="wrong-depth",
        by_hand=True,
    ),
    Case(
        "linked in the image",
        f"{ALONE}COPY packages packages\nRUN ln -s /app/packages /packages\n{INSTALL}",
    ),
    Case(
        "linked to nowhere",
        f"{ALONE}COPY packages packages\nRUN ln -s packages /packages\n{INSTALL}",
        rule="wrong-depth",
    ),
    Case(
        "a failure is forgiven",
        f"{ALONE}RUN poetry install --no-root || true\n",
        cannot_tell="whether the command fails, and what then, is the shell's business",
    ),
    Case(
        "in an if",
        f"{THERE}RUN if [ -f poetry.lock ]; then poetry install --no-root; fi\n",
        cannot_tell="a condition of the shell's",
    ),
    Case(
        "lower case",
        f"from ws-test/python as x\nenv POETRY_VIRTUALENVS_IN_PROJECT 1\n"
        f"workdir /app\ncopy {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
        f"add {SHARED} ../{SHARED}\nrun poetry install --no-root\n",
    ),
    Case(
        "continuation lines with comments",
        f"{ALONE}COPY \\\n  # the shared package\n\n"
        f"    {SHARED} \\\n    /{SHARED}\nRUN poetry --version \\\n  # and now\n && poetry \\\n"
        "    install   --no-root\n",
    ),
    Case(
        "a backtick is the escape",
        f"# escape=`\n{HEAD}WORKDIR /app\n{own(CHAT)}"
        f"COPY {SHARED} `\n  /{SHARED}\nRUN poetry `\n  install --no-root\n",
    ),
    Case(
        "spaces and quotes",
        f'WORKDIR "/my app"\n{own(CHAT, chr(34) + "./" + chr(34))}'
        f"COPY  {SHARED}\t'/packages/shared/python'\n{INSTALL}",
    ),
    Case(
        "a quote in a name that Docker keeps",
        f'{ALONE}COPY {SHARED} /packages/shared/"python"\n{INSTALL}',
    ),
    Case(
        "a comment at the end of a line is none",
        f"{ALONE}COPY {SHARED} /{SHARED} # shared\n{INSTALL}",
        rule="source-missing",
        by_hand=True,
    ),
    *(
        Case(name, f"{text}{THERE}RUN {command}\n", in_ci=name == "a variable of several words")
        for name, text, command in (
            (
                "a variable of several words",
                'ENV MORE="--no-interaction  --no-root"\n',
                "poetry install $MORE",
            ),
            (
                "an argument of several words",
                'ARG MORE="--only main --no-root"\n',
                "poetry install $MORE",
            ),
            (
                "a shell's variable of several words, and an empty one",
                "",
                'MORE="--no-root --only main"; NONE=""; poetry install $NONE $MORE',
            ),
        )
    ),
    Case(
        "a variable of several words in quotes",
        f'ENV MORE="--no-interaction --no-root"\n{THERE}RUN poetry install "$MORE"\n',
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "a quote that is not closed",
        f'{THERE}{INSTALL}RUN echo "done\n',
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "an instruction whose variable must be set",
        f"{THERE}{INSTALL}WORKDIR ${{NOWHERE:?must be set}}\n",
        cannot_tell="a base image may have set it",
    ),
    Case("an instruction that there is not", f"{THERE}INSTALL poetry\n"),
    Case(
        "SHELL",
        f'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n{THERE}RUN poetry install --no-root | cat\n',
    ),
)
