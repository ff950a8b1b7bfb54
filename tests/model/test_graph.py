from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ws.model.graph import Edge, Graph

NAMES = "abcdefg"


def graph(**edges: str) -> Graph:
    """`a="b (c)"` says that a depends on b, and on c through a group only."""
    return Graph(
        {
            name: tuple(Edge(word.strip("()"), main=word[0] != "(") for word in words.split())
            for name, words in edges.items()
        }
    )


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph of up to seven members, listed in any order, cycles included."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)))
    kinds = st.sampled_from([None, None, True, False])
    return Graph(
        {
            source: tuple(
                Edge(target, kind)
                for target in sorted(names)
                if target != source and (kind := draw(kinds)) is not None
            )
            for source in names
        }
    )


def reach(graph: Graph, *, main_only: bool) -> set[tuple[str, str]]:
    """All pairs of which the first reaches the second in one step or more (Warshall)."""
    pairs = {
        (source, edge.target)
        for source, edges in graph.edges.items()
        for edge in edges
        if edge.main or not main_only
    }
    for middle, source, target in product(graph.edges, repeat=3):
        if (source, middle) in pairs and (middle, target) in pairs:
            pairs.add((source, target))
    return pairs


def test_direct_dependencies_and_dependents_are_named() -> None:
    found = graph(api="shared", shared="", worker="shared (api)")
    assert found.dependencies("worker") == ("shared", "api")
    assert found.dependents("shared") == ("api", "worker")


def test_closures_reach_near_and_far() -> None:
    found = graph(api="core", core="shared", shared="", other="")
    assert found.with_dependencies(["api"]) == {"api", "core", "shared"}
    assert found.with_dependents(["shared"]) == {"api", "core", "shared"}


def test_dependencies_come_first() -> None:
    assert graph(api="shared", shared="base", base="").order() == ("base", "shared", "api")


def test_what_is_free_stays_in_listing_order() -> None:
    assert graph(c="", a="", b="").order() == ("c", "a", "b")


def test_a_cycle_through_a_group_is_broken_at_the_edge_of_the_group() -> None:
    assert graph(shared="(api)", api="shared").order() == ("shared", "api")
    assert graph(shared="(api)", api="shared").cycles() == ()


def test_the_edge_of_a_group_counts_where_it_closes_no_cycle() -> None:
    assert graph(api="(testing)", testing="").order() == ("testing", "api")


def test_a_cycle_of_main_dependencies_is_given_once_from_its_first_member() -> None:
    assert graph(x="c", a="c", b="a", c="b").cycles() == (("a", "c", "b"),)


def test_two_knots_are_two_cycles_and_an_edge_between_them_is_none() -> None:
    assert graph(a="b", b="a c", c="d", d="c").cycles() == (("a", "b"), ("c", "d"))


@given(graphs())
def test_the_order_holds_every_member_once(found: Graph) -> None:
    assert sorted(found.order()) == sorted(found.edges)


@given(graphs())
def test_the_order_breaks_only_edges_that_lie_on_a_cycle(found: Graph) -> None:
    """A main edge only for a cycle of main edges, a group's edge for any."""
    place = {name: index for index, name in enumerate(found.order())}
    broken = {
        (source, edge)
        for source, edges in found.edges.items()
        for edge in edges
        if place[edge.target] > place[source]
    }
    among_main, among_all = reach(found, main_only=True), reach(found, main_only=False)
    excused = {
        (source, edge)
        for source, edge in broken
        if (edge.target, source) in (among_main if edge.main else among_all)
    }
    assert broken == excused


@given(graphs())
def test_what_comes_before_is_closed_and_listed_in_order(found: Graph) -> None:
    before = found.before()
    for name, earlier in before.items():
        assert name not in earlier
        assert earlier == tuple(n for n in found.edges if n in earlier)
        assert set(earlier) == set(earlier).union(*(before[n] for n in earlier))


@given(graphs())
def test_there_is_one_cycle_for_each_knot_of_main_edges_and_each_is_real(found: Graph) -> None:
    pairs = reach(found, main_only=True)
    knots = {
        tuple(other for other in found.edges if (name, other) in pairs and (other, name) in pairs)
        for name in found.edges
        if (name, name) in pairs
    }
    cycles = found.cycles()
    assert {cycle[0] for cycle in cycles} == {knot[0] for knot in knots}
    assert len(cycles) == len(knots)
    for cycle in cycles:
        assert len(set(cycle)) == len(cycle)
        for source, target in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert Edge(target, main=True) in found.edges[source]


@given(graphs())
def test_dependents_and_dependencies_are_each_others_inverse(found: Graph) -> None:
    for one, other in product(found.edges, repeat=2):
        depends = other in found.with_dependencies([one])
        assert depends == (one in found.with_dependents([other]))
        assert depends == (one == other or (one, other) in reach(found, main_only=False))


@given(graphs())
def test_turning_every_edge_round_swaps_dependents_and_dependencies(found: Graph) -> None:
    turned = found.inverted()
    for name in found.edges:
        assert turned.with_dependencies([name]) == found.with_dependents([name])
    again = turned.inverted().edges
    assert {name: set(edges) for name, edges in again.items()} == {
        name: set(edges) for name, edges in found.edges.items()
    }
