"""What `ws` writes between its markers, whatever stands there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.dockerfiles import BASE, CHAT, SHARED, Place
from tests.planning.mending import HEAD, mended, rules_of

from ws.errors import WsError

BEFORE = (
    f"{HEAD}WORKDIR /app\nCOPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
    "RUN poetry install --no-root --no-directory\n# ws:begin\n"
)
AFTER = "# ws:end\nRUN poetry install --no-root\n"
BOTH = f"COPY {SHARED}/ /packages/shared/python/\nCOPY {BASE}/ /packages/base/\n"
GOOD = f"{BEFORE}{BOTH}{AFTER}"


def test_a_block_holds_all_path_dependencies_of_the_next_install() -> None:
    found = mended(f"{BEFORE}COPY {SHARED} /old\n{AFTER}", Place(transitive=True))
    assert found.dockerfile.text == GOOD
    assert (rules_of(found), found.left) == (["docker/markers"], ())


def test_a_block_follows_the_style_of_what_is_around_it() -> None:
    around = f"COPY --chown=app {CHAT}/src ../src\n"
    found = mended(GOOD.replace("# ws:begin", f"{around}# ws:begin libs"))
    inside = (
        f"# ws:begin libs\nCOPY --chown=app {SHARED}/ ../../../packages/shared/python/\n# ws:end"
    )
    assert inside in found.dockerfile.text


def test_what_is_missing_beside_a_block_is_added_outside_of_it() -> None:
    place = Place(transitive=True)
    text = GOOD.replace("RUN poetry install --no-root --no-directory\n", "")
    assert mended(text, place).dockerfile.text == GOOD


def test_a_block_for_no_install_is_told() -> None:
    text = f"{GOOD}# ws:begin\nCOPY {CHAT} x\n# ws:end\n"
    found = mended(text, Place(transitive=True))
    assert found.dockerfile.text == text
    assert [(one.rule, one.where and one.where.line) for one in found.left] == [
        ("docker/markers", 11)
    ]


def test_a_marker_without_its_other_half_is_a_fault() -> None:
    with pytest.raises(WsError, match="other half"):
        mended(GOOD.replace("# ws:end\n", ""))


LINES = st.sampled_from(
    ["COPY x y", "RUN false", "# a comment", "", f"COPY {SHARED} /a", "RUN <<EOF", "nonsense \\"]
)


@given(st.lists(LINES, max_size=4), st.booleans())
def test_whatever_a_block_says_it_says_the_same_afterwards(lines: list[str], crlf: bool) -> None:  # noqa: FBT001
    inside = "".join(f"{line}\n" for line in lines if line[-1:] != "\\" and "EOF" not in line)
    newline = "\r\n" if crlf else "\n"
    text = f"{BEFORE}{inside}{AFTER}".replace("\n", newline)
    found = mended(text, Place(transitive=True))
    assert found.dockerfile.text == GOOD.replace("\n", newline)
