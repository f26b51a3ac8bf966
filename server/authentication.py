"""From an `Authorization` header to the person asking."""

from collections.abc import Mapping
from typing import NamedTuple

from auth import personal_tokens, sessions
from auth.tokens import PERSONAL_PREFIX, AccessTokens, TokenError
from auth.viewer import Viewer
from db.stores import Stores


class Authenticated(NamedTuple):
    """Who asks; `refused` when a token was sent that is not (or no longer) good.

    `is_guess`: it may have been made up, for only a store could tell that it opens nothing.
    """

    viewer: Viewer | None
    refused: bool = False
    is_guess: bool = False


def has_personal_token(headers: Mapping[str, str]) -> bool:
    return PERSONAL_PREFIX in headers.get("authorization", "")


async def authenticate(headers: Mapping[str, str], tokens: AccessTokens, stores: Stores) -> Authenticated:
    """Anonymous without a header; with it one look at whose session or token it is, if that still stands."""
    header = headers.get("authorization")
    if header is None:
        return Authenticated(None)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return Authenticated(None, refused=True)
    viewer = await _viewer_of(token.strip(), tokens, stores)
    is_guess = viewer is None and has_personal_token(headers)
    return Authenticated(viewer, refused=viewer is None, is_guess=is_guess)


async def _viewer_of(token: str, tokens: AccessTokens, stores: Stores) -> Viewer | None:
    if token.startswith(PERSONAL_PREFIX):
        return await personal_tokens.viewer_of(stores.token_states, token)
    try:
        claims = tokens.read(token)
    except TokenError:
        return None
    return await sessions.viewer_of(stores.session_states, user_id=claims.user_id, session_id=claims.session_id)
