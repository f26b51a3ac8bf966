"""HTTP as little as a page needs: a POST is answered by a function, a GET tells that the server is ready."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import asyncpg
import orjson
from starlette.types import Receive, Scope, Send

from bench.peers.servers.database import Connections, opened
from server.garbage import spare_what_is

# Of the connections, the viewer's id and what was posted, the answer.
Answer: TypeAlias = Callable[[Connections, int, Mapping[str, Any]], Awaitable[object]]

_JSON: Final = (b"content-type", b"application/json")


class Application:
    """Raw ASGI: no router, no middleware."""

    _connections: Connections

    def __init__(self, answer: Answer, records: Mapping[str, type[asyncpg.Record]] | None = None) -> None:
        self._answer = answer
        self._records = records or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["method"] == "GET":
            await _send(send, b"ready")
        else:
            posted = orjson.loads(await _body(receive))
            answer = await self._answer(self._connections, _viewer(scope), posted)
            await _send(send, orjson.dumps(answer, option=orjson.OPT_UTC_Z))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with opened(self._records) as self._connections:
            spare_what_is()  # as Plaza does
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _viewer(scope: Scope) -> int:
    return next(int(value) for name, value in scope["headers"] if name == b"x-viewer")


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body


async def _send(send: Send, body: bytes) -> None:
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
