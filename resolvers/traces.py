"""Traces in the audit log that come with no deed, and change nothing by failing to."""

from typing import Any

import structlog

from db.transaction import write
from domain import audit
from domain.audit import Origin
from schema.context import Services

_log = structlog.get_logger(__name__)


async def leave(
    services: Services, event: str, *, actor_id: int | None = None, origin: Origin | None = None, **details: Any
) -> None:
    """Write `event` on a connection of its own: never from within a transaction."""
    try:
        async with write(services.stores.sessions) as session:
            audit.record(session, event, actor_id=actor_id, origin=origin, **details)
    except Exception as error:
        _log.warning("trace_not_left", trace=event, kind=type(error).__name__)
