from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.model.environment import Environment, Inputs, Integrity, Stamp
from ws.planning.needs import LINK, Found, Need, need
from ws.planning.stamp import parts, reasons, told

NAMES = {"packages/shared": "shared"}
MANIFEST = "packages/shared/pyproject.toml"
INPUTS = Inputs(
    engine="poetry/1",
    root="/work",
    folder="one",
    asked=("install",),
    files={
        "one/poetry.lock": "l1",
        "one/pyproject.toml": "m1",
        "one/poetry.toml": "",
        MANIFEST: "s1",
        "packages/shared/setup.py": "",
    },
    parts={"one/pyproject.toml": {"scripts": "a"}, MANIFEST: {"scripts": "a", "version": "b"}},
)
ENVIRONMENT = Environment(
    config="home = /usr/bin",
    python=("/usr/bin/python3.11", 100, 200),
    scripts=frozenset({"python", "hello"}),
    packages=frozenset({"rich", "rich-14.0.dist-info", "shared.pth"}),
    infos={"rich-14.0.dist-info": 7},
    links={"shared.pth": "/repo/packages/shared"},
)
STAMP = Stamp(INPUTS, ENVIRONMENT)


def made(**changes: Any) -> tuple[str, ...]:
    """The reasons when something was made from something else."""
    return reasons(STAMP, INPUTS._replace(**changes), ENVIRONMENT, NAMES)


def changed(path: str, digest: str = "new", **new_parts: str) -> tuple[str, ...]:
    manifests = {**INPUTS.parts, path: {**INPUTS.parts.get(path, {}), **new_parts}}
    known = manifests if path in INPUTS.parts else INPUTS.parts
    return made(files={**INPUTS.files, path: digest}, parts=known)


def found(**changes: Any) -> tuple[str, ...]:
    """The reasons when the environment looks otherwise."""
    return reasons(STAMP, INPUTS, ENVIRONMENT._replace(**changes), NAMES)


def test_what_is_as_it_was_is_fresh() -> None:
    assert reasons(STAMP, INPUTS, ENVIRONMENT, NAMES) == ()


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        (made(engine="uv/1"), "it was installed by poetry, in way 1"),
        (made(root="/elsewhere"), "the workspace was moved or copied"),
        (made(folder="two"), "it was moved here from one"),
        (
            made(asked=("install", "--only", "main")),
            "other options were asked for: none, and now --only main",
        ),
        (made(asked=("sync",)), "what is not locked was not looked for"),
        (changed("one/poetry.lock"), "its lock has changed"),
        (changed("one/poetry.toml"), "its poetry.toml has changed"),
        (changed("one/pyproject.toml", scripts="new"), "its manifest has changed (scripts)"),
        (
            changed(MANIFEST, version="new", extras="new"),
            "shared's manifest has changed (extras, version)",
        ),
        (changed("packages/shared/setup.py"), "shared's setup.py has changed"),
        (found(python=None), "the environment's Python is gone"),
        (found(python=("/usr/bin/python3.12", 1, 2)), "the environment's Python has changed"),
        (found(config="home = /opt"), "its pyvenv.cfg has changed"),
        (found(infos={}), "rich was removed by hand"),
        (
            found(infos={"rich-13.0.dist-info": 9}),
            "rich 13.0 was put in by hand in place of 14.0",
        ),
        (
            found(infos={**ENVIRONMENT.infos, "ipython-9.0.dist-info": 9}),
            "ipython 9.0 was put in by hand",
        ),
        (found(infos={"rich-14.0.dist-info": 8}), "rich was installed anew by hand"),
        (
            found(packages=ENVIRONMENT.packages - {"rich"}),
            "rich was removed from site-packages by hand",
        ),
        (found(scripts=frozenset({"python"})), "hello was removed from bin by hand"),
        (found(links={"shared.pth": "/tmp"}), "shared.pth was changed by hand"),
    ],
)
def test_the_reason_is_told_in_words(got: tuple[str, ...], reason: str) -> None:
    assert got == (reason,)


def test_a_manifest_whose_change_has_no_say_is_no_reason() -> None:
    assert changed(MANIFEST) == ()


def test_what_was_synced_is_also_installed() -> None:
    synced = Stamp(INPUTS._replace(asked=("sync", "--no-root")), ENVIRONMENT)
    assert reasons(synced, INPUTS._replace(asked=("install", "--no-root")), ENVIRONMENT, {}) == ()


def test_only_the_first_reasons_are_told() -> None:
    assert told(("a", "b", "c", "d", "e")) == "a; b; c; and 2 more"


@given(st.sampled_from(Environment._fields), st.text(min_size=1))
def test_no_change_of_an_environment_goes_unnoticed(field: str, new: str) -> None:
    values: dict[str, Any] = {
        "config": f"{ENVIRONMENT.config}{new}",
        "python": (new, 1, 2),
        "scripts": ENVIRONMENT.scripts ^ {new},
        "packages": ENVIRONMENT.packages ^ {new},
        "infos": {**ENVIRONMENT.infos, f"{new}.dist-info": 1},
        "links": {"shared.pth": new},
    }
    assert found(**{field: values[field]}) != ()


def test_groups_and_other_tools_have_no_say_where_poetry_core_builds() -> None:
    manifest = {
        "project": {"name": "a", "scripts": {"a": "a:a"}},
        "dependency-groups": {"dev": ["pytest"]},
        "tool": {"poetry": {"version": "1", "group": {}}, "ruff": {}},
        "build-system": {"build-backend": "poetry.core.masonry.api"},
    }
    assert set(parts(manifest)) == {"name", "scripts", "version", "build-system"}
    other = manifest | {"build-system": {"build-backend": "hatchling.build"}}
    assert parts(other)["tool"] == {"ruff": {}}


FINE = Integrity(installed=frozenset({"rich", "shared", "one"}))


def needed(
    inputs: Inputs = INPUTS,
    environment: Environment | None = ENVIRONMENT,
    stamp: Stamp | None = STAMP,
    *,
    marked: bool = False,
    reinstall: bool = False,
    integrity: Integrity = FINE,
) -> Need | None:
    what = Found(environment, stamp, marked, lambda: integrity)
    return need(what, inputs, NAMES, reinstall=reinstall)


def test_a_fresh_environment_needs_nothing_and_is_not_looked_at_closely() -> None:
    assert needed(integrity=Integrity(broken=("rich",))) is None


def test_an_environment_of_which_nothing_can_be_kept_is_made_anew() -> None:
    gone = ENVIRONMENT._replace(python=None)
    half = Integrity(broken=("rich",))
    assert needed(reinstall=True) == Need("asked for (--reinstall)", anew=True)
    assert needed(marked=True) == Need("the last install did not come to its end", anew=True)
    assert needed(environment=gone) == Need("the environment's Python is gone", anew=True)
    assert needed(stamp=None, integrity=half) == Need(
        "an install was killed, and has left half of rich", anew=True
    )
    assert needed(environment=ENVIRONMENT._replace(config="")) == Need(
        "its .venv is no environment", anew=True
    )


def test_a_python_that_the_member_does_not_allow_any_more_is_replaced() -> None:
    told = "it is of Python 3.11.4, and the member allows >=3.13"
    there = Found(ENVIRONMENT, None, marked=False, integrity=lambda: FINE, forbidden=lambda: told)
    assert need(there, INPUTS, NAMES) == Need(told, anew=True)


def test_what_poetrys_settings_say_of_an_environment_holds_for_new_ones_only() -> None:
    path = f"{INPUTS.folder}/poetry.toml"
    inputs = INPUTS._replace(files={**INPUTS.files, path: "other"})
    assert needed(inputs) == Need("its poetry.toml has changed", anew=True)


def test_what_may_be_somebodys_work_is_left_alone_even_where_all_is_to_be_made_anew() -> None:
    there = Found(ENVIRONMENT, None, marked=False, integrity=lambda: FINE, foreign=lambda: LINK)
    assert need(there, INPUTS, NAMES, reinstall=True) == Need("its .venv is a link")


def test_what_poetry_believes_to_be_fine_is_taken_out_first() -> None:
    scripts = {**INPUTS.parts, MANIFEST: {"scripts": "new", "version": "b"}}
    inputs = INPUTS._replace(files={**INPUTS.files, MANIFEST: "s2"}, parts=scripts)
    assert needed(inputs, integrity=FINE._replace(damaged=("rich",))) == Need(
        "shared's manifest has changed (scripts)", again=("rich", "shared")
    )


def test_without_a_stamp_no_path_dependency_is_known_to_be_fresh() -> None:
    assert needed(stamp=None) == Need("it was not ws that installed it last", again=("shared",))


def test_without_an_environment_there_is_nothing_to_look_at() -> None:
    assert needed(environment=None, stamp=None) == Need("there is no environment yet")
