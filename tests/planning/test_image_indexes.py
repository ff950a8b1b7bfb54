from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.images import ImagePlan, Layer, Requirement
from ws.planning.image_indexes import Indexes, indexes
from ws.planning.uv_requirements import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ws.model.workspace import Workspace

    Read = Callable[[Mapping[str, str]], Workspace]

HOST = "http://h.example/simple"


def source(name: str, url: str, priority: str = "") -> str:
    more = f'priority = "{priority}"\n' if priority else ""
    return f'\n[[tool.poetry.source]]\nname = "{name}"\nurl = "{url}"\n{more}'


def plan(*origins: str) -> ImagePlan:
    found = tuple(Requirement(f"p{n}", "1", f"p{n}==1", each) for n, each in enumerate(origins))
    return ImagePlan(False, (), (Layer("common", "ground", ("one",), found),), (), (), ())


def test_a_primary_source_is_the_default_where_nothing_comes_from_pypi(
    read_workspace: Read,
) -> None:
    workspace = read_workspace({"one": source("ours", "http://bob:word@h.example/simple/")})
    index = Index("ours", "http://bob:word@h.example/simple")
    assert indexes(workspace, plan(HOST)) == Indexes((index,), index)
    assert indexes(workspace, plan(HOST, "")) == Indexes((index,), None)


def test_another_one_is_none_even_so(read_workspace: Read) -> None:
    workspace = read_workspace({"one": source("ours", HOST, "explicit")})
    assert indexes(workspace, plan(HOST)) == Indexes((Index("ours", HOST),), None)


def test_a_source_that_nothing_comes_from_is_not_asked(read_workspace: Read) -> None:
    workspace = read_workspace({"one": source("ours", "http://other.example/simple")})
    assert indexes(workspace, plan(HOST)) == Indexes()
