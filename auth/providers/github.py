"""GitHub: no ID token; who somebody is by the number of their account, and their primary address if verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from auth.providers.exchange import Exchange
from auth.providers.line import Line
from auth.providers.openid import text
from auth.providers.profiles import Profile, Untrustworthy
from auth.providers.trips import Trip

_SCOPE: Final = "read:user user:email"


@dataclass(frozen=True, slots=True)
class Places:
    """Where GitHub answers; the issuer is what its metadata and its redirects (RFC 9207) call it.

    Source: https://docs.github.com/en/apps/github-authentication-discovery-endpoints
    """

    issuer: str
    api: str

    @classmethod
    def below(cls, issuer: str) -> "Places":
        """Those of one that is not the real one: a demonstration's, or a test's."""
        return cls(issuer, f"{issuer}/api")


PLACES: Final = Places("https://github.com/login/oauth", "https://api.github.com")


class GitHub:
    """OAuth 2.0 with PKCE and an API to ask who it is."""

    posts_back: ClassVar = False

    def __init__(self, line: Line, client_id: str, client_secret: str, places: Places, back: str) -> None:
        self.issuer = places.issuer
        self.line = line
        self._secret, self._places = client_secret, places
        self._exchange = Exchange(line, client_id, f"{places.issuer}/access_token", back, _SCOPE)

    def address(self, trip: Trip) -> str:
        """Where a browser goes to be asked."""
        return self._exchange.address(f"{self._places.issuer}/authorize", trip)

    async def vouch(self, code: str, trip: Trip, said: Mapping[str, str]) -> Profile:
        """Who came back with `code`. Raises `Unavailable` or `Untrustworthy`."""
        async with self.line.patiently():
            token = _token(await self._exchange.token(code, trip, self._secret))
            user, _ = await self.line.fetch(f"{self._places.api}/user", token)
            emails, _ = await self.line.fetch(f"{self._places.api}/user/emails", token)
            email = _primary(emails)
            return Profile(self.issuer, _number(user), email, email is not None, _name(user))


def _token(answer: Mapping[str, Any]) -> str:
    granted = str(answer.get("scope", "")).replace(",", " ").split()
    if "user:email" not in granted:  # a person may take it away on the way
        raise Untrustworthy("it was not granted what we asked for")
    token = text(answer.get("access_token"))
    if token is None or str(answer.get("token_type", "")).lower() != "bearer":
        raise Untrustworthy("no token")
    return token


def _number(user: Any) -> str:
    number = user.get("id") if isinstance(user, dict) else None
    if type(number) is not int or number < 1:
        raise Untrustworthy("a user without a number")
    return str(number)


def _name(user: dict[str, Any]) -> str | None:
    return text(user.get("name")) or text(user.get("login"))


def _primary(emails: Any) -> str | None:
    for each in emails if isinstance(emails, list) else ():
        if isinstance(each, dict) and each.get("primary") is True and each.get("verified") is True:
            return text(each.get("email"))
    return None
