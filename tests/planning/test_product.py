"""A workspace as a product: what services are called, where they come from, what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.generate.test_image_tests import LOCK, package

from ws.files.loader import load
from ws.model.built import Fingerprint
from ws.model.images import Requirement
from ws.planning import downloads, product
from ws.planning.downloads import Known, Tool
from ws.planning.image_costs import weight
from ws.planning.images import Wish, image_plan
from ws.planning.product import Estimates, Files
from ws.planning.registry_names import Checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ws.model.images import ImagePlan
    from ws.model.workspace import Workspace

    Make = Callable[[Mapping[str, str]], Path]

MANIFEST = """\
[tool.poetry]
name = "{name}"
version = "1.0+local"
[tool.poetry.scripts]
{name} = "{name}.app:main"
[tool.poetry.dependencies]
python = "^3.11"
shared = {{ path = "../shared" }}
[build-system]
requires = ["poetry-core>=2"]
build-backend = "poetry.core.masonry.api"
[tool.ws.docker]
{more}
"""
SHARED = package("shared", '"main"', '[package.source]\ntype = "directory"\nurl = "../shared"')
ALONE = package("numpy", '"main"')
TOML = """\
[workspace]
name = "talk"
members = ["*"]
[docker]
registry = "r.example/a"
mirrors = ["m.example"]
tags = ["{version}", "{branch}-{sha}", "x"]
[compose.services.broker]
image = "redis:7"
"""
OWN = 'build = "dockerfile"'
VOLUME = """\
apt = ["espeak"]
[tool.ws.docker.volumes.models]
path = "/models"
size = "3 MB"
source = "https://example.org/m.bin"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""


class Planned(NamedTuple):
    workspace: Workspace
    plan: ImagePlan
    fingerprints: Mapping[str, Fingerprint]


@pytest.fixture
def planned(make_workspace: Make) -> Planned:
    """Two services on one layer, one with a layer of its own; a third with its own Dockerfile."""
    files = {"workspace.toml": TOML, "shared": ""}
    locks = {}
    for name, more in (("ann", ""), ("bob", VOLUME), ("own", OWN)):
        files[name] = MANIFEST.format(name=name, more=more)
        locks[name] = (SHARED + (ALONE if name == "bob" else "") + LOCK).encode()
    workspace = load(make_workspace(files))
    members = [workspace.by_name[name] for name in locks]
    plan = image_plan(workspace, members, {**locks, "shared": None}, Wish())
    return Planned(workspace, plan, {name: Fingerprint({}, f"print-{name}") for name in locks})


def test_services_are_called_as_images_are(planned: Planned) -> None:
    made = product.product(*planned, Checkout("abc"), Files("bake.json", "reqs", "compose.yaml"))
    assert (made.name, made.bake, made.compose) == ("talk", "bake.json", "compose.yaml")
    ann, bob, own = made.services
    assert (ann.tag, ann.fingerprint, ann.script) == ("r.example/a/ann:latest", "print-ann", "ann")
    assert ann.references == ("r.example/a/ann:1.0-local", "m.example/ann:1.0-local")
    assert ann.requirements == ("reqs/common.txt",)
    assert bob.requirements == ("reqs/common.txt", "reqs/only-bob.txt")
    assert [each.name for each in bob.volumes] == ["models"]
    assert ann.packages == ("shared", "ann")
    assert (own.packages, own.requirements, own.script) == (("shared", "own"), (), "")


def test_in_the_workspace_itself_an_own_dockerfile_is_no_reason_not_to_start_a_script(
    planned: Planned,
) -> None:
    made = product.product(*planned)
    assert [each.script for each in made.services] == ["ann", "bob", "own"]
    assert (made.bake, {each.requirements for each in made.services}) == ("", {()})


def with_tag(planned: Planned, *tags: str) -> Workspace:
    settings = planned.workspace.settings
    tagged = replace(settings, docker=replace(settings.docker, tags=tags))
    return replace(planned.workspace, settings=tagged)


def test_the_first_of_the_tags_counts_and_none_where_git_does_not_know_it(
    planned: Planned,
) -> None:
    workspace = with_tag(planned, "{branch}-{sha}", "x")
    ann = workspace.by_name["ann"]
    known = Checkout("0123456789abcdef", is_dirty=True, branch="feature/x")
    assert product.references(workspace, ann, known) == (
        "r.example/a/ann:feature-x-0123456789ab",
        "m.example/ann:feature-x-0123456789ab",
    )
    assert product.references(workspace, ann, Checkout("0123456789abcdef")) == ()
    assert product.references(workspace, ann, Checkout(branch="main")) == ()


def test_without_a_registry_mirrors_are_asked(planned: Planned) -> None:
    settings = planned.workspace.settings
    alone = replace(settings, docker=replace(settings.docker, registry="", tags=("x",)))
    workspace = replace(planned.workspace, settings=alone)
    assert product.references(workspace, workspace.by_name["ann"], Checkout()) == (
        "m.example/ann:x",
    )


KNOWN = Known(
    {("idna", "1.0"): 100_000, ("numpy", "1.0"): 50_000_000},
    {"python:3.11-slim": 100_000_000, "redis:7": 30_000_000},
    {"own": ("debian:12",)},
)
BUILDS = ["poetry-core>=2", "poetry-core>=2.0,<3"]
TOOL = Tool("uv", 17_000_000)


def test_each_download_has_a_row_with_what_is_known_of_it(planned: Planned) -> None:
    rows = downloads.rows(planned.workspace, planned.plan, KNOWN, TOOL)
    assert [tuple(row.values()) for row in rows] == [
        ("base", "python:3.11-slim", ["ann", "bob"], 100_000_000, 30_000_000, []),
        ("base", "debian:12", ["own"], None, None, []),
        ("tools", "uv", ["ann", "bob"], None, 17_000_000, BUILDS),
        ("packages", "common", ["ann", "bob"], 100_000, 30_000, ["idna 1.0"]),
        ("packages", "only-bob", ["bob"], 50_000_000, 15_000_000, ["numpy 1.0"]),
        ("apt", "bob", ["bob"], None, None, ["espeak"]),
        ("service", "redis:7", [], 30_000_000, 9_000_000, ["broker"]),
        ("volume", "models", ["bob"], 3_000_000, 3_000_000, ["https://example.org/m.bin"]),
    ]
    assert downloads.total(planned.plan, KNOWN, rows) == 74_000_000
    assert downloads.estimates(planned.plan, rows) == Estimates(
        {"ann": 130_000, "bob": 65_000_000},
        {"ann": 0, "bob": 15_000_000},
        59_000_000,
    )


def test_what_nobody_knows_is_null_and_not_nothing(planned: Planned) -> None:
    rows = downloads.rows(planned.workspace, planned.plan, Known({}, {}, {}), TOOL)
    assert {row["size"] for row in rows if row["kind"] != "volume"} == {None}
    made = downloads.estimates(planned.plan, rows)
    assert set(made.sizes.values()) == set(made.downloads.values()) == {0}


def test_instead_of_building_there_are_registries_an_archive_and_the_host(
    planned: Planned,
) -> None:
    told = downloads.alternatives(planned.workspace, planned.plan, KNOWN._replace(archive=7))
    assert [tuple(row.values()) for row in told] == [
        ("pull", "r.example/a", None),
        ("pull", "m.example", None),
        ("load", "dist/images.tar", 7),
        ("host", "without Docker, packages alone", 15_000_000),
    ]


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, 0), (None, None), (7, 7), (1234, 1200), (1_950, 2000), (994_999, 990_000)],
)
def test_estimates_have_two_figures(count: int | None, said: int | None) -> None:
    assert downloads.about(count) == said


def test_what_only_some_machines_get_is_nothing_where_it_is_not_installed() -> None:
    always = Requirement("a", "1", "a==1 \\\n    --hash=sha256:a")
    sometimes = Requirement("b", "1", 'b==1 ; platform_machine == "x86_64" \\\n    --hash=x')
    direct = Requirement("c", "1", "c @ git+https://host/c.git@abc", hashed=False)
    assert weight([always, sometimes], {("a", "1"): 5}) == 5
    assert weight([always, sometimes], {("a", "1"): 5, ("b", "1"): 2}) == 7
    assert weight([always, sometimes], {("b", "1"): 2}) is None
    assert weight([direct], {}) is None
