"""Small forms that browsers post: read whole and within seconds, or not at all."""

import asyncio
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

PATIENCE: Final = 10.0  # seconds
_MOST_FIELDS: Final = 20


async def fields(request: Request, *, most: int) -> dict[str, str] | None:
    """None for what is no form, longer than `most` bytes, too slow or broken off: no bug of ours."""
    try:
        async with asyncio.timeout(PATIENCE):
            body = await _body(request, most)
        return dict(parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS))
    except (ValueError, TimeoutError, ClientDisconnect):
        return None


async def _body(request: Request, most: int) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise ValueError
    return body
