"""Plaza inside of the process that measures it: asked without a socket, so that CPU is its own alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from bench.networks import Network, copy_of, stores
from server import logging
from server.app import create_app
from server.settings import Settings

R = TypeVar("R")


def measured(people: int, measure: Callable[[Network], Coroutine[Any, Any, R]]) -> R:
    """What `measure` makes of a network of so many people, on stores of its own and without a log of requests."""
    with stores() as servers:
        network = copy_of(servers, people)
        logging.configure("ERROR")
        return asyncio.run(measure(network))


@asynccontextmanager
async def plaza(network: Network) -> AsyncIterator[Starlette]:
    """The application, started, over a copy of a network."""
    settings = Settings(
        database_url=SecretStr(network.url),
        redis_url=SecretStr(network.redis_url),
        signing_keys=SecretStr(network.environment["SIGNING_KEYS"]),
        graphiql=False,
        # Nothing of it between the requests that are measured.
        trusted_documents_refresh=3600,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


async def ask(
    app: ASGIApp,
    body: bytes,
    *,
    headers: Mapping[str, str],
    method: str = "POST",
    path: str = "/graphql",
    query_string: bytes = b"",
    ip: str,
) -> tuple[bytes, float]:
    """The answer's body, and the seconds of CPU that this process took for it."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query_string,
        "headers": [(b"host", b"plaza.example"), *((k.encode(), v.encode()) for k, v in headers.items())],
        "client": (ip, 50_000),
        "server": ("plaza.example", 80),
    }
    sent = bytearray()
    arriving = iter([body])

    async def receive() -> Message:
        for whole in arriving:
            return {"type": "http.request", "body": whole, "more_body": False}
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: Message) -> None:
        sent.extend(message.get("body", b""))

    began = time.process_time()
    await app(scope, receive, send)
    return bytes(sent), time.process_time() - began
