"""Signing in, staying signed in, signing out."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound, SecondFactorNeeded
from schema.scalars import SafeText, Secret
from schema.second_factors import CODE, PASSKEY, RECOVERY_CODE
from schema.users import User


@strawberry.type(description="What keeps you signed in on one device. Keep both tokens secret.")
class SessionTokens:
    access_token: str = strawberry.field(description="Send it with every request: `Authorization: Bearer …`.")
    access_token_expires_at: datetime = strawberry.field(description="Refresh before this moment, or after it.")
    refresh_token: str = strawberry.field(
        description=(
            "For `refreshSession` only, and for one use: each refresh gives the next one. Empty where the request "
            "has the header `Session-Mode: cookie`: the browser keeps it."
        )
    )
    refresh_token_expires_at: datetime = strawberry.field(
        description="Unused until then, or 90 days after signing in, the session is over."
    )


@strawberry.input(description="Who you are and how you show it.")
class LoginInput:
    username_or_email: SafeText = strawberry.field(
        description="Either, in any case of letters; the address once it is verified, or in an account of 0.1.0."
    )
    password: Secret = strawberry.field(description="Your password.")


@strawberry.input(description="A sign-in that waits for your second factor, and that: one of the others.")
class CompleteSignInInput:
    challenge: Secret = strawberry.field(description="The challenge of `SecondFactorNeeded`.")
    totp_code: Secret | None = strawberry.field(default=None, description=CODE)
    recovery_code: Secret | None = strawberry.field(default=None, description=RECOVERY_CODE)
    passkey: Secret | None = strawberry.field(default=None, description=PASSKEY)


@strawberry.input(description="The refresh token you got last.")
class RefreshSessionInput:
    refresh_token: Secret | None = strawberry.field(
        default=None,
        description=(
            "Sent again within 10 s, it gets the same answer. Left out, the one in the cookie of "
            "`Session-Mode: cookie`."
        ),
    )


@strawberry.input(description="Which session to end.")
class LogoutInput:
    refresh_token: Secret | None = strawberry.field(
        default=None,
        description=(
            "A refresh token of the session, for a client whose access token has run out; left out, the session "
            "of the cookie with `Session-Mode: cookie`, or else the one you ask through ends."
        ),
    )


@strawberry.input(description="Which sessions to end.")
class LogoutEverywhereInput:
    keep_this: bool = strawberry.field(
        default=False, description="Stay signed in here, and end only the other sessions."
    )


@strawberry.input(description="Who you are and how you show it, for an account that is deleted has no session.")
class CancelDeletionInput:
    username_or_email: SafeText = strawberry.field(
        description="Either, in any case of letters; the address once it is verified, or in an account of 0.1.0."
    )
    password: Secret = strawberry.field(description="Your password.")


@strawberry.type(description="You are signed in.")
class LoginPayload:
    session: SessionTokens = strawberry.field(description="The new session.")
    viewer: User = strawberry.field(description="You.")


@strawberry.type(description="You are signed in.")
class CompleteSignInPayload:
    session: SessionTokens = strawberry.field(description="The new session.")
    viewer: User = strawberry.field(description="You.")


@strawberry.type(description="The session goes on.")
class RefreshSessionPayload:
    session: SessionTokens = strawberry.field(description="The tokens to use from now on.")


@strawberry.type(description="The session is over; its tokens open nothing from now on.")
class LogoutPayload:
    ended_session_count: int = strawberry.field(description="1, or 0 when there was no such session any more.")


@strawberry.type(description="The sessions are over on every device; their tokens open nothing from now on.")
class LogoutEverywherePayload:
    ended_session_count: int = strawberry.field(description="How many sessions ended.")


@strawberry.type(description="Your account is there again for everyone, as it was, and you are signed in.")
class CancelDeletionPayload:
    session: SessionTokens = strawberry.field(description="The new session.")
    viewer: User = strawberry.field(description="You.")


LoginResult: TypeAlias = Annotated[
    LoginPayload | InvalidInput | NotFound | NotAllowed | Conflict | SecondFactorNeeded,
    strawberry.union("LoginResult", description="What came of signing in."),
]
CompleteSignInResult: TypeAlias = Annotated[
    CompleteSignInPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("CompleteSignInResult", description="What came of showing the second factor."),
]
RefreshSessionResult: TypeAlias = Annotated[
    RefreshSessionPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RefreshSessionResult", description="What came of refreshing the session."),
]
LogoutResult: TypeAlias = Annotated[
    LogoutPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("LogoutResult", description="What came of signing out."),
]
LogoutEverywhereResult: TypeAlias = Annotated[
    LogoutEverywherePayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("LogoutEverywhereResult", description="What came of signing out everywhere."),
]
CancelDeletionResult: TypeAlias = Annotated[
    CancelDeletionPayload | InvalidInput | NotFound | NotAllowed | Conflict | SecondFactorNeeded,
    strawberry.union("CancelDeletionResult", description="What came of taking the deletion back."),
]
