"""Apple: OpenID Connect with habits of its own: it posts back, its client secret is a token that we sign, and it
tells a name once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

import jwt
import orjson

from auth.providers.line import Line
from auth.providers.openid import Endpoints, OpenId, text
from auth.providers.profiles import Profile

ENDPOINTS: Final = Endpoints(
    issuer="https://appleid.apple.com",
    authorize="https://appleid.apple.com/auth/authorize",
    token="https://appleid.apple.com/auth/token",  # noqa: S106 - an address
    keys="https://appleid.apple.com/auth/keys",
)
_SECRET_LASTS: Final = timedelta(minutes=5)
_MOST_OF_USER: Final = 2000  # characters of the form's `user`


@dataclass(frozen=True, slots=True)
class AppleKey:
    """What Apple gave to sign client secrets with: the team, the key's id, and the key (ES256) in PEM."""

    team_id: str
    key_id: str
    private_key: str


class Apple(OpenId):
    """With a scope it posts its answer across sites, so that a cookie has to be allowed there."""

    posts_back: ClassVar = True
    scope: ClassVar = "name email"
    extras: ClassVar = {"response_mode": "form_post"}

    def __init__(self, line: Line, client_id: str, key: AppleKey, endpoints: Endpoints, back: str) -> None:
        super().__init__(line, client_id, endpoints, back)
        self._key = key
        self._revocation = f"{endpoints.token.removesuffix('/token')}/revoke"

    def secret(self) -> str:
        """Made for each request, so that one that leaks is soon worth nothing."""
        now = datetime.now(UTC)
        claims = {
            "iss": self._key.team_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + _SECRET_LASTS,
        }
        return jwt.encode(claims, self._key.private_key, "ES256", {"kid": self._key.key_id})

    def profile(self, claims: Mapping[str, Any], said: Mapping[str, str], answer: Mapping[str, Any]) -> Profile:
        # A boolean in some tokens, a string in others. Whatever address it gives it forwards itself, or has seen.
        is_verified = claims.get("email_verified") in (True, "true")
        email = text(claims.get("email")) if is_verified else None
        name, token = _name(said.get("user", "")), text(answer.get("refresh_token"))
        return Profile(self.issuer, claims["sub"], email, email is not None, name, token)

    async def revoke(self, token: str) -> None:
        """End the person's consent, as they end it here. Raises `Unavailable` or `Untrustworthy`."""
        form = {"client_id": self.client_id, "client_secret": self.secret(), "token": token}
        async with self.line.patiently():
            await self.line.post(self._revocation, {**form, "token_type_hint": "refresh_token"})


def _name(user: str) -> str | None:
    """What the form says of the person at the first consent and never again; their browser could say anything."""
    if not 0 < len(user) <= _MOST_OF_USER:
        return None
    try:
        name = orjson.loads(user)["name"]
        parts = [text(name.get(part)) for part in ("firstName", "lastName")]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    return " ".join(filter(None, parts)) or None
