"""Which modules of a package must be in an image."""

from __future__ import annotations

import pytest
from tests.planning.dockerfiles import Folder

from ws.formats import pyproject_reader
from ws.model.image import Changed, Copied, Image, Layer, Made
from ws.planning.docker_needs import absent_module

MANIFEST = pyproject_reader.read(b'[tool.poetry]\nname = "s"\nversion = "1"\n', "s/pyproject.toml")
SOURCES = Copied("/s", "s", Folder(["s/pyproject.toml", "s/src/s/__init__.py"]), 2)
SOMETHING = Changed("/", 1, "somebody writes there", adds=True)


@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        ((SOURCES,), None),
        ((SOMETHING, SOURCES), None),  # what else may be there does not matter
        ((SOURCES, SOMETHING), None),
        ((SOMETHING,), "unknown"),
        ((Made("/s/s", 1),), "unknown"),
        ((Made("/s", 1),), "module"),
    ],
)
def test_a_module_that_is_there_is_enough(layers: tuple[Layer, ...], kind: str | None) -> None:
    assert MANIFEST is not None
    lack = absent_module(Image().plus(*layers), "/s", MANIFEST)
    assert (lack.kind if lack else None) == kind
