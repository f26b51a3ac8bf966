"""A provider's public keys: fetched once for everybody, kept while good, looked for again when one is unknown."""

import asyncio
import re
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import httpx2
import jwt

from auth.providers.line import Line
from auth.providers.profiles import Unavailable, Untrustworthy

STALE: Final = 24 * 3600.0  # seconds that keys serve while no newer ones can be had
AGAIN: Final = 60.0  # seconds between two looks for a key that is not there, or after a failure
SOON: Final = 5.0  # the same while no key is known at all
LEAST: Final = 300.0  # seconds; what we make of a provider's own word how long they are good
MOST: Final = 24 * 3600.0

_MOST_KEYS: Final = 50
_LEAST_BITS: Final = 2048
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])")


class Keys:
    """The keys at one address, for RS256 alone. `clock` gives seconds that never go back."""

    def __init__(self, url: str, line: Line, *, clock: Callable[[], float] = monotonic) -> None:
        self._url, self._line, self._clock = url, line, clock
        self._by_id: dict[str, Any] = {}
        self._fetched_at = self._good_until = self._next_look = float("-inf")
        self._looking = asyncio.Lock()

    async def find(self, kid: str) -> Any:
        """The public key of that id. Raises `Untrustworthy` without one, `Unavailable` when nobody knows."""
        if not self._has(kid):
            async with self._looking:  # where somebody looks already, their find is ours
                if not self._has(kid) and self._clock() >= self._next_look:
                    await self._look()
        if self._clock() - self._fetched_at > STALE:
            raise Unavailable("its keys cannot be had")
        if kid not in self._by_id:
            raise Untrustworthy("a key that it does not show")
        return self._by_id[kid]

    def _has(self, kid: str) -> bool:
        """Past its time a key serves while others look for a newer one, and until it is time to look again."""
        return kid in self._by_id and self._clock() < max(self._good_until, self._next_look)

    async def _look(self) -> None:
        # Before the answer is known: whoever is given up meanwhile leaves no crowd behind.
        self._next_look = self._clock() + (AGAIN if self._by_id else SOON)
        try:
            document, headers = await self._line.fetch(self._url)
            found = _read(document)
        except (httpx2.HTTPError, OSError, Unavailable, Untrustworthy):
            return  # what is known goes on being good, for a day
        now = self._clock()
        self._by_id, self._fetched_at, self._good_until = found, now, now + _age(headers)
        self._next_look = now + AGAIN


def _read(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or not isinstance(listed := document.get("keys"), list):
        raise Untrustworthy("no list of keys")
    found = {key["kid"]: public for key in listed[:_MOST_KEYS] if (public := _public(key)) is not None}
    if not found:
        raise Untrustworthy("no key that could be used")
    return found


def _public(key: Any) -> Any:
    """None for what signs nothing for us: other kinds and uses of keys, and short ones."""
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str) or key.get("kty") != "RSA":
        return None
    if key.get("use", "sig") != "sig" or key.get("alg", "RS256") != "RS256":
        return None
    try:
        public = jwt.PyJWK.from_dict(key, "RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return public if public.key_size >= _LEAST_BITS else None


def _age(headers: httpx2.Headers) -> float:
    said = _MAX_AGE.search(headers.get("cache-control", ""))
    return min(max(float(said[1]), LEAST), MOST) if said else LEAST
