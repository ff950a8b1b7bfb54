"""Which packages images share: the layers that install each package as few times as may be.

Layers lie on each other, so those of many images make a tree: what all have in common at its root,
what some share above that, what only one needs in its own image. It grows from the leaves: the two
groups of images with most in common are put together, over and over, until none have anything in
common. What two groups share that were not put together is installed in both.

It is decided from the locks alone, so it comes out the same on every machine; of sizes, which no
lock tells, only that some well-known packages are large.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.model.images import Requirement

HEAVY = ("torch*", "tensorflow*", "jax*", "nvidia-*", "triton", "cupy*", "onnxruntime*", "vllm*",
         "opencv-*", "pyarrow", "polars*", "pandas", "scipy", "scikit-learn", "transformers",
         "pyspark", "playwright", "llvmlite", "numpy", "pocketsphinx")  # fmt: skip
"""Packages of ten megabytes and more."""

_MUCH = 20
"""How many small packages one of these counts for."""
_Pair = tuple[tuple[str, ...], tuple[str, ...]]
_TALLEST = 30
"""How many layers may lie on each other: an engine takes 127, and an image has others, too."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Packages for some images, and what is put on them."""

    members: tuple[str, ...]
    """In the order in which they were given."""
    requirements: frozenset[Requirement]
    above: tuple[Bundle, ...] = ()
    height: int = 1
    """How many layers lie on each other, itself included."""


def bundles(
    wanted: Mapping[str, frozenset[Requirement]], heavy: Sequence[str] = ()
) -> tuple[Bundle, ...]:
    """The trees of layers of images, by what each wants; one tree where all share something.

    `heavy` are patterns of further large packages. Each image is a leaf, whose requirements may be
    empty; along the way from the root to it, all that it wants stands once.
    """
    trees: dict[tuple[str, ...], Bundle] = {
        (name,): Bundle((name,), found) for name, found in wanted.items()
    }
    place = {name: index for index, name in enumerate(wanted)}
    weights = _Weights((*HEAVY, *heavy))
    shared: dict[_Pair, int] = {
        (one, other): weights.shared(trees[one], trees[other])
        for one, other in combinations(trees, 2)
    }
    while shared:
        pair = max(shared, key=lambda each: (shared[each], [-place[name] for name in each[0]]))
        if not shared[pair]:
            break
        one, other = (trees.pop(each) for each in pair)
        joined = _joined(one, other, place)
        shared = {each: worth for each, worth in shared.items() if not {*each} & {*pair}}
        for key, tree in trees.items():
            shared[_ordered(key, joined.members, place)] = weights.shared(tree, joined)
        trees[joined.members] = joined
    return tuple(sorted(trees.values(), key=lambda tree: place[tree.members[0]]))


def _joined(one: Bundle, other: Bundle, place: Mapping[str, int]) -> Bundle:
    """Two trees on a new root; one that has nothing of its own then goes into it, but no leaf."""
    common = one.requirements & other.requirements
    above: list[Bundle] = []
    for tree in (one, other):
        rest = tree.requirements - common
        if rest or len(tree.members) == 1:
            above.append(replace(tree, requirements=rest))
        else:
            above += tree.above
    members = tuple(sorted((*one.members, *other.members), key=place.__getitem__))
    above.sort(key=lambda tree: place[tree.members[0]])
    return Bundle(members, common, tuple(above), 1 + max(tree.height for tree in above))


def _ordered(one: tuple[str, ...], other: tuple[str, ...], place: Mapping[str, int]) -> _Pair:
    return (one, other) if place[one[0]] < place[other[0]] else (other, one)


class _Weights:
    """How large sets of packages are, in small packages."""

    def __init__(self, heavy: Iterable[str]) -> None:
        self._heavy = tuple(heavy)
        self._known: dict[str, int] = {}

    def shared(self, one: Bundle, other: Bundle) -> int:
        """How much two trees have in common at their roots; 0 where they would grow too tall."""
        if max(one.height, other.height) >= _TALLEST:
            return 0
        return sum(self._one(each.name) for each in one.requirements & other.requirements)

    def _one(self, name: str) -> int:
        if name not in self._known:
            large = any(fnmatchcase(name, pattern) for pattern in self._heavy)
            self._known[name] = _MUCH if large else 1
        return self._known[name]
