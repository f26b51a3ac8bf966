"""How Plaza says no: refusals a person can act on are data, refusals of protocol are top-level errors."""

from datetime import datetime

import strawberry

from domain.second_factors import SecondFactor
from engine.codes import ErrorCode
from engine.refusals import Refusal
from schema import enums

enums.register()


@strawberry.interface(description="Why a mutation was refused, in words that can be shown to a person.")
class UserError:
    message: str = strawberry.field(description="One sentence that can be shown to a person.")


@strawberry.type(description="A value was not acceptable.")
class InvalidInput(UserError):
    field: str = strawberry.field(description="The input field at fault, as it is named in the input.")


@strawberry.type(description="What the mutation was aimed at is not there, or not for you to see.")
class NotFound(UserError):
    pass


@strawberry.type(description="It is not yours to do: somebody else's, or without the right password or token.")
class NotAllowed(UserError):
    pass


@strawberry.type(description="It cannot be done as things stand.")
class Conflict(UserError):
    pass


@strawberry.type(
    description="It is yours to do once you have shown again who you are: `confirmIdentity`, then try again."
)
class ConfirmationNeeded(UserError):
    pass


@strawberry.type(
    description=(
        "You are half signed in: nothing is yours to do before `completeSignIn` with this challenge and one of "
        "the methods."
    )
)
class SecondFactorNeeded(UserError):
    challenge: str = strawberry.field(description="For `completeSignIn` only, for five tries. Keep it secret.")
    expires_at: datetime = strawberry.field(description="When it is too late, and to be begun anew.")
    methods: list[SecondFactor] = strawberry.field(description="What you have to show; one of them is enough.")


def unauthenticated(message: str = "Sign in first.") -> Refusal:
    return Refusal(ErrorCode.UNAUTHENTICATED, message, status=401)


def forbidden(message: str) -> Refusal:
    return Refusal(ErrorCode.FORBIDDEN, message, status=403)


def bad_user_input(argument: str, message: str) -> Refusal:
    return Refusal(ErrorCode.BAD_USER_INPUT, message, argument=argument)


def introspection_disabled() -> Refusal:
    return Refusal(
        ErrorCode.INTROSPECTION_DISABLED,
        "This server does not tell its schema; take schema.graphql from its release.",
        status=403,
    )


def rate_limited(retry_after: int) -> Refusal:
    """`retry_after` is in seconds."""
    return Refusal(
        ErrorCode.RATE_LIMITED,
        f"Too many of these. Try again in {retry_after} s.",
        status=429,
        retryAfter=retry_after,
    )
