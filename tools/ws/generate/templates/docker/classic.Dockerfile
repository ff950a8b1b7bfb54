{{header}}
# Build it {{in_context}}:
#   docker build -f {{dockerfile}} -t {{name}} {{context}}
# Poetry from a mirror of the index: --build-arg PIP_INDEX_URL=https://…
# The rest from that mirror too, which Poetry reads as JSON only, or by a plugin:
#   --build-arg POETRY_PLUGINS=poetry-plugin-pypi-mirror --build-arg POETRY_PYPI_MIRROR_URL=https://…
# The image's history shows these arguments. What has a password goes into files, which no layer
# keeps: --secret id=pip.conf,src=pip.conf --secret id=auth.toml,src=auth.toml
ARG BASE={{base}}
FROM ${BASE}
{{apt_classic}}
RUN useradd --uid 10001 --create-home app

# Poetry has an environment of its own: it would uninstall itself from another one.
ARG PIP_INDEX_URL
ARG POETRY_PLUGINS=""
# Plugins are several words, or none.
# hadolint ignore=SC2086
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv /opt/poetry \
 && /opt/poetry/bin/python -m pip install "poetry=={{poetry}}" ${POETRY_PLUGINS}
ENV PATH={{workdir}}/.venv/bin:/opt/poetry/bin:$PATH \
    POETRY_VIRTUALENVS_IN_PROJECT=true \
    PYTHONUNBUFFERED=1

# First third-party packages: they need nothing of the path dependencies.
ARG POETRY_PYPI_MIRROR_URL
WORKDIR {{workdir}}
{{copy_manifest}}
RUN --mount=type=secret,id=auth.toml,target=/root/.config/pypoetry/auth.toml \
    poetry install --no-interaction --compile --only main --no-root --no-directory
{{classic_copies}}

# Then the member itself.
{{copy_member}}
RUN poetry install --no-interaction --compile --only main
USER 10001
{{expose}}
{{health}}
CMD ["{{script}}"]
