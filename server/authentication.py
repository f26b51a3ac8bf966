"""From an `Authorization` header to the person asking."""

from dataclasses import dataclass

from starlette.requests import Request

from auth.sessions import viewer_of
from auth.tokens import AccessTokens, TokenError
from auth.viewer import Viewer
from db.stores import Stores


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who asks; `refused` when a token was sent that is not (or no longer) good."""

    viewer: Viewer | None
    refused: bool = False


async def authenticate(request: Request, tokens: AccessTokens, stores: Stores) -> Authenticated:
    """Anonymous without a header; with it one look at who its session belongs to, if it still stands."""
    header = request.headers.get("authorization")
    if header is None:
        return Authenticated(None)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return Authenticated(None, refused=True)
    try:
        claims = tokens.read(token.strip())
    except TokenError:
        return Authenticated(None, refused=True)
    viewer = await viewer_of(stores.session_states, user_id=claims.user_id, session_id=claims.session_id)
    return Authenticated(viewer, refused=viewer is None)
