"""When volumes on the host are filled; those of engines: tests/docker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from ws.commands import ensure_volumes
from ws.commands.ensure_volumes import Volumes
from ws.files.store import Store
from ws.model.product import Product, Service
from ws.model.volumes import Update, Volume

if TYPE_CHECKING:
    from pathlib import Path

MODEL = b"weights" * 1000


class Place(NamedTuple):
    """A product's root."""

    root: Path

    def ensure(self, *volumes: Volume) -> list[str]:
        """The reasons for which volumes of a service are not ready, empty for those that are."""
        service = Service("chat", "chat:1", "f", "chat", volumes=volumes)
        return self.ensure_all(service)

    def ensure_all(self, *services: Service) -> list[str]:
        observer: Any = None
        product = Product("shop", services, ("host",), "")
        made = Volumes(product, Store(self.root), observer, lambda: False)
        states = made.on_host(services)
        return [state.reason for state in states]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat/model.bin").write_bytes(MODEL)
    return Place(tmp_path)


def test_a_volume_that_is_full_does_without_its_source(place: Place) -> None:
    volume = Volume("m", "/m", source="model.bin")
    assert place.ensure(volume) == [""]
    (place.root / "chat/model.bin").unlink()
    assert place.ensure(volume) == [""]


def test_a_volume_that_is_filled_by_hand_does_without_its_source(place: Place) -> None:
    assert place.ensure(Volume("m", "/m", source="nowhere", update="never")) == [""]


@pytest.mark.parametrize("update", ["missing", "changed"])
def test_a_volume_that_is_to_be_filled_needs_its_source(place: Place, update: Update) -> None:
    volume = Volume("m", "/m", source="nowhere", update=update)
    assert place.ensure(volume) == ["its source chat/nowhere is not there"]


def test_a_source_that_nobody_compares_is_not_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = Volume("m", "/m", source="model.bin")
    place.ensure(volume)
    monkeypatch.delattr(ensure_volumes, "file_digest")
    assert place.ensure(volume) == [""]
