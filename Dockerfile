# syntax=docker/dockerfile:1
# Plaza for production. A digest may follow every tag below (name:tag@sha256:…); Dependabot keeps both up to date.

FROM node:24-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci
COPY web ./
RUN npm run build

FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.13-slim-trixie AS installed
# What is installed never changes again, so nobody needs to ask whether its bytecode is older than its source.
ENV UV_PROJECT_ENVIRONMENT=.venv \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    PYC_INVALIDATION_MODE=UNCHECKED_HASH
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /plaza
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --no-install-project
COPY . ./
COPY --from=web /web/dist ./web/dist
RUN uv sync --frozen --no-default-groups \
 && .venv/bin/python -m compileall -q --invalidation-mode unchecked-hash -x '/\.venv/' . \
 && rm .venv/.lock

FROM python:3.13-slim-trixie
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Plaza" \
      org.opencontainers.image.description="A GraphQL server for social products" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/plaza/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    HOST=0.0.0.0
COPY --from=installed /plaza /plaza
WORKDIR /plaza
# Nothing here belongs to this user, and nothing needs to: the root may be mounted read-only.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8000)}/livez', timeout=2)"]
ENTRYPOINT ["plaza"]
CMD ["serve"]
