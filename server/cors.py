"""Which pages' scripts may read an answer, as their browsers ask."""

from collections.abc import Awaitable, Sequence
from typing import Final, TypeAlias

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Message, Receive, Scope, Send

from engine import clients, csrf, metering
from schema import browser
from server.logging import NOTES
from server.settings import Settings

Header: TypeAlias = tuple[bytes, bytes]

_LOCALHOST: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def cors(settings: Settings) -> Middleware:
    return Middleware(
        Cors,
        allow_origins=settings.cors_origins,
        allow_origin_regex=None if settings.is_production else _LOCALHOST,
        # Of the cookie of `schema.browser`; the origins are named one by one.
        allow_credentials=True,
        allow_methods=["GET", "POST"],
        allow_headers=[
            "authorization",
            "content-type",
            "if-none-match",
            "traceparent",
            "x-request-id",
            browser.HEADER,
            metering.HEADER,
            *clients.HEADERS,
            *csrf.HEADERS,
        ],
        expose_headers=["etag", "x-request-id", "ratelimit", "ratelimit-policy", "retry-after"],
        max_age=600,
    )


class Cors(CORSMiddleware):
    """Starlette's; but where no page asks, all that it says is said at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or b"origin" in dict(scope["headers"]):
            self._look_at(scope)
            await super().__call__(scope, receive, send)
            return

        def send_with_vary(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = _with_origin([*message.get("headers", ())])
            return send(message)

        await self.app(scope, receive, send_with_vary)

    def _look_at(self, scope: Scope) -> None:
        """A preflight of a page that may send nothing is about to be refused."""
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            return
        headers = Headers(scope=scope)
        if "access-control-request-method" in headers and not self.is_allowed_origin(headers["origin"]):
            scope[NOTES].suspicion = "malicious_cors"


def _with_origin(headers: Sequence[Header]) -> list[Header]:
    """Browsers and caches have to know that a page would be told more."""
    said = [value for name, value in headers if name == b"vary"]
    others = [header for header in headers if header[0] != b"vary"]
    return [*others, (b"vary", b", ".join([*said, b"Origin"]))]
