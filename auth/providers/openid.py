"""OpenID Connect as Google and Apple speak it: the code flow with PKCE, and an ID token that has to be right."""

import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import jwt
from jwt.types import Options

from auth.providers.exchange import Exchange
from auth.providers.keys import Keys
from auth.providers.line import Line
from auth.providers.profiles import Profile, Untrustworthy
from auth.providers.trips import Trip

MOST_LENGTH: Final = 16 * 1024  # characters of an ID token
LEEWAY: Final = 30  # seconds between the provider's clock and ours

_SUBJECT: Final = 255  # characters (OpenID Connect Core §2)
_OPTIONS: Final[Options] = {"require": ["exp", "iat", "iss", "aud", "sub", "nonce"], "strict_aud": True}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider answers."""

    issuer: str
    authorize: str
    token: str
    keys: str

    @classmethod
    def below(cls, issuer: str) -> "Endpoints":
        """Those of an issuer that is not the real one: a demonstration's, or a test's."""
        return cls(issuer, f"{issuer}/authorize", f"{issuer}/token", f"{issuer}/keys")


class OpenId(ABC):
    """One provider; `names` are what it may call itself in a token besides its issuer."""

    posts_back: ClassVar = False
    scope: ClassVar[str]
    names: ClassVar[tuple[str, ...]] = ()
    extras: ClassVar[Mapping[str, str]]

    def __init__(self, line: Line, client_id: str, endpoints: Endpoints, redirect_uri: str) -> None:
        self.issuer = endpoints.issuer
        self.line = line
        self.client_id = client_id
        self._endpoints = endpoints
        self._exchange = Exchange(line, client_id, endpoints.token, redirect_uri, self.scope)
        self._keys = Keys(endpoints.keys, line)

    @abstractmethod
    def secret(self) -> str:
        """What shows the provider that it is us."""

    @abstractmethod
    def profile(self, claims: Mapping[str, Any], said: Mapping[str, str], answer: Mapping[str, Any]) -> Profile:
        """The person, by a token that is good, by what came with the browser and the token endpoint's answer."""

    def address(self, trip: Trip) -> str:
        """Where a browser goes to be asked."""
        return self._exchange.address(self._endpoints.authorize, trip, nonce=trip.nonce, **self.extras)

    async def vouch(self, code: str, trip: Trip, said: Mapping[str, str]) -> Profile:
        """Who came back with `code`. Raises `Unavailable` or `Untrustworthy`."""
        async with self.line.patiently():
            answer = await self._exchange.token(code, trip, self.secret())
            claims = await self._claims(answer.get("id_token"), trip.nonce)
            return self.profile(claims, said, answer)

    async def _claims(self, token: Any, nonce: str) -> Mapping[str, Any]:
        if not isinstance(token, str) or len(token) > MOST_LENGTH:
            raise Untrustworthy("no ID token of reasonable length")
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            if not isinstance(kid, str):
                raise Untrustworthy("an ID token that names no key")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                await self._keys.find(kid),
                algorithms=["RS256"],
                options=_OPTIONS,
                issuer=[self.issuer, *self.names],
                audience=self.client_id,
                leeway=LEEWAY,
            )
        except jwt.PyJWTError as error:
            raise Untrustworthy(f"an ID token with {type(error).__name__}") from None
        self._check(claims, nonce)
        return claims

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        if not hmac.compare_digest((text(claims["nonce"]) or "").encode(), nonce.encode()):
            raise Untrustworthy("an ID token of another sign-in")
        if claims.get("azp", self.client_id) != self.client_id:
            raise Untrustworthy("an ID token for somebody else")
        if text(claims["sub"]) is None or len(claims["sub"]) > _SUBJECT:
            raise Untrustworthy("an ID token of nobody")


def text(value: Any) -> str | None:
    """A claim that is text, not empty and fit to be stored and compared, or None."""
    return value if isinstance(value, str) and value and value.isprintable() else None
