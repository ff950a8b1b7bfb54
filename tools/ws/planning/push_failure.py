"""Why an image was not pushed, in one line, out of what Docker or BuildKit said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HUB = "docker.io"
"""The registry of a name that tells none."""
_LOGIN = "docker login{where}, and run it again"
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        # A registry that was shown nothing, or something that it does not know.
        r"(?i)no basic auth credentials|authentication required|\b401\b|incorrect username",
        "the registry {host} wants a login, or another",
        _LOGIN,
    ),
    (
        r"(?i)\bdenied\b|\b403\b|insufficient[_ ]scope",
        "the registry {host} does not let you push {name}",
        "docker login{where} as somebody who may, or choose another ([docker] registry)",
    ),
    (
        r"server gave HTTP response to HTTPS client",
        "the registry {host} has no https",
        "name it under insecure-registries of the engine",
    ),
    (
        r"x509: |certificate",
        "the engine does not trust the certificate of the registry {host}",
        "put its authority into /etc/docker/certs.d/{host}/ca.crt of the engine",
    ),
    (
        r"(?i)connection refused|no such host|i/o timeout|no route to host|deadline exceeded"
        r"|server misbehaving|Client\.Timeout|network is unreachable",
        "the engine cannot reach the registry {host}",
        "check [docker] registry, and the network of the engine",
    ),
    (
        r"(?i)cannot connect to the docker daemon",
        "the engine has gone away",
        "see ws docker status, and run it again",
    ),
)
"""A pattern, the cause, and the remedy. Docker's words are those of the distribution's errors."""


def push_failure(said: Sequence[str], tag: str) -> str:
    """The reason, as `it was not pushed: cause; remedy`; else with what was said last."""
    host = registry_of(tag)
    where = "" if host == HUB else f" {host}"
    text = "\n".join(said)
    for pattern, cause, remedy in _KNOWN:
        if re.search(pattern, text):
            why = f"{cause}; {remedy}".format(host=host, where=where, name=tag.rpartition(":")[0])
            return f"it was not pushed: {why}"
    last = next((line for line in reversed(said) if line.strip()), "docker said nothing")
    return f"it was not pushed: {last}"


def registry_of(tag: str) -> str:
    """The registry that the name of an image tells: what stands first, if it looks like a host.

    See https://docs.docker.com/reference/cli/docker/image/tag/.
    """
    first, slash, _ = tag.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    return first if is_host else HUB
