# Made by `ws docker new MEMBER --style shared`. Edits by hand are lost the next time.
# One Dockerfile for every member that has a console script. Build it
# with the repository's root as context:
#   docker build -f docker/app.Dockerfile --build-arg MEMBER=packages/server --build-arg SCRIPT=insight-server .
# System packages, if it needs any: --build-arg APT="…"
# Packages from a mirror of the index: --build-arg PIP_INDEX_URL=https://…
# One with a password goes into a pip.conf, which no layer keeps: --secret id=pip.conf,src=pip.conf
ARG BASE=python:3.11-slim

# What the lock says of third-party packages. Where only versions of local packages change, this
# stage says the same, and what is made from it below stays cached.
FROM ${BASE} AS locked
ARG MEMBER
WORKDIR /locked
COPY docker/third_party.py ${MEMBER}/poetry.lock ./
RUN python third_party.py poetry.lock main

# Third-party packages, checked against the hashes of the lock, in an environment that is made
# where it will stay. pip compiles them.
FROM ${BASE} AS third-party
RUN python -m venv --without-pip /opt/venv
WORKDIR /locked
COPY --from=locked /locked/requirements.txt ./
ARG PIP_INDEX_URL
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m pip --python /opt/venv/bin/python install --no-deps --require-hashes \
        -r requirements.txt

# Local packages: all that any member depends on, of which those are built, as wheels by
# poetry-core, that the lock of this one names.
FROM ${BASE} AS wheels
ARG PIP_INDEX_URL
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv /opt/build && /opt/build/bin/python -m pip install "poetry-core>=2.0,<3"
ENV BUILD_WHEEL="from poetry.core.masonry.api import build_wheel; build_wheel('/wheels')"
COPY packages/shared/python/ /ws/packages/shared/python/
COPY workers/graph/preprocessor/ /ws/workers/graph/preprocessor/
ARG MEMBER
WORKDIR /ws/${MEMBER}
COPY ${MEMBER}/ ./
COPY --from=locked /locked/folders.txt /
# Each is built in its own folder.
# hadolint ignore=DL3003
RUN mkdir /wheels \
 && while read -r folder; do \
      (cd "${folder}" && /opt/build/bin/python -c "${BUILD_WHEEL}") || exit 1; \
    done < /folders.txt \
 && /opt/build/bin/python -c "${BUILD_WHEEL}"

# They get a layer of their own, beside that of the third-party packages. `pip check` fails where
# the lock lacks what a local package needs.
FROM third-party AS local
ARG SCRIPT
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    python -m pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --no-index \
        --prefix=/local /wheels/*.whl \
 && test -x "/local/bin/${SCRIPT}" \
 && ln -s "${SCRIPT}" /local/bin/start \
 && cp -a /local/. /opt/venv/ \
 && python -m pip --python /opt/venv/bin/python check

FROM ${BASE} AS runtime
ARG APT=""
# Several words, or none; and Debian drops old versions from its archive, so none is pinned.
# hadolint ignore=DL3008,SC2086
RUN test -z "${APT}" \
 || { apt-get update \
 && apt-get install --yes --no-install-recommends ${APT} \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*; }
RUN useradd --uid 10001 --create-home app
COPY --from=third-party /opt/venv/ /opt/venv/
COPY --from=local /local/ /opt/venv/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/app
# How to ask for its health differs from member to member: Compose or Kubernetes say it.
HEALTHCHECK NONE
CMD ["start"]
