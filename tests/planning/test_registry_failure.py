from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.planning.registry_failure import failure, push_failure, registry_of

TAG = "r.example:5000/acme/chat:1"
LOGIN = (
    "it was not pushed: the registry r.example:5000 wants a login, or another;"
    " docker login r.example:5000, and run it again"
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("no basic auth credentials", LOGIN),
        ("unauthorized: authentication required", LOGIN),
        (
            "denied: permission_denied: write_package",
            "it was not pushed: the registry r.example:5000 does not let you push"
            " r.example:5000/acme/chat; docker login r.example:5000 as somebody who may, or choose"
            " another ([docker] registry)",
        ),
        (
            'Get "https://r.example:5000/v2/": http: server gave HTTP response to HTTPS client',
            "it was not pushed: the registry r.example:5000 has no https; name it under"
            " insecure-registries of the engine",
        ),
        (
            'Get "https://r.example:5000/v2/": x509: certificate signed by unknown authority',
            "it was not pushed: the engine does not trust the certificate of the registry"
            " r.example:5000; put its authority into /etc/docker/certs.d/r.example:5000/ca.crt of"
            " the engine",
        ),
        (
            'Get "https://r.example:5000/v2/": dial tcp: lookup r.example: no such host',
            "it was not pushed: the engine cannot reach the registry r.example:5000; check"
            " [docker] registry, and the network of the engine",
        ),
        ("something else", "it was not pushed: something else"),
    ],
)
def test_the_reason_is_what_helps(said: str, reason: str) -> None:
    refers = "The push refers to repository [r.example:5000/acme/chat]"
    assert push_failure([refers, said], TAG) == reason


def test_the_name_of_an_image_is_no_reason() -> None:
    tag = "r.example/denied/worker-401:500"
    said = [
        "The push refers to repository [r.example/denied/worker-401]",
        'Head "https://r.example/v2/denied/worker-401/manifests/500": no such host',
    ]
    assert "cannot reach the registry r.example" in failure(said, tag, "push").reason
    assert failure([*said[:1], "oh"], tag, "push").reason == "oh"
    assert failure([f"manifest for {tag} not found"], tag, "pull").kind == "missing"


def test_docker_hub_is_logged_in_to_without_a_name() -> None:
    assert push_failure(["denied: requested access to the resource is denied"], "acme/chat:1") == (
        "it was not pushed: the registry docker.io does not let you push acme/chat; docker login as"
        " somebody who may, or choose another ([docker] registry)"
    )


@pytest.mark.parametrize(
    ("tag", "registry"),
    [
        ("chat:1", "docker.io"),
        ("acme/chat:1", "docker.io"),
        ("ghcr.io/acme/chat:1", "ghcr.io"),
        ("localhost/chat:1", "localhost"),
        ("registry:5000/chat", "registry:5000"),
    ],
)
def test_the_registry_is_what_docker_takes_for_one(tag: str, registry: str) -> None:
    assert registry_of(tag) == registry


@given(st.lists(st.text()), st.text())
def test_there_is_always_a_reason(said: list[str], tag: str) -> None:
    assert push_failure(said, tag).startswith("it was not pushed: ")


@pytest.mark.parametrize(
    ("said", "kind", "passes"),
    [
        ("unauthorized: authentication required", "login", False),
        (
            "ERROR: unexpected status from HEAD request to http://r/v2/x/manifests/1: 401"
            " Unauthorized",
            "login",
            False,
        ),
        (
            "ERROR: pull access denied, repository does not exist or may require authorization:"
            " authorization failed: no basic auth credentials",
            "login",
            False,
        ),
        ("denied: requested access to the resource is denied", "denied", False),
        ("manifest for r/x:1 not found: manifest unknown: manifest unknown", "missing", False),
        ("ERROR: r.example/x:1: not found", "missing", False),
        ("no such manifest: r.example/x:1", "missing", False),
        ("no matching manifest for linux/amd64 in the manifest list entries", "missing", False),
        ("An image does not exist locally with the tag: r/x", "engine", False),
        ("write /var/lib/docker/tmp/x: no space left on device", "engine", False),
        ("x509: certificate signed by unknown authority", "setup", False),
        ("dial tcp 127.0.0.1:9: connect: connection refused", "passing", True),
        ("net/http: TLS handshake timeout", "passing", True),
        ("read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer", "passing", True),
        ("unexpected EOF", "passing", True),
        ("received unexpected HTTP status: 503 Service Unavailable", "passing", True),
        ("toomanyrequests: You have reached your pull rate limit", "passing", True),
        ("who knows", "unknown", True),
    ],
)
def test_only_what_may_pass_is_worth_another_try(said: str, kind: str, *, passes: bool) -> None:
    for way in ("push", "pull"):
        found = failure([said], TAG, way)
        assert (found.kind, found.passes) == (kind, passes)
