from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.planning.locks import lock, package

from ws.formats.lock import read_lock
from ws.planning.requirements import Direct
from ws.planning.why import why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.planning.why import Chain, Why


def asked(
    own: Sequence[str], name: str, packages: Mapping[str, str], limit: int | None = None
) -> Why:
    """Why `name` is there: packages by name with what they need, `own` as the member's."""
    blocks = (
        package(each, "1.0", "".join(f'{need} = "*"\n' for need in needs.split()))
        for each, needs in packages.items()
    )
    directs = [Direct(each, "*", "main") for each in own]
    return why(read_lock(lock(*blocks)), directs, name, limit)


def names(chain: Chain) -> str:
    return " ".join(link.package.name for link in chain)


def test_each_requirement_of_the_member_has_its_shortest_chains() -> None:
    found = asked(["a", "b"], "d", {"a": "b c", "b": "d", "c": "d", "d": ""})
    assert [names(chain) for chain in found.chains] == ["b d", "a b d", "a c d"]
    assert found.more == 0


def test_the_member_itself_may_ask_for_it() -> None:
    found = asked(["a", "b"], "a", {"a": "", "b": "a"})
    assert [names(chain) for chain in found.chains] == ["a", "b a"]


def test_beyond_the_limit_chains_are_only_counted() -> None:
    found = asked(["a", "b"], "d", {"a": "b c", "b": "d", "c": "d", "d": ""}, 1)
    assert ([names(chain) for chain in found.chains], found.more) == (["b d"], 2)


def test_other_requirements_on_it_are_told() -> None:
    found = asked(["a"], "c", {"a": "b c", "b": "c", "c": ""})
    assert [edge.source.name for edge in found.others if edge.source] == ["b"]


def test_what_is_not_in_the_lock_has_no_packages() -> None:
    assert asked(["a"], "b", {"a": ""}).packages == ()


def test_what_nothing_leads_to_has_no_chains() -> None:
    found = asked(["a"], "orphan", {"a": "", "orphan": ""})
    assert (len(found.packages), found.chains) == (1, ())


def test_both_versions_of_a_package_are_led_to() -> None:
    data = lock(
        package("a", "1.0", 'b = ["<2", ">=2"]\n'), package("b", "1.0"), package("b", "2.0")
    )
    found = why(read_lock(data), [Direct("a", "*", "main")], "b")
    assert [chain[-1].package.version for chain in found.chains] == ["1.0", "2.0"]


NODES = "abcdef"
GRAPHS = st.fixed_dictionaries({name: st.sets(st.sampled_from(NODES)) for name in NODES})


@given(GRAPHS, st.sets(st.sampled_from(NODES), min_size=1), st.integers(0, 4))
def test_chains_are_all_the_shortest_ones_and_none_is_lost(
    graph: dict[str, set[str]], own: set[str], limit: int
) -> None:
    packages = {name: " ".join(sorted(needs)) for name, needs in graph.items()}
    found = asked(sorted(own), "f", packages)
    for chain in found.chains:
        assert chain[0].package.name in own
        assert chain[-1].package.name == "f"
        assert all(b.package.name in graph[a.package.name] for a, b in pairwise(chain))
    assert {names(chain) for chain in found.chains} == set(shortest(graph, own))
    assert len(found.chains) == len(shortest(graph, own))
    limited = asked(sorted(own), "f", packages, limit)
    assert limited.chains == found.chains[:limit]
    assert len(limited.chains) + limited.more == len(found.chains)


def shortest(graph: dict[str, set[str]], own: set[str]) -> list[str]:
    """The same by brute force: all ways from each entry, and of these the shortest."""
    found: list[str] = []
    for entry in own:
        ways = [[entry]]
        for _ in NODES:
            ended = [way for way in ways if way[-1] == "f"]
            if ended:
                found += map(" ".join, ended)
                break
            ways = [[*way, step] for way in ways for step in graph[way[-1]]]
    return found
