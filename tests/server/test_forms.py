"""A form that is too long, too slow, broken off or none is no form."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.types import Message

from server import forms


def posted(*parts: bytes, ends: str = "http.request") -> Request:
    """A form that arrives in parts, and after them whatever `ends` it."""
    told: Iterator[Message] = iter(
        [
            *({"type": "http.request", "body": part, "more_body": True} for part in parts),
            {"type": ends, "body": b""},
        ]
    )

    async def receive() -> Message:
        message = next(told)
        if message["type"] == "never":
            await asyncio.Event().wait()
        return message

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_its_fields_are_read() -> None:
    assert await forms.fields(posted(b"secret=a%2", b"0b&other="), most=100) == {"secret": "a b"}


@pytest.mark.parametrize(
    "request_",
    [
        posted(b"secret=", b"a" * 100),
        posted(b"secret=\xff"),
        posted(b"secret=%ff"),
        posted(b"a=b&" * 21),
        posted(b"secret=a", ends="http.disconnect"),
        posted(b"secret=a", ends="never"),
    ],
)
async def test_anything_else_is_none(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PATIENCE", 0.2)
    assert await forms.fields(request_, most=100) is None
