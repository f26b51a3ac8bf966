"""What is said of other pages is what Starlette says of them."""

import pytest
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.cors import Cors

OPTIONS = {"allow_origins": ["https://plaza.example"], "allow_credentials": True}


async def receive() -> Message:
    raise AssertionError


async def said(
    middleware: type[CORSMiddleware], given: list[tuple[bytes, bytes]], **asked: bytes
) -> list[Message]:
    async def answer(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": given})
        await send({"type": "http.response.body", "body": b"{}"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append({**message, "headers": sorted(message.get("headers", ()))})

    app: ASGIApp = middleware(answer, **OPTIONS)  # type: ignore[arg-type] # each is of its own type
    headers = [(name.encode(), value) for name, value in asked.items()]
    await app({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, send)
    return [
        {**message, "headers": [(name.lower(), value) for name, value in message["headers"]]} for message in sent
    ]


@pytest.mark.parametrize("asked", [{}, {"origin": b"https://plaza.example"}, {"origin": b"https://evil.example"}])
@pytest.mark.parametrize(
    "given",
    [
        [],
        [(b"content-type", b"application/json")],
        [(b"vary", b"Accept"), (b"etag", b'"1"')],
        [(b"vary", b"Accept"), (b"etag", b'"1"'), (b"vary", b"Authorization")],
    ],
)
async def test_it_is_the_same_with_a_page_and_without(
    given: list[tuple[bytes, bytes]], asked: dict[str, bytes]
) -> None:
    ours = await said(Cors, [*given], **asked)
    assert ours == await said(CORSMiddleware, [*given], **asked)
    assert len(ours) == 2
