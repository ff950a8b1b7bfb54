"""The answer as plain data."""

from __future__ import annotations

import json

from ws.formats import ensured
from ws.model.docker_engine import EngineState
from ws.model.ensured import Answer, Estimate, ServiceState, Tried, VolumeState


def test_it_is_read_as_it_was_written() -> None:
    tried = (Tried("image", "failed", "why", "what"), Tried("host", "done"))
    service = ServiceState(
        "one", False, "ready", "host", tried, "one:latest", "", "/x/one", {"MODELS": "/m"}
    )  # fmt: skip
    volume = VolumeState(".ws/volumes/m", ("one",), "ready")
    engine = EngineState("error", "no", "start it")
    answer = Answer("p", engine, (service,), (volume,), Estimate(1, None, 3, 4.5), remembered=True)
    assert ensured.read(json.loads(json.dumps(ensured.write(answer)))) == answer
