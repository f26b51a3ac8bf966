"""Personal tokens: who asks through one."""

from auth.tokens import InvalidToken, personal_token_hash
from auth.viewer import Viewer
from db.token_states import TokenStates


async def viewer_of(states: TokenStates, token: str) -> Viewer | None:
    """The person whose token it is, for what its scopes open; `None` once it ended or the account is gone."""
    try:
        bearer = await states.get(personal_token_hash(token))
    except InvalidToken:
        return None
    if bearer is None:
        return None
    return Viewer(
        bearer.user_id, bearer.username, bearer.role, bearer.status, None, None, frozenset(bearer.scopes)
    )
