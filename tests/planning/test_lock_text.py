from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ws.model.lock import LockedPackage
from ws.planning.lock_entry import CannotTellError, Entry, Requested, expected
from ws.planning.lock_text import says_the_same

VERSIONS = st.sampled_from(
    [
        "^1.2",
        "^1",
        "^0.3",
        "~1.4",
        ">=1.0,<2.0",
        ">=1.0, <2.0",
        " >=1",
        "*",
        "1.5",
        "==1.5",
        "<2,>=1",
    ]
)
TABLES = st.fixed_dictionaries(
    {"version": VERSIONS},
    optional={
        "extras": st.lists(st.sampled_from(["b", "a"]), unique=True),
        "optional": st.booleans(),
        "python": st.sampled_from(["<3.12", ">=3.12", "^3.11", "<3.8"]),
        "markers": st.sampled_from(["os_name == 'nt'", 'sys_platform == "win32"', "os_name=='nt'"]),
        "allow-prereleases": st.booleans(),
        "source": st.just("private"),
    },
)
PATHS = st.fixed_dictionaries(
    {"path": st.sampled_from(["../a", "../a/", "./b"])}, optional={"develop": st.booleans()}
)
NAMES = st.sampled_from(["rich", "Rich", "zope.interface", "typing_extensions", "attrs"])
POETRY = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["shared", "Shared"]),
        "version": st.sampled_from(["0.1.0", "v0.1.0", "1", "1.0rc1"]),
        "dependencies": st.dictionaries(
            NAMES, st.one_of(VERSIONS, TABLES, PATHS, st.lists(TABLES, min_size=2, max_size=2)),
            max_size=3,
        ).map(lambda found: {"python": "^3.11", **found}),
    },
    optional={
        "description": st.sampled_from(["", "one", "two"]),
        "extras": st.dictionaries(
            st.sampled_from(["json", "All_Of"]), st.lists(NAMES, max_size=2), max_size=2
        ),
    },
)  # fmt: skip
REQUIREMENTS = st.lists(
    st.sampled_from(
        ["rich>=13,<14", "rich (>=13)", "attrs", "attrs ~= 23.1", "httpx[http2]>=0.27",
         "tomli>=2; python_version < '3.12'", "Rich == 13.0", "zope.interface>=5, <6"]
    ),
    max_size=3,
)  # fmt: skip
PROJECT = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["shared", "Shared"]),
        "version": st.sampled_from(["0.1.0", "1.0"]),
        "requires-python": st.sampled_from([">=3.11", ">=3.11,<4"]),
        "dependencies": REQUIREMENTS,
    },
    optional={
        "description": st.sampled_from(["", "one"]),
        "optional-dependencies": st.dictionaries(st.just("json"), REQUIREMENTS, max_size=1),
    },
)


def together(project: dict[str, Any], poetry: dict[str, Any]) -> dict[str, Any]:
    """Both forms in one manifest, as Poetry wants it for path dependencies."""
    dependencies = {**poetry["dependencies"], "python": ">=3.11,<4"}
    return {"project": project, "tool": {"poetry": {"dependencies": dependencies}}}


DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    POETRY.map(lambda poetry: {"tool": {"poetry": poetry}}),
    PROJECT.map(lambda project: {"project": project}),
    st.tuples(PROJECT, POETRY).map(lambda both: together(*both)),
)
REQUESTED = st.sampled_from([Requested("^3.11", frozenset()), Requested(">=3.12,<4", frozenset())])


def rendered(document: dict[str, Any], requested: Requested) -> Entry | None:
    try:
        return expected(document, Path("/nowhere"), requested)
    except CannotTellError:
        return None


def stored(entry: Entry) -> LockedPackage:
    table = {
        "name": entry.name,
        "version": entry.version,
        "description": entry.description,
        "python-versions": entry.python,
        "dependencies": entry.dependencies,
        "extras": entry.extras,
    }
    return LockedPackage(entry.name, entry.version, table)


@given(DOCUMENTS, DOCUMENTS, REQUESTED)
def test_texts_that_are_the_same_are_rendered_the_same(
    before: dict[str, Any], after: dict[str, Any], requested: Requested
) -> None:
    entry = rendered(before, requested)
    if entry is not None and not entry.unsure and says_the_same(stored(entry), after):
        assert rendered(after, requested) == entry


def test_the_plainest_manifests_of_both_forms_need_no_poetry_core() -> None:
    poetry = tomllib.loads("""
[tool.poetry]
name = "shared"
version = "1.0"
[tool.poetry.dependencies]
python = "^3.11"
rich = "^13.2"
near = { path = "../near", develop = true }
tomli = { version = "^2.0", python = "<3.12" }
orjson = { version = "^3.1", optional = true }
[tool.poetry.extras]
json = ["orjson"]
""")
    project = tomllib.loads("""
[project]
name = "shared"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["rich>=13.2,<14", "attrs"]
optional-dependencies = { json = ["orjson>=3.1"] }
""")
    for document in (poetry, project):
        entry = rendered(document, Requested("^3.11", frozenset()))
        assert entry is not None
        assert says_the_same(stored(entry), document)
