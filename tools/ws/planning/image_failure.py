"""Why the build of an image failed, in one line, out of what BuildKit and its steps said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.planning.failure import failure
from ws.planning.registry_failure import push_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDEX = "give an address with user and password in UV_DEFAULT_INDEX or PIP_INDEX_URL"
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"no space left on device",
        "no space left on the disk of the engine",
        "make room; docker system df tells what takes it",
    ),
    (
        r"the log cannot be written: No space left on device",
        "no space left on the disk of the workspace: the log cannot be written",
        "make room, and run it again",
    ),
    (
        # pip, where it was given others, or none: it asks, and nobody answers.
        r"(?i)\b40[13] (?:Client )?Error[,:] .*?for (?:url: )?\w+://(?:[^\s/@]*@)?(?P<host>[^\s/]+)"
        r"|^User for (?P<asking>[\w.-]+(?::\d+)?): ",
        "the package index at {host} wants credentials, or others",
        _INDEX,
    ),
    (
        r"no match for platform in manifest",
        "the base image is not made for the platform that is built for",
        "take another --platform, or another base image",
    ),
    (
        # Before BuildKit 0.11 the address that was asked is all that tells the image.
        r"(?:pull access denied for|failed to resolve source metadata for)"
        r" (?P<host>[^\s,:]+\S*?)[,:]? "
        r'|failed to do request: Head "?https?://[^\s"]+?/v2/(?P<asked>[^\s"]+?)/manifests/',
        "the base image {host} cannot be had",
        "check its name ([docker] base), docker login, and the network",
    ),
    (
        r"exec format error",
        "the builder's machine cannot run programs of the platform that is built for",
        "take --builder with one that can, or let this one emulate it (binfmt)",
    ),
    (
        r"^the builder does not start: (?P<why>.+)",
        "the builder does not start ({host})",
        "see docker buildx inspect --bootstrap, with its name",
    ),
    (
        r"(?i)exporting manifest lists|multi-?platform build is not supported",
        "this builder hands over images for one platform only",
        "name one --platform, or take --push and a --builder with the driver docker-container,"
        " remote or kubernetes",
    ),
    (
        r"(?i)cannot connect to the docker daemon|connection to .*docker.* (?:refused|reset)"
        r"|rpc error: code = Unavailable",
        "the engine has gone away",
        "see ws docker status, and run ws docker build again",
    ),
)
"""A pattern, the cause, and the remedy."""
_PUSH = re.compile(r"failed to push (?P<tag>\S+?):? ")
"""As a builder says it that pushes by itself."""
_UV = re.compile(r"^(?:error: |\s*\u00d7 )(?P<what>.+)")
_LAST = re.compile(
    r"^(?:ERROR|E): (?P<what>.+)|^\s*(?P<error>(?:\w+\.)*[A-Z]\w*(?:Error|Exception)(?:: .+)?)$"
)
_RUN = re.compile(r"(?:executor failed running \[|process \")/bin/sh -c .*(?P<code>exit code: \d+)")


def image_failure(said: Sequence[str], error: str) -> str:
    """The reason: `cause; remedy` where it is a known one, else what the failing step said last.

    `said` are the last lines of that step, `error` is what BuildKit says of it.
    """
    text = "\n".join((*said, error))
    if pushing := _PUSH.search(error):
        return push_failure((error,), pushing["tag"])
    for pattern, cause, remedy in _KNOWN:
        if found := re.search(pattern, text, re.MULTILINE):
            groups = [group for group in found.groups() if group]
            return f"{cause.format(host=groups[0] if groups else '')}; {remedy}"
    if known := failure((*said, error)):
        return str(known)
    first = next((found["what"] for line in said if (found := _UV.match(line))), "")
    last = [found["what"] or found["error"] for line in said if (found := _LAST.match(line))]
    if first or last:
        return first or last[-1]
    short = _RUN.search(error)
    return f"a command failed with {short['code']}" if short else error
