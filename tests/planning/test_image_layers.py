from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ws.model.images import Requirement
from ws.planning.image_layers import Bundle, bundles


def packages(names: str) -> frozenset[Requirement]:
    return frozenset(Requirement(name, "1", f"{name}==1") for name in names.split())


def drawn(bundle: Bundle) -> object:
    """A tree as nested tuples: names of packages, and what is above or for whom it is."""
    names = " ".join(sorted(each.name for each in bundle.requirements))
    return (names, tuple(map(drawn, bundle.above)) or bundle.members[0])


def trees(wanted: dict[str, str], *heavy: str) -> list[object]:
    found = bundles({name: packages(text) for name, text in wanted.items()}, heavy)
    return [drawn(bundle) for bundle in found]


def test_what_all_have_is_the_root_and_the_rest_is_in_each_image() -> None:
    assert trees({"a": "x y", "b": "x z", "c": "x"}) == [("x", (("y", "a"), ("z", "b"), ("", "c")))]


def test_what_some_have_is_a_layer_between() -> None:
    wanted = {"a": "x p q r", "b": "x p q", "c": "x"}
    assert trees(wanted) == [("x", (("p q", (("r", "a"), ("", "b"))), ("", "c")))]


def test_a_large_package_counts_for_many_small_ones() -> None:
    wanted = {"a": "x torch", "b": "y z torch", "c": "y z"}
    assert trees(wanted) == [("torch", (("x", "a"), ("y z", "b"))), ("y z", "c")]
    known = {name: text.replace("torch", "large") for name, text in wanted.items()}
    assert trees(known) == [("large x", "a"), ("y z", (("large", "b"), ("", "c")))]
    assert trees(known, "lar*")[1] == ("y z", "c")


def test_layers_do_not_grow_taller_than_an_engine_takes() -> None:
    names = [f"p{number:03}" for number in range(200)]
    wanted = {f"m{number:03}": " ".join(names[: number + 1]) for number in range(200)}
    found = bundles({name: packages(text) for name, text in wanted.items()})
    assert max(bundle.height for bundle in found) == 30
    assert len(found) < 10


def test_images_with_nothing_in_common_share_nothing() -> None:
    assert trees({"a": "x", "b": "y"}) == [("x", "a"), ("y", "b")]


def test_images_that_hold_the_same_are_one_layer() -> None:
    assert trees({"a": "x y", "b": "x y"}) == [("x y", (("", "a"), ("", "b")))]


WANTED = st.dictionaries(
    st.sampled_from("abcdefgh"), st.frozensets(st.sampled_from("opqrstuvwxyz")), min_size=1
)


@given(WANTED)
def test_each_image_gets_what_it_wants_and_each_package_once(
    wanted: dict[str, frozenset[str]],
) -> None:
    found = {name: sorted(names) for name, names in wanted.items()}
    roots = bundles({name: packages(" ".join(names)) for name, names in wanted.items()})
    got: dict[str, list[str]] = {}

    def walk(bundle: Bundle, below: list[str]) -> None:
        held = [*below, *(each.name for each in bundle.requirements)]
        for above in bundle.above:
            walk(above, held)
        if not bundle.above:
            (name,) = bundle.members
            got[name] = sorted(held)

    for root in roots:
        walk(root, [])
    assert got == found


@given(WANTED)
def test_layers_never_install_more_than_each_image_for_itself(
    wanted: dict[str, frozenset[str]],
) -> None:
    def count(bundle: Bundle) -> int:
        return len(bundle.requirements) + sum(map(count, bundle.above))

    roots = bundles({name: packages(" ".join(names)) for name, names in wanted.items()})
    assert sum(map(count, roots)) <= sum(map(len, wanted.values()))
