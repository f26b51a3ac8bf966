"""Devices: how the place of a sign-in is called, and how one is signed out from another."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from ua_parser import parse_os, parse_user_agent

from auth.viewer import Viewer
from db.sessions import end
from domain import audit
from domain.audit import Origin
from domain.errors import NotFound

UNKNOWN: Final = "Unknown device"

_KNOWN: Final = 1024
# Bits of an address that are told: those of a neighbourhood, not of a house.
_TOLD: Final = {4: 24, 6: 48}


@lru_cache(_KNOWN)
def named(user_agent: str) -> str:
    """Such as "Firefox on Linux", as far as the client says."""
    browser, system = parse_user_agent(user_agent), parse_os(user_agent)
    return " on ".join(found.family for found in (browser, system) if found) or UNKNOWN


def neighbourhood(ip: str | None) -> str | None:
    """The address without its last part: the /24 of IPv4, the /48 of IPv6."""
    if ip is None:
        return None
    address = ip_address(ip)
    return str(ip_network((address, _TOLD[address.version]), strict=False))


async def revoke(session: AsyncSession, viewer: Viewer, session_id: int, *, origin: Origin) -> None:
    """End a session of the viewer's. Raises `NotFound`, also where it is somebody else's or had ended."""
    if await end(session, session_id, of=viewer.user_id) is None:
        raise NotFound("There is no such session.")
    audit.record(
        session,
        "authn_token_revoked",
        actor_id=viewer.user_id,
        subject_id=viewer.user_id,
        origin=origin,
        reason="revoked",
        sessions=[session_id],
    )
