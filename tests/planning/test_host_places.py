"""Where a service lives that runs without Docker."""

from __future__ import annotations

import os

from ws.model.product import Service
from ws.model.volumes import Volume
from ws.planning import host_places

MODELS = Volume("models", "/models", environment="MODELS")
OWN = Volume("cache", "/cache", shared="member", environment="CACHE")
SILENT = Volume("more", "/more")


def test_a_volume_has_one_folder_for_all_who_share_it() -> None:
    assert host_places.folder("one", MODELS) == host_places.folder("two", MODELS)
    assert host_places.folder("one", OWN) != host_places.folder("two", OWN)


def test_a_program_is_told_where_its_volumes_are() -> None:
    service = Service("one", "one", "", "one", volumes=(MODELS, OWN, SILENT))
    told = host_places.variables("/root", service)
    folder = os.path.join("/root", ".ws", "volumes")
    assert told == {
        "MODELS": os.path.join(folder, "models"),
        "CACHE": os.path.join(folder, "one", "cache"),
    }
