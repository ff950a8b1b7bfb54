"""Why an image did not get into a registry or out of one, out of what Docker or BuildKit said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Way = Literal["push", "pull"]
Kind = Literal["login", "denied", "missing", "engine", "setup", "passing", "unknown"]

HUB = "docker.io"
"""The registry of a name that tells none."""
_LOGIN = "docker login{where}, and run it again"
_KNOWN: tuple[tuple[str, Kind, str, str], ...] = (
    (
        # A registry that was shown nothing, or something that it does not know.
        r"(?i)no basic auth credentials|authentication required|\b401\b|incorrect username",
        "login",
        "the registry {host} wants a login, or another",
        _LOGIN,
    ),
    (
        r"(?i)\bdenied\b|\b403\b|insufficient[_ ]scope",
        "denied",
        "the registry {host} does not let you {way} {name}",
        "docker login{where} as somebody who may, or choose another ([docker] registry)",
    ),
    (
        r"server gave HTTP response to HTTPS client",
        "setup",
        "the registry {host} has no https",
        "name it under insecure-registries of the engine",
    ),
    (
        r"x509: |certificate",
        "setup",
        "the engine does not trust the certificate of the registry {host}",
        "put its authority into /etc/docker/certs.d/{host}/ca.crt of the engine",
    ),
    (
        r"(?i)no space left on device",
        "engine",
        "the disk of the engine, or of the registry {host}, is full",
        "make room: docker system df tells what takes it",
    ),
    (
        r"(?i)no matching manifest for",
        "missing",
        "the registry {host} has {tag} for other platforms only",
        "build it here, or push it from such a machine",
    ),
    (
        r"(?i)connection refused|no such host|i/o timeout|no route to host|deadline exceeded"
        r"|server misbehaving|Client\.Timeout|network is unreachable|TLS handshake timeout",
        "passing",
        "the engine cannot reach the registry {host}",
        "check [docker] registry, and the network of the engine",
    ),
    (
        r"(?i)toomanyrequests|too many requests|\b429\b",
        "passing",
        "the registry {host} was asked too often",
        "wait a while; docker login{where} often lets you ask more",
    ),
    (
        r"(?i)\bEOF\b|connection reset|broken pipe|use of closed network connection"
        r"|\b50[0234]\b|internal server error|bad gateway|service unavailable",
        "passing",
        "the connection to the registry {host} broke off",
        "run it again: what is there already is not sent again",
    ),
    (
        r"(?i)cannot connect to the docker daemon",
        "engine",
        "the engine has gone away",
        "see ws docker status, and run it again",
    ),
    (
        r"(?i)image does not exist locally|No such image",
        "engine",
        "the engine has no such image any more",
        "ws docker build",
    ),
    (
        r"(?i)not found|manifest unknown|name unknown|no such manifest",
        "missing",
        "the registry {host} does not have {tag}",
        "put it there: ws docker push",
    ),
)
"""A pattern, its kind, the cause, and the remedy. Docker's words are those of the distribution's
errors: https://github.com/distribution/distribution/blob/main/docs/content/spec/api.md#errors-2"""


class Failure(NamedTuple):
    """Why, and whether another try may help."""

    reason: str
    """`cause; remedy`, else what was said last."""
    kind: Kind

    @property
    def passes(self) -> bool:
        """Whether it is likely to be gone after a while."""
        return self.kind in ("passing", "unknown")


def failure(said: Sequence[str], tag: str, way: Way) -> Failure:
    """Why an image did not go this way, out of what was said."""
    host = registry_of(tag)
    names = {
        "host": host,
        "where": "" if host == HUB else f" {host}",
        "name": tag.rpartition(":")[0],
        "tag": tag,
        "way": way,
    }
    text = _unnamed("\n".join(said), tag, host)
    for pattern, kind, cause, remedy in _KNOWN:
        if re.search(pattern, text):
            return Failure(f"{cause}; {remedy}".format(**names), kind)
    last = next((line for line in reversed(said) if line.strip()), "docker said nothing")
    return Failure(last.removeprefix("Error response from daemon: "), "unknown")


def _unnamed(text: str, tag: str, host: str) -> str:
    """What was said, without the name of the image: a worker-401 wants no login for that."""
    name, _, short = tag.removeprefix(f"{host}/").rpartition(":")
    for each in (f"/{name}/manifests/{short}", f"/{name}:{short}", f"/{name}"):
        text = text.replace(each, "")
    return text


def push_failure(said: Sequence[str], tag: str) -> str:
    """The reason, as `it was not pushed: cause; remedy`; else with what was said last."""
    return f"it was not pushed: {failure(said, tag, 'push').reason}"


def registry_of(tag: str) -> str:
    """The registry that the name of an image tells: what stands first, if it looks like a host.

    See https://docs.docker.com/reference/cli/docker/image/tag/.
    """
    first, slash, _ = tag.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    return first if is_host else HUB
