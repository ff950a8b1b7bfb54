"""What an `ensure` that is ended from another thread answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.engines.test_docker import client

from ws import api
from ws.files.store import Store
from ws.formats import bundle
from ws.model.product import Product, Service
from ws.model.volumes import Volume
from ws.planning.fingerprints import DIGEST

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = (
    Service("one", "one:latest", "wanted", "one"),
    Service("two", "two:latest", "wanted", "two"),
)
LABELS = {"Labels": {DIGEST: "wanted"}}
ONE = json.dumps({"Id": "sha256:1", "RepoTags": ["one:latest"], "Config": LABELS})
CLIENT = f"""case "$*" in
version*Version*) echo 27.0;;
*) echo '{ONE}';;
esac"""


def write(root: Path, services: tuple[Service, ...]) -> None:
    text = bundle.write(Product("p", services, ("image", "host"), "images.tar"))
    (root / "bundle.json").write_text(text)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle with two services, and an engine that has the image of the first one."""
    write(tmp_path, SERVICES)
    monkeypatch.setenv("PATH", client(tmp_path, CLIENT)["PATH"])
    monkeypatch.delenv("WS_DOCKER", raising=False)
    return tmp_path


def test_who_cancels_while_another_one_is_at_work_gets_an_answer(root: Path) -> None:
    cancel = api.Cancel()

    def on_event(event: api.Event) -> None:
        if event.kind == "note" and "another ws is at work" in event.text:
            cancel()

    with Store(root).exclusive(print, "ensure/lock"):
        answer = api.ensure(root, on_event=on_event, cancel=cancel)
    assert (answer.ok, answer.interrupted) == (False, True)
    assert [each.tried[-1].status for each in answer.services] == ["aborted", "aborted"]


def cancelled(root: Path) -> api.Answer:
    """What is answered if it is cancelled once the image of the first service was found."""
    cancel = api.Cancel()

    def on_event(event: api.Event) -> None:
        if event.kind == "planned":
            cancel()

    return api.ensure(root, on_event=on_event, cancel=cancel)


def test_what_was_ready_before_it_was_cancelled_is_ready(root: Path) -> None:
    answer = cancelled(root)
    assert answer.interrupted
    assert [each.state for each in answer.services] == ["ready", "unavailable"]
    assert [each.status for each in answer.services[0].tried] == ["done"]
    assert answer.services[1].tried[-1].status == "aborted"


def test_a_service_whose_volumes_nobody_could_look_into_is_not_ready(root: Path) -> None:
    one, two = SERVICES
    write(root, (replace(one, volumes=(Volume("models", "/models"),)), two))
    answer = cancelled(root)
    assert answer.interrupted
    assert [each.state for each in answer.services] == ["unavailable", "unavailable"]
    assert [each.reason for each in answer.volumes] == ["interrupted"]
