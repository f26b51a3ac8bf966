"""Where somebody acts from, in words that tell a person their own devices apart and nobody else anything."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from ua_parser import parse_os, parse_user_agent

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
