from __future__ import annotations

from tests.planning.locks import directory, lock, package

from ws.formats.lock import read_lock
from ws.planning.lock_graph import Edge, by_name, edges, targets
from ws.planning.requirements import Direct


def drawn(data: bytes, *own: Direct) -> list[str]:
    """Every edge as `source -> target constraint`, the member itself being `.`."""
    return [
        f"{edge.source.name if edge.source else '.'} -> {edge.target} {edge.constraint}"
        for edge in edges(read_lock(data), own)
    ]


def test_edges_come_nearest_to_the_member_first() -> None:
    data = lock(
        package("alpha", "1.0", 'beta = ">=1"\n'),
        package("beta", "1.0"),
        package("pytest", "8.0", 'beta = "*"\n'),
    )
    own = Direct("alpha", "^1.0", "main"), Direct("pytest", "^8", "dev")
    assert drawn(data, *own) == [
        ". -> alpha ^1.0",
        ". -> pytest ^8",
        "alpha -> beta >=1",
        "pytest -> beta *",
    ]


def test_what_nobody_asks_for_has_no_say() -> None:
    data = lock(package("alpha", "1.0"), package("orphan", "1.0", 'alpha = "<1"\n'))
    assert drawn(data, Direct("alpha", "*", "main")) == [". -> alpha *"]


def test_an_optional_dependency_counts_if_somebody_asks_for_its_extra() -> None:
    data = lock(
        package(
            "alpha",
            "1.0",
            'beta = {version = ">=1", optional = true, markers = "extra == \\"fast\\""}\n',
            extras='fast = ["Beta (>=1)"]\n',
        ),
        package("gamma", "1.0", 'alpha = {version = "*", extras = ["fast"]}\n'),
    )
    plain = Direct("alpha", "*", "main")
    assert drawn(data, plain) == [". -> alpha *"]
    found = edges(read_lock(data), (plain, Direct("gamma", "*", "main")))
    (edge,) = (edge for edge in found if edge.target == "beta")
    assert (edge.constraint, edge.in_extras) == (">=1", ("fast",))


def test_an_extra_may_ask_for_another_one_of_the_same_package() -> None:
    data = lock(
        package(
            "alpha",
            "1.0",
            'beta = {version = ">=1", optional = true}\n',
            extras='all = ["alpha[Fa_st]"]\nfa-st = ["beta (>=1)"]\n',
        )
    )
    assert drawn(data, Direct("alpha", "*", "main", extras=("all",)))[1:] == ["alpha -> beta >=1"]


def test_several_constraints_are_several_edges_each_to_the_version_that_it_means() -> None:
    data = lock(
        package(
            "alpha",
            "1.0",
            'beta = [\n    {version = "<2", markers = "python_version < \\"3.12\\""},\n'
            '    {version = ">=2", markers = "python_version >= \\"3.12\\""},\n]\n',
        ),
        package("beta", "1.5"),
        package("beta", "2.5"),
    )
    read = read_lock(data)
    found = edges(read, (Direct("alpha", "*", "main"),))
    assert [
        (edge.marker, [package.version for package in targets(edge, by_name(read))])
        for edge in found[1:]
    ] == [('python_version < "3.12"', ["1.5"]), ('python_version >= "3.12"', ["2.5"])]


def test_a_path_says_nothing_of_versions() -> None:
    data = lock(
        directory("shared", "../shared", 'base = {path = "../base", develop = true}\n'),
        directory("base", "../base"),
    )
    read = read_lock(data)
    (edge,) = edges(read, (Direct("shared", "*", "main", origin="path"),))[1:]
    assert edge == Edge(read.packages[0], "base", "*", origin="path")
    assert [package.name for package in targets(edge, by_name(read))] == ["base"]


def test_packages_that_need_each_other_are_walked_once() -> None:
    data = lock(package("alpha", "1.0", 'beta = "*"\n'), package("beta", "1.0", 'alpha = "*"\n'))
    assert drawn(data, Direct("alpha", "*", "main")) == [
        ". -> alpha *",
        "alpha -> beta *",
        "beta -> alpha *",
    ]
