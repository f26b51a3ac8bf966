"""Where a request came from, as the audit trail and limits are told."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from starlette.types import Scope

from domain.audit import Origin
from server.logging import NOTES

_ADDRESS_MAX: Final = 64
_USER_AGENT_MAX: Final = 400


def origin_of(scope: Scope, headers: Mapping[str, str]) -> Origin:
    return Origin(
        request_id=scope[NOTES].request_id,
        ip=address_of(scope),
        user_agent=headers.get("user-agent", "")[:_USER_AGENT_MAX],
    )


def address_of(scope: Scope) -> str | None:
    """A proxy may forward anything as an address; what is none is not stored as one."""
    client = scope.get("client")
    return _normal(client[0]) if client and len(client[0]) <= _ADDRESS_MAX else None


@lru_cache(maxsize=4096)
def _normal(text: str) -> str | None:
    # Asked several times a request, and people come again.
    try:
        return str(ip_address(text))
    except ValueError:
        return None
