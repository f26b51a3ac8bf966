"""Requests that another site may have had somebody's browser send, in the audit log, once they are refused.

One trace for each address and minute: it tells that somebody tries, not how often.
"""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from db.buckets import Charge, Limit, LocalBuckets
from db.notable import is_first
from domain.audit import Origin
from resolvers import traces
from resolvers.limits import client_network
from schema.context import Services
from server.origins import origin_of

_MINUTE: Final = Limit(1, 60)
# Of what stands there only what can be an origin is kept.
_PAGE: Final = re.compile(r"https?://[a-z0-9.-]{1,100}(:[0-9]{1,5})?")


class Suspicions:
    """Those of one process."""

    def __init__(self) -> None:
        # Spares Redis whoever goes on.
        self._own = LocalBuckets()

    async def write_down(self, scope: Scope, event: str) -> None:
        """What the audit log calls `event`; when the answer is on its way, for no refusal waits for this."""
        headers, services = Headers(scope=scope), scope["app"].state.services
        origin = origin_of(scope, headers)
        if await self._is_first(services, event, origin):
            page = _PAGE.fullmatch(headers.get("origin", ""))
            await traces.leave(services, event, origin=origin, page=page and page[0])

    async def _is_first(self, services: Services, event: str, origin: Origin) -> bool:
        key = f"{event}:{client_network(origin.ip)}"
        waits, *_ = self._own.take([Charge(key, _MINUTE)])
        return waits == 0 and await is_first(services.buckets, key, _MINUTE.seconds, among=f"noted:{event}")
