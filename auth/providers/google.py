"""Google: who they are by `sub`, and an address that it knows to be theirs."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auth.providers.line import Line
from auth.providers.openid import Endpoints, OpenId, text
from auth.providers.profiles import Profile

ENDPOINTS: Final = Endpoints(
    issuer="https://accounts.google.com",
    authorize="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    keys="https://www.googleapis.com/oauth2/v3/certs",
)
_OWN_MAIL: Final = ("@gmail.com", "@googlemail.com")


class Google(OpenId):
    """By OpenID Connect as it stands in the book."""

    scope: ClassVar = "openid email profile"
    names: ClassVar = ("accounts.google.com",)  # its older tokens say it so
    extras: ClassVar = {"prompt": "select_account"}

    def __init__(self, line: Line, client_id: str, client_secret: str, endpoints: Endpoints, back: str) -> None:
        super().__init__(line, client_id, endpoints, back)
        self._secret = client_secret

    def secret(self) -> str:
        return self._secret

    def profile(self, claims: Mapping[str, Any], said: Mapping[str, str], answer: Mapping[str, Any]) -> Profile:
        email = text(claims.get("email")) if claims.get("email_verified") is True else None
        # Another host's address was seen once, when the Google account was made; it may be anybody's by now.
        is_current = email is not None and (
            email.lower().endswith(_OWN_MAIL) or text(claims.get("hd")) is not None
        )
        return Profile(self.issuer, claims["sub"], email, is_current, text(claims.get("name")))
