from __future__ import annotations

import pytest
from tests.planning.dockerfiles import CHAT, SHARED, Folder, Place, dockerfile

from ws.planning.docker_candidates import candidates


def of(text: str, context: str = ".") -> list[str]:
    place = Place()
    found = candidates(dockerfile(text), context, place.known, Folder(place.files).exists)
    return [value for each in found for value in each.values()]


def test_it_is_what_other_members_do_not_depend_on_and_the_folder_has() -> None:
    assert of("ARG M\nCOPY ${M}/pyproject.toml ./\n") == [CHAT, "packages/base", "packages/tool"]
    assert of("ARG M\nCOPY $M/src/chat ./\n") == [CHAT]
    assert SHARED not in of("ARG M\nCOPY $M/ ./\n")


def test_what_stands_before_the_variable_is_no_part_of_the_value() -> None:
    text = "ARG M\nCOPY workers/${M}/pyproject.toml ./\n"
    assert of(text) == ["general/chat"]
    assert of("ARG M\nCOPY ${M}/poetry.lock ./\n", "workers/general") == ["chat"]


@pytest.mark.parametrize(
    "text",
    [
        "ARG M=a\nCOPY ${M}/pyproject.toml ./\n",
        "ENV M=a\nCOPY ${M}/pyproject.toml ./\n",
        "ARG M\nARG N\nCOPY ${M}/pyproject.toml ${N}/poetry.lock ./\n",
        "ARG M\nCOPY a/${M} b/${M} ./\n",
        "ARG M\nCOPY --from=x ${M}/pyproject.toml ./\n",
        "ARG M\nCOPY ${M}/nothing ./\n",
    ],
)
def test_there_is_none_where_it_is_not_plain(text: str) -> None:
    assert of(text) == []
