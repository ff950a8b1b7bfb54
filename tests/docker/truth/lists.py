"""What Poetry writes down for pip, lists and wheels, and images in which nothing is installed."""

from __future__ import annotations

from tests.docker.truth.commands import MISSING, PIP, PLAIN
from tests.docker.truth.workspace import CHAT, SHARED, Case, manifest, own, path_to

TO_SHARED = path_to("shared-python", f"../../../{SHARED}")
BUILT = (
    f"FROM ws-test/python AS builder\nCOPY packages /ws/packages\n"
    f"WORKDIR /ws/{CHAT}\nCOPY {CHAT} .\nRUN poetry build -f wheel\n{PLAIN}{PIP}"
    f"COPY --from=builder /ws/{CHAT}/dist/*.whl /tmp/\n"
)
STARTED = f'{PLAIN}WORKDIR /app\nCOPY {CHAT}/src .\nCMD ["python", "-m", "app"]\n'

EXPORT = "RUN poetry export -o requirements.txt"
LISTED = f"{PLAIN}{PIP}WORKDIR /ws/{CHAT}\n{own(CHAT)}"
AT = f"COPY {SHARED} /ws/{SHARED}\n"
LOCKED = {
    f"{CHAT}/pyproject.toml": manifest(
        "workers-general-chat", "app", f'alpha = "^1.0"\n{TO_SHARED}'
    )
}
FULL = "ENV PIP_FIND_LINKS='/opt/index/poetry-core /opt/index/alpha'\n"

CASES = (
    Case(
        "a list of Poetry's, and nothing that it names",
        f"{LISTED}{EXPORT} && pip install -r requirements.txt\n",
        python="python",
        rule=MISSING,
        by_hand=True,
        in_ci=True,
    ),
    Case(
        "a list of Poetry's, and what it names",
        f"{LISTED}{AT}{EXPORT} && pip install -r requirements.txt\n",
        python="python",
        in_ci=True,
    ),
    Case(
        "a list of Poetry's by its output",
        f"{LISTED}{AT}RUN poetry export > /tmp/list && pip install -r /tmp/list\n",
        python="python",
    ),
    Case(
        "a list of Poetry's in another stage",
        f"{LISTED}{AT}{EXPORT}\n{PLAIN}{PIP}COPY --from=0 /ws/{CHAT}/requirements.txt /tmp/\n"
        "RUN pip install -r /tmp/requirements.txt\n",
        python="python",
        rule=MISSING,
        by_hand=True,
    ),
    Case(
        "a list of Poetry's in another stage, and what it names",
        f"{LISTED}{EXPORT}\n{PLAIN}{PIP}COPY --from=0 /ws/{CHAT}/requirements.txt /tmp/list\n"
        f"{AT}RUN pip install -r /tmp/list\n",
        python="python",
    ),
    Case(
        "a list of Poetry's, what it names removed again",
        f"{LISTED}{AT}{EXPORT} && pip install -r requirements.txt && rm -rf /ws/packages\n",
        python="python",
        rule="editable-across-stages",
        by_hand=True,
    ),
    Case(
        "a list of Poetry's, less what it names",
        f"{LISTED}{EXPORT} && sed -i /^-e/d requirements.txt && pip install -r requirements.txt\n",
        python="python",
        cannot_tell="what sed leaves of a list",
    ),
    Case(
        "a list of Poetry's with hashes",
        f"{LISTED}{FULL}{AT}{EXPORT} && pip install -r requirements.txt\n",
        files=LOCKED,
        locked=True,
        python="python",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "a list of Poetry's without hashes",
        f"{LISTED}{FULL}{AT}{EXPORT} --without-hashes && pip install -r requirements.txt\n",
        files=LOCKED,
        locked=True,
        python="python",
    ),
    Case(
        "a list of Poetry's without hashes, which pip asks for",
        f"{LISTED}{FULL}{AT}{EXPORT} --without-hashes\n"
        "RUN pip install --require-hashes -r requirements.txt\n",
        files=LOCKED,
        locked=True,
        python="python",
        rule="command-fails",
        by_hand=True,
    ),
    Case(
        "a wheel of Poetry's, without what it names",
        f"{BUILT}RUN pip install /tmp/*.whl\n",
        python="python",
        rule=MISSING,
        by_hand=True,
        in_ci=True,
    ),
    Case(
        "a wheel of Poetry's, with what it names",
        f"{BUILT}COPY {SHARED} /ws/{SHARED}\nRUN pip install /tmp/*.whl\n",
        python="python",
    ),
    Case(
        "a wheel of Poetry's, what it names in another place",
        f"{BUILT}COPY {SHARED} /{SHARED}\nRUN pip install /tmp/*.whl\n",
        python="python",
        rule="wrong-depth",
        by_hand=True,
    ),
    Case(
        "a wheel of Poetry's alone, and what it names by itself",
        f"{BUILT}COPY {SHARED} /lib\nRUN pip install /lib && pip install --no-deps /tmp/*.whl\n",
        python="python",
    ),
    Case(
        "a wheel of Poetry's in its own stage",
        BUILT.partition(PLAIN + PIP)[0] + f"{PIP}RUN pip install dist/*.whl\n",
        python="python",
    ),
    Case(
        "a wheel of Poetry's in a folder that is mounted",
        BUILT.partition("COPY --from")[0]
        + f"RUN --mount=from=builder,source=/ws/{CHAT}/dist,target=/dist pip install /dist/*.whl\n",
        python="python",
        rule=MISSING,
        by_hand=True,
    ),
    Case(
        "a wheel of Poetry's in a folder that is copied",
        BUILT.partition("COPY --from")[0]
        + f"COPY --from=builder /ws/{CHAT}/dist /dist\nCOPY --from=builder /ws/packages"
        " /ws/packages\nRUN pip install /dist/*.whl\n",
        python="python",
    ),
    Case(
        "nothing is installed, and the member is started",
        STARTED,
        python="python",
        rule=MISSING,
        by_hand=True,
        in_ci=True,
    ),
    Case(
        "nothing is installed, and PYTHONPATH has it",
        f"{STARTED}COPY {SHARED}/src /lib\nENV PYTHONPATH=/lib\n",
        python="python",
    ),
    Case(
        "nothing is installed, and it is copied to the packages",
        f"{STARTED}COPY {SHARED}/src /usr/local/lib/python3.11/dist-packages\n",
        python="python",
        cannot_tell="Debian's Python looks there, and others do not",
    ),
)
