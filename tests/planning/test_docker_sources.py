from __future__ import annotations

from ws.formats import dockerfile_parser
from ws.planning.docker_sources import sources

TEXT = """\
FROM x
COPY packages/shared /a
COPY --from=b /x /y
ADD https://host/a /c
COPY libs/*/x apps/${APP}/y ./
RUN --mount=type=bind,source=docker/x,target=/y --mount=type=cache,target=/c true
"""


def test_what_is_taken_from_the_context_is_named_as_far_as_it_is_certain() -> None:
    dockerfile = dockerfile_parser.read(TEXT, "Dockerfile")
    assert sources(dockerfile, ".") == ("apps", "docker/x", "libs", "packages/shared")
    assert sources(dockerfile, "sub")[0] == "sub/apps"
