from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.conftest import member
from tests.planning.locks import directory, lock, package

from ws.formats import lock_blocks, pyproject_reader
from ws.formats.lock import read_lock
from ws.model.workspace import Member
from ws.planning import lock_graph, ranges
from ws.planning.align import Choice, choices, starts
from ws.planning.requirements import direct
from ws.planning.skew import Holding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def holding(name: str, dependencies: str, *packages: str) -> Holding:
    manifest = pyproject_reader.read(member(name, dependencies).encode(), "pyproject.toml", name)
    assert manifest is not None
    one = Member(name, manifest)
    return Holding(one, read_lock(lock(*packages)), direct(one))


def told(found: Sequence[Choice]) -> list[str]:
    """Each choice in one line: who moves to what, and who cannot."""
    lines = []
    for choice in found:
        target = choice.target.version if choice.target else choice.reason
        cannot = [
            f"{who}: {obstacle.reason or (obstacle.edge and obstacle.edge.constraint)}"
            for who, obstacle in choice.obstacles.items()
        ]
        moving = ", ".join(choice.moves)
        lines.append(f"{choice.skew.name} {target} <- {moving}" + "".join(f"; {c}" for c in cannot))
    return lines


def test_the_newest_version_that_all_can_have_is_chosen() -> None:
    found = choices(
        [
            holding("a", 'alpha = "*"\n', package("alpha", "3.0")),
            holding("b", 'alpha = "<3"\n', package("alpha", "1.0")),
            holding("c", 'alpha = "*"\n', package("alpha", "2.0")),
        ]
    )
    assert told(found) == ["alpha 2.0 <- a, b"]
    assert found[0].moves == {"a": "c", "b": "c"}


def test_where_not_all_can_agree_most_do_and_the_reason_is_said() -> None:
    found = choices(
        [
            holding("a", 'alpha = "*"\n', package("alpha", "3.0")),
            holding("b", 'alpha = "<2"\n', package("alpha", "1.0")),
            holding("c", 'alpha = ">=2"\n', package("alpha", "2.0")),
        ]
    )
    assert told(found) == ["alpha 3.0 <- c; b: <2"]


def test_a_package_in_the_lock_may_be_what_does_not_allow_it() -> None:
    found = choices(
        [
            holding("a", 'alpha = "^2"\n', package("alpha", "2.0")),
            holding(
                "b",
                'shared = {path = "../shared"}\n',
                directory("shared", "../shared", 'alpha = "^1"\n'),
                package("alpha", "1.0"),
            ),
        ]
    )
    (choice,) = found
    assert told(found) == ["alpha 2.0 <- ; b: ^1"]
    edge = choice.obstacles["b"].edge
    assert edge is not None
    assert edge.source is not None
    assert edge.source.name == "shared"


def test_a_package_that_pins_another_one_moves_together_with_it() -> None:
    def both(version: str) -> tuple[str, str]:
        pin = f'core = "{version}"\n'
        return package("core", version), package("pydantic", version, pin)

    found = choices(
        [
            holding("a", 'pydantic = "*"\n', *both("2.0")),
            holding("b", 'pydantic = "*"\n', *both("1.0")),
        ]
    )
    assert told(found) == ["core 2.0 <- b", "pydantic 2.0 <- b"]


def test_what_the_new_version_needs_must_suit_too() -> None:
    found = choices(
        [
            holding(
                "a",
                'alpha = "^2"\n',
                package("alpha", "2.0", 'beta = ">=2"\n'),
                package("beta", "2.0"),
            ),
            holding(
                "b",
                'alpha = "*"\nbeta = "<2"\n',
                package("alpha", "1.0", 'beta = "*"\n'),
                package("beta", "1.0"),
            ),
        ]
    )
    assert told(found) == ["alpha 2.0 <- ; b: it needs beta >=2", "beta 2.0 <- ; b: <2"]


def test_what_comes_along_with_the_new_version_must_suit_too() -> None:
    found = choices(
        [
            holding(
                "a",
                'top = "^2"\n',
                package("alpha", "1.0"),
                package("mid", "1.0", 'alpha = "<2"\n'),
                package("top", "2.0", 'mid = "*"\n'),
            ),
            holding(
                "b", 'top = "*"\nalpha = "^2"\n', package("alpha", "2.0"), package("top", "1.0")
            ),
        ]
    )
    assert told(found) == [
        "alpha 2.0 <- ; a: <2",
        "top 2.0 <- ; b: it brings mid, which needs alpha <2",
    ]


def test_a_version_for_newer_pythons_is_no_choice() -> None:
    found = choices(
        [
            holding("a", 'alpha = "*"\n', package("alpha", "2.0", python=">=3.12")),
            holding("b", 'alpha = "*"\n', package("alpha", "1.0")),
        ]
    )
    assert told(found) == ["alpha 1.0 <- a"]


def test_several_versions_in_one_lock_are_left_alone() -> None:
    found = choices(
        [
            holding("a", 'alpha = "*"\n', package("alpha", "1.0"), package("alpha", "2.0")),
            holding("b", 'alpha = "*"\n', package("alpha", "1.0")),
        ]
    )
    assert told(found) == ["alpha a locks it at 1.0, 2.0, parted by markers <- "]


def test_packages_of_two_indexes_are_left_alone() -> None:
    source = 'type = "legacy"\nurl = "https://example.org/simple"\nreference = "ours"\n'
    found = choices(
        [
            holding("a", 'alpha = "*"\n', package("alpha", "1.0", source=source)),
            holding("b", 'alpha = "*"\n', package("alpha", "2.0")),
        ]
    )
    assert told(found) == ["alpha it comes from different indexes <- "]


NAMES, VERSIONS = ("a", "b", "c", "d"), ("1.0", "2.0", "3.0")
CONSTRAINTS = st.sampled_from(["*", "*", ">=2.0", "<3.0", "<2.0", "2.0"])
admits = cache(ranges.admits)
Universe = dict[tuple[str, str], dict[str, str]]


@st.composite
def universes(draw: st.DrawFn) -> Universe:
    """What each version of each package asks for."""
    return {
        (name, version): draw(
            st.dictionaries(
                st.sampled_from([other for other in NAMES if other != name]),
                CONSTRAINTS,
                max_size=2,
            )
        )
        for name in NAMES
        for version in VERSIONS
    }


def solutions(universe: Universe, own: Mapping[str, str]) -> list[dict[str, str]]:
    """Every lock there can be, by brute force: each package that is needed, at one version."""
    found = []
    for versions in product(VERSIONS, repeat=len(NAMES)):
        chosen = dict(zip(NAMES, versions, strict=True))
        needed = closure(universe, own, chosen)
        if needed is not None and {n: chosen[n] for n in sorted(needed)} not in found:
            found.append({n: chosen[n] for n in sorted(needed)})
    return found


def closure(
    universe: Universe, own: Mapping[str, str], chosen: Mapping[str, str]
) -> set[str] | None:
    """What is needed, if these versions suit all that is needed."""
    needed: set[str] = set()
    todo = list(own.items())
    while todo:
        name, constraint = todo.pop()
        if not admits(constraint, chosen[name]):
            return None
        if name not in needed:
            needed.add(name)
            todo.extend(universe[name, chosen[name]].items())
    return needed


def written(universe: Universe, chosen: Mapping[str, str]) -> bytes:
    """A lock that holds these versions."""
    return lock(
        *(
            package(n, v, "".join(f'{t} = "{c}"\n' for t, c in universe[n, v].items()))
            for n, v in chosen.items()
        )
    )


@st.composite
def workspaces(draw: st.DrawFn) -> list[tuple[Holding, bytes]]:
    """Members that ask for packages of one universe, each with any of the locks it may have."""
    universe = draw(universes())
    asked = st.dictionaries(st.sampled_from(NAMES), CONSTRAINTS, min_size=1)
    found = []
    for number, own in enumerate(draw(st.lists(asked, min_size=2, max_size=4))):
        possible = solutions(universe, own)
        assume(possible)
        text = written(universe, draw(st.sampled_from(possible)))
        one = holding(f"m{number}", "".join(f'{n} = "{c}"\n' for n, c in own.items()))
        found.append((replace(one, lock=read_lock(text)), text))
    return found


@given(workspaces())
def test_decided_once_nothing_is_left_to_decide_and_every_lock_holds_together(
    workspace: list[tuple[Holding, bytes]],
) -> None:
    holdings = [one for one, _ in workspace]
    locks = {one.member.name: text for one, text in workspace}
    locks |= starts(choices(holdings), locks)
    after = [replace(one, lock=read_lock(locks[one.member.name])) for one in holdings]
    assert starts(choices(after), locks) == {}
    for each in after:
        packages = lock_graph.by_name(each.lock)
        for edge in lock_graph.edges(each.lock, each.own):
            assert not packages.get(edge.target) or lock_graph.targets(edge, packages), edge


@given(workspaces(), st.sampled_from([b"\n", b"\r\n"]))
def test_a_start_differs_from_the_lock_in_the_blocks_that_move_and_nowhere_else(
    workspace: list[tuple[Holding, bytes]], newline: bytes
) -> None:
    locks = {one.member.name: text for one, text in workspace}
    locks["m0"] = locks["m0"].replace(b"\n", newline)
    found = choices([one for one, _ in workspace])
    for name, start in starts(found, locks).items():
        own, new = lock_blocks.split(locks[name]), lock_blocks.split(start)
        assert (own.head, own.rest, len(own.blocks)) == (new.head, new.rest, len(new.blocks))
        donors = {choice.skew.name: choice.moves[name] for choice in found if name in choice.moves}
        for before, after in zip(own.blocks, new.blocks, strict=True):
            donor = lock_blocks.split(locks[donors.get(before.name, name)])
            (block,) = (block for block in donor.blocks if block.name == before.name)
            assert after.text.replace(b"\r", b"") == block.text.replace(b"\r", b"")
        assert (b"\r" in start) == (start.count(b"\r\n") == start.count(b"\n"))
