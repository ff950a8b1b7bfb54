"""The hash itself is Poetry's to define; here we hold ours against it, without running it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.content_hash import content_hash


def sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_the_older_form_has_a_null_for_each_key_that_is_missing() -> None:
    document = {"tool": {"poetry": {"name": "chat", "dependencies": {"rich": "^13"}}}}
    assert content_hash(document) == sha(
        '{"dependencies": {"rich": "^13"}, "dev-dependencies": null, "extras": null,'
        ' "source": null}'
    )


def test_groups_stand_in_the_older_form_where_there_are_any() -> None:
    document = {"tool": {"poetry": {"group": {"dev": {"dependencies": {"pytest": "*"}}}}}}
    assert content_hash(document) == sha(
        '{"dependencies": null, "dev-dependencies": null, "extras": null,'
        ' "group": {"dev": {"dependencies": {"pytest": "*"}}}, "source": null}'
    )


def test_the_standard_form_is_nested_and_leaves_out_what_is_missing() -> None:
    document = {
        "project": {"name": "chat", "requires-python": ">=3.11", "dependencies": ["é"]},
        "tool": {"poetry": {"packages": [], "source": []}},
    }
    assert content_hash(document) == sha(
        r'{"project": {"dependencies": ["\u00e9"], "requires-python": ">=3.11"},'
        ' "tool": {"poetry": {"source": []}}}'
    )


def test_a_project_table_without_dependencies_leaves_the_older_form() -> None:
    assert content_hash({"project": {"name": "chat", "version": "1"}}) == content_hash({})


def test_dependency_groups_alone_make_the_nested_form() -> None:
    assert content_hash({"dependency-groups": {"dev": ["pytest"]}}) == sha(
        '{"dependency-groups": {"dev": ["pytest"]}, "tool": {"poetry": {}}}'
    )


def test_poetry_before_2_3_did_not_see_dependency_groups() -> None:
    document = {"dependency-groups": {"dev": ["pytest"]}}
    assert content_hash(document, dependency_groups=False) == content_hash({})


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=5) | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def tables(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Tables that hold any of the keys, with any values, empty ones often."""
    values: st.SearchStrategy[Any] = VALUES | st.just({}) | st.just([])
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, values))


DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "project": tables(
            "name", "version", "requires-python", "dependencies", "optional-dependencies"
        ),
        "dependency-groups": st.dictionaries(st.text(max_size=5), VALUES, max_size=2),
        "tool": st.fixed_dictionaries(
            {},
            optional={
                "poetry": tables(
                    "name", "dependencies", "dev-dependencies", "group", "extras", "source", "build"
                )
            },
        ),
    },
)


@given(DOCUMENTS, st.booleans())
def test_the_hash_is_the_one_that_poetry_computes(
    document: dict[str, Any],
    dependency_groups: bool,  # noqa: FBT001 - generated
) -> None:
    locker = pytest.importorskip("poetry.packages.locker").Locker(Path("poetry.lock"), document)
    poetrys = locker._get_content_hash(with_dependency_groups=dependency_groups)  # noqa: SLF001
    assert content_hash(document, dependency_groups=dependency_groups) == poetrys
