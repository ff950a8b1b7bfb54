"""When volumes on the host are filled, and what that takes; those of engines: tests/docker."""

from __future__ import annotations

import hashlib
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
SHA256 = hashlib.sha256(MODEL).hexdigest()
FETCHED = Volume("m", "/m", len(MODEL), "https://x.example/model.bin", SHA256)


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
        made.drop_downloads(states)
        return [state.reason for state in states]

    def files(self, below: str) -> list[str]:
        """What lies below a folder of `.ws`, without markers."""
        folder = self.root / ".ws" / below
        return sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.name != ".ws-volume.json"
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat/model.bin").write_bytes(MODEL)
    return Place(tmp_path)


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is fetched, which always comes."""
    asked: list[str] = []

    def fetch(address: str, _sha256: str, target: Path, **_more: Any) -> None:
        if not target.exists():
            asked.append(address)
            target.write_bytes(MODEL)

    monkeypatch.setattr("ws.engines.downloads.fetch", fetch)
    return asked


def free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(ensure_volumes, "free_space", lambda _folder: size)


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


def test_what_was_fetched_lies_on_the_disk_once(place: Place, fetches: list[str]) -> None:
    assert place.ensure(FETCHED) == place.ensure(FETCHED) == [""]
    assert len(fetches) == 1
    assert (place.files("downloads"), place.files("volumes")) == ([], ["m/model.bin"])


def test_what_several_volumes_hold_is_fetched_once(place: Place, fetches: list[str]) -> None:
    own = Volume("m", "/m", 0, FETCHED.source, SHA256, shared="member")
    services = [Service(name, name, "f", "chat", volumes=(own,)) for name in ("a", "b")]
    assert place.ensure_all(*services) == ["", ""]
    assert len(fetches) == 1
    assert place.files("downloads") == []
    assert place.files("volumes") == ["a/m/model.bin", "b/m/model.bin"]


def test_what_was_fetched_stays_until_all_is_filled(
    place: Place, fetches: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ws.files.host_volumes._move", full)
        assert place.ensure(FETCHED) == ["cannot fill it: No space left on device"]
    assert place.ensure(FETCHED) == [""]
    assert len(fetches) == 1


@pytest.mark.usefixtures("fetches")
def test_what_is_moved_needs_room_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, len(MODEL))
    assert place.ensure(FETCHED) == [""]


@pytest.mark.usefixtures("fetches")
def test_what_is_copied_needs_room_twice(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, len(MODEL) * 2 - 1)
    own = Volume("m", "/m", len(MODEL), FETCHED.source, SHA256, shared="member")
    services = [Service(name, name, "f", "chat", volumes=(own,)) for name in ("a", "b")]
    reasons = place.ensure_all(*services)
    assert [reason.partition(":")[0] for reason in reasons] == ["the disk is too small"] * 2


@pytest.mark.usefixtures("fetches")
def test_what_has_come_already_needs_no_room(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Store(place.root).memory("downloads", f"{SHA256}.part")
    part.write_bytes(MODEL[:-10])
    free(monkeypatch, 10)
    assert place.ensure(FETCHED) == [""]
