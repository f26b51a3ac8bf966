"""When a process began, ended or broke, in the audit log, as far as it can still write that down."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from db.notable import is_first
from resolvers import traces
from schema.context import Services
from server.settings import VERSION

_PATIENCE: Final = 3.0  # seconds that starting and stopping may wait for it
_MINUTE: Final = 60
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def noted(services: Services, duty: str) -> AsyncIterator[None]:
    """Around the life of a process; of several on one machine with the same duty one says it, once a minute."""
    await _note(services, "sys_startup", duty)
    try:
        yield
    except Exception:
        await _note(services, "sys_crash", duty)
        raise
    else:
        await _note(services, "sys_shutdown", duty)


async def _note(services: Services, event: str, duty: str) -> None:
    host = socket.gethostname()
    try:
        async with asyncio.timeout(_PATIENCE):
            if await is_first(services.buckets, f"{event}:{duty}:{host}", _MINUTE, among=f"noted:{event}"):
                await traces.leave(services, event, duty=duty, host=host, version=VERSION)
    except TimeoutError:
        _log.warning("life_not_noted", trace=event)
