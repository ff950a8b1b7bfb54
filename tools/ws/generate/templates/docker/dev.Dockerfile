{{header}}
# For development: the repository's layout under /ws, every package editable.
#   docker build -f {{dockerfile}} -t {{name}}:dev {{context}}
#   docker run --rm -it -v "$PWD:/ws" {{name}}:dev      your edits are live
{{debug_usage}}
# Packages from a mirror of the index: --build-arg PIP_INDEX_URL=https://…
# What builds local packages comes from there too, which Poetry reads as JSON only, or by a plugin:
#   --build-arg POETRY_PLUGINS=poetry-plugin-pypi-mirror --build-arg POETRY_PYPI_MIRROR_URL=https://…
# The image's history shows these arguments. What has a password goes into files, which no layer
# keeps: --secret id=pip.conf,src=pip.conf --secret id=auth.toml,src=auth.toml
ARG BASE={{base}}

# What the lock says of third-party packages. Where only versions of local packages change, this
# stage says the same, and what is made from it below stays cached.
FROM ${BASE} AS locked
WORKDIR /locked
{{copy_lock}}
RUN python third_party.py poetry.lock {{dev_groups}}

FROM ${BASE} AS dev
{{apt_dev}}
# Files that are made in a bind-mounted folder belong to whom this is: --build-arg UID=$(id -u)
ARG UID=1000
RUN getent passwd "${UID}" > /dev/null || useradd --uid "${UID}" --create-home app

# Poetry has an environment of its own: it would uninstall itself from another one.
ARG PIP_INDEX_URL
ARG POETRY_PLUGINS=""
# Plugins are several words, or none.
# hadolint ignore=SC2086
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv /opt/poetry \
 && /opt/poetry/bin/python -m pip install "poetry=={{poetry}}" ${POETRY_PLUGINS}
{{debugger}}

# First what changes seldom: third-party packages, checked against the hashes of the lock. The
# environment lies outside of /ws, where a bind mount would hide it.
RUN python -m venv --without-pip /opt/venv
WORKDIR /locked
COPY --from=locked {{locked_files}} ./
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    {{install_third_party}}
ENV VIRTUAL_ENV=/opt/venv \
    PATH=/opt/venv/bin:/opt/poetry/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# Then the local packages, by Poetry, which finds the others there already.
ARG POETRY_PYPI_MIRROR_URL
{{local_copies}}
WORKDIR {{mirrored}}
{{copy_manifest}}
RUN --mount=type=secret,id=auth.toml,target=/root/.config/pypoetry/auth.toml \
    poetry install --no-interaction --no-root
{{copy_member}}
RUN poetry install --no-interaction --only-root
USER ${UID}
{{expose}}
CMD {{dev_command}}
