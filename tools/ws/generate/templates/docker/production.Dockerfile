{{header}}
# Build it {{in_context}}:
#   docker build -f {{dockerfile}} -t {{name}} {{context}}
# Packages from a mirror of the index: --build-arg PIP_INDEX_URL=https://…
# One with a password goes into a pip.conf, which no layer keeps: --secret id=pip.conf,src=pip.conf
ARG BASE={{base}}

# What the lock says of third-party packages. Where only versions of local packages change, this
# stage says the same, and what is made from it below stays cached.
FROM ${BASE} AS locked
WORKDIR /locked
{{copy_lock}}
RUN python third_party.py poetry.lock {{main_groups}}

# Third-party packages, checked against the hashes of the lock, in an environment that is made
# where it will stay. pip compiles them.
FROM ${BASE} AS third-party
{{apt_build}}
RUN python -m venv --without-pip /opt/venv
WORKDIR /locked
COPY --from=locked {{locked_files}} ./
ARG PIP_INDEX_URL
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    {{install_third_party}}

# Local packages, each built as a wheel by poetry-core.
FROM ${BASE} AS wheels
ARG PIP_INDEX_URL
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv /opt/build && /opt/build/bin/python -m pip install {{build_requires}}
ENV BUILD_WHEEL="from poetry.core.masonry.api import build_wheel; build_wheel('/wheels')"
{{wheels}}

# They get a layer of their own, beside that of the third-party packages. `pip check` fails where
# the lock lacks what a local package needs.
FROM third-party AS local
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    python -m pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --no-index \
        --prefix=/local /wheels/*.whl \
 && cp -a /local/. /opt/venv/ \
 && python -m pip --python /opt/venv/bin/python check

FROM ${BASE} AS runtime
{{apt}}
RUN useradd --uid 10001 --create-home app
COPY --from=third-party /opt/venv/ /opt/venv/
COPY --from=local /local/ /opt/venv/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/app
{{expose}}
{{health}}
CMD ["{{script}}"]
