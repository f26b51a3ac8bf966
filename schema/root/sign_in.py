"""Signing in and out."""

from typing import Final

import strawberry

from resolvers import sessions
from resolvers.limits import Per, limited
from schema.sessions import (
    CancelDeletionResult,
    CompleteSignInResult,
    LoginResult,
    LogoutEverywhereResult,
    LogoutResult,
    RefreshSessionResult,
)

_SIGN_INS: Final = "20/5m"
# Nobody guesses such a token; behind one address may be many who each refresh every ten minutes.
_SESSIONS: Final = "600/5m"


@strawberry.type
class SignIn:
    login: LoginResult | None = strawberry.mutation(
        resolver=sessions.login,
        description="Sign in; what follows in the same operation is done as you.",
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
    complete_sign_in: CompleteSignInResult | None = strawberry.mutation(
        resolver=sessions.complete_sign_in,
        description="Show the second factor that signing in asked for; what follows is done as you.",
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
    refresh_session: RefreshSessionResult | None = strawberry.mutation(
        resolver=sessions.refresh_session,
        description=(
            "Exchange the refresh token for new tokens. One that was exchanged before ends the session: somebody "
            "else may have it."
        ),
        metadata=limited(_SESSIONS, bucket="sessions", per=Per.ADDRESS),
    )
    logout: LogoutResult | None = strawberry.mutation(
        resolver=sessions.logout,
        description="End the session you ask through.",
        metadata=limited(_SESSIONS, bucket="sessions", per=Per.ADDRESS),
    )
    logout_everywhere: LogoutEverywhereResult | None = strawberry.mutation(
        resolver=sessions.logout_everywhere,
        description="End all your sessions, this one too.",
        metadata=limited(_SESSIONS, bucket="sessions", per=Per.ADDRESS),
    )
    cancel_deletion: CancelDeletionResult | None = strawberry.mutation(
        resolver=sessions.cancel_deletion,
        description="Take the deletion of your account back before it is purged, and sign in.",
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
