"""What every request has: an id, the headers that no answer lacks, and a line in the log when it is over."""

import os
import re
import time
from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import logging
from server.logging import NOTES, RequestNotes, notes
from server.security import ANSWER_HEADERS
from server.suspicions import Suspicions

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_QUIET: Final = {"/livez", "/readyz", "/metrics"}
_ANSWER_HEADERS: Final = [(name.encode(), value.encode()) for name, value in ANSWER_HEADERS.items()]


class EveryRequest:
    """The id is the client's own when it is a plain one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._suspicions = Suspicions()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNotes(_request_id(scope))
        status = 500
        started = time.perf_counter()

        def send_with_headers(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message.get("headers", ())]
                said = dict(headers)
                headers += [header for header in _ANSWER_HEADERS if header[0] not in said]
                headers.append((b"x-request-id", note.request_id.encode()))
            return send(message)

        scope[NOTES] = note  # for what answers out of here
        reset = notes.set(note)
        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            notes.reset(reset)
            if (path := scope["path"]) not in _QUIET:
                seconds = time.perf_counter() - started
                logging.tell(note, method=scope["method"], path=path, status=status, seconds=seconds)
        if note.suspicion is not None:
            await self._suspicions.write_down(scope, note.suspicion)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return os.urandom(16).hex()
