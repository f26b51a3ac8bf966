"""Where Prometheus finds the metrics: on a port of the process's own, or at `/metrics` behind a token."""

import asyncio
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.mistakes import UserMistake

PATH: Final = "/metrics"


@contextmanager
def listening(registry: CollectorRegistry, host: str, ports: range) -> Iterator[int]:
    """Answer on the first free one of `ports`, in a thread: a scrape is told even of a loop that hangs."""
    for port in ports:
        try:
            server, thread = start_http_server(port, host, registry)
        except OSError:
            continue
        try:
            yield port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
        return
    said = str(ports[0]) if len(ports) == 1 else f"{ports[0]} to {ports[-1]}"
    raise UserMistake(f"Metrics port {said} on {host} is taken: set METRICS_PORT to another.")


def route(registry: CollectorRegistry, token: str) -> Route:
    """Whoever does not know the token is told that there is nothing."""
    expected = f"Bearer {token}".encode()

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, expected):
            raise HTTPException(404)
        # Some thousand lines take tens of milliseconds.
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Route(PATH, metrics)
