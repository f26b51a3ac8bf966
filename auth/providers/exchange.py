"""The authorization code's way, by Authlib: to the provider with a challenge, back with a code for a token."""

from collections.abc import Mapping
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from auth.providers.line import Line
from auth.providers.profiles import Untrustworthy
from auth.providers.trips import Trip


class Exchange:
    """What one provider knows us by: a client id, and one exact address to come back to."""

    def __init__(self, line: Line, client_id: str, token_url: str, redirect_uri: str, scope: str) -> None:
        self._line, self._client_id, self._token_url = line, client_id, token_url
        self._redirect_uri, self._scope = redirect_uri, scope

    def address(self, authorize_url: str, trip: Trip, **extras: str) -> str:
        """Where a browser goes to be asked."""
        url, _ = self._client().create_authorization_url(
            authorize_url, state=trip.state, code_verifier=trip.verifier, **extras
        )
        return str(url)

    async def token(self, code: str, trip: Trip, secret: str) -> Mapping[str, Any]:
        """The token endpoint's answer. Raises `Untrustworthy` for a refusal, in whatever dress it comes."""
        try:
            answer = await self._client(secret).fetch_token(
                self._token_url, grant_type="authorization_code", code=code, code_verifier=trip.verifier
            )
        except OAuthError as error:
            raise Untrustworthy("it refuses the code") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise Untrustworthy("no answer of a token endpoint") from error
        return dict(answer)

    def _client(self, secret: str | None = None) -> Any:
        return AsyncOAuth2Client(
            self._client_id,
            secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name
            scope=self._scope,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            **self._line.options,
        )
