"""HTTP as little as a page needs: a POST is answered by a function, a GET tells that the server is ready."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import orjson
from starlette.types import Receive, Scope, Send

from bench.peers.servers.database import Database, Opened
from server.garbage import spare_what_is

# Of the database, the viewer's id and what was posted, the answer.
Answer: TypeAlias = Callable[[Database, int, Mapping[str, Any]], Awaitable[object]]

_JSON: Final = (b"content-type", b"application/json")


class Application:
    """Raw ASGI: no router, no middleware."""

    _database: Database

    def __init__(self, answer: Answer, opened: Opened) -> None:
        self._answer = answer
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["method"] == "GET":
            await _send(send, b"ready")
        else:
            posted = orjson.loads(await _body(receive))
            answer = await self._answer(self._database, _viewer(scope), posted)
            await _send(send, orjson.dumps(answer, option=orjson.OPT_UTC_Z))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._opened() as self._database:
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
