"""What is said of services that are ready, or not."""

from __future__ import annotations

import pytest

from ws.model.built import BuiltImage
from ws.model.docker_engine import EngineState
from ws.model.ensured import Answer, Estimate, ServiceState, Tried
from ws.model.product import Service
from ws.planning import ensure
from ws.planning.fingerprints import DIGEST

RUNNING = EngineState("running", "27.0 answers", version="27.0")
SERVICE = Service("one", "one:latest", "wanted", "one")
FAILED = (
    Tried("image", "failed", "it is not there"),
    Tried("load", "failed", "no archive", "fetch it"),
    Tried("build", "failed", "no network", "plug it in"),
)


def state(*, required: bool, ready: bool = False) -> ServiceState:
    return ServiceState(
        "one", required, "ready" if ready else "unavailable", "image" if ready else None, FAILED
    )


@pytest.mark.parametrize(("digest", "status"), [("wanted", "done"), ("other", "failed")])
def test_an_image_counts_by_its_fingerprint(digest: str, status: str) -> None:
    built = BuiltImage("sha256:1", "", 0, {DIGEST: digest}, ())
    assert ensure.image(SERVICE, built).status == status
    assert ensure.image(SERVICE, None).reason == "one:latest is not there"


@pytest.mark.parametrize(
    ("platform", "engine", "status"),
    [
        ("linux/amd64", "linux/arm64", "failed"),
        ("linux/arm64/v8", "linux/arm64", "done"),
        ("", "linux/arm64", "done"),
        ("linux/amd64", "", "done"),
    ],
)
def test_an_image_is_for_the_machine_of_the_engine_where_both_are_known(
    platform: str, engine: str, status: str
) -> None:
    built = BuiltImage("sha256:1", "", 0, {DIGEST: "wanted"}, (), platform=platform)
    told = ensure.image(SERVICE, built, engine)
    reason = "one:latest is for linux/amd64, and the engine runs linux/arm64"
    assert (told.status, told.reason) == (status, reason if status == "failed" else "")


def test_only_what_is_required_stops_a_product() -> None:
    for required, severity in ((True, "error"), (False, "warning")):
        answer = Answer("p", RUNNING, (state(required=required),))
        (finding,) = ensure.findings(answer)
        assert (answer.ok, finding.severity) == (not required, severity)
        assert "image: it is not there; load: no archive; build: no network" in finding.message
        assert finding.hint == "fetch it; or plug it in"
    assert not [*ensure.findings(Answer("p", RUNNING, (state(required=True, ready=True),)))]


def test_a_disk_is_too_small_only_if_both_numbers_are_known() -> None:
    assert ensure.too_small("build", Estimate(disk=5, free=9), "/") is None
    assert ensure.too_small("build", Estimate(disk=5), "/") is None
    assert ensure.too_small("build", Estimate(free=5), "/") is None
    refused = ensure.too_small("build", Estimate(disk=3 * 10**9, free=10**9), "/data")
    assert refused is not None
    assert (
        refused.reason == "the disk is too small: it needs about 3 GB, and 1 GB are free in /data"
    )
    assert refused.hint == "make room there, 2 GB at least"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(), ""),
        (Estimate(free=7), ""),
        (Estimate(10**6, 2 * 10**6, 10**9, 40.0),
         "about 1 MB to fetch, 2 MB on the disk of 1 GB free, 40 s"),
        (Estimate(seconds=300.0), "about 5 min"),
        (Estimate(seconds=0.3), ""),
    ],
)  # fmt: skip
def test_people_are_told_what_is_known(estimate: Estimate, text: str) -> None:
    assert ensure.told(estimate) == text


def test_the_next_time_images_are_there_and_cost_nothing() -> None:
    built = ServiceState("one", True, "ready", "build", (*FAILED, Tried("build", "done")))
    told = ensure.next_time(Answer("p", RUNNING, (built,), estimate=Estimate(disk=1)))
    assert (told.services[0].way, told.estimate) == ("image", Estimate())
