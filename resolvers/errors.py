"""Domain refusals become members of a mutation's union, and broken ties are tried again."""

import random
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.utils.str_converters import to_camel_case

from auth.passwords import TooBusy
from db.transaction import Collision, OutcomeUnknown, retried
from domain import errors, sign_ins
from engine.codes import ErrorCode
from engine.refusals import Refusal
from schema.context import Context, Info
from schema.errors import (
    ConfirmationNeeded,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    SecondFactorNeeded,
    UserError,
    rate_limited,
)

P = ParamSpec("P")
R = TypeVar("R")
Resolver: TypeAlias = Callable[Concatenate[Info, P], Awaitable[R]]

# Seconds within which those whom a crowd of passwords turned away are to come again, and not all at once.
_SOON: Final = 5

_TYPES: dict[type[errors.DomainError], type[UserError]] = {
    errors.NotFound: NotFound,
    errors.NotAllowed: NotAllowed,
    errors.NotPermitted: NotAllowed,
    errors.Conflict: Conflict,
    errors.ConfirmationNeeded: ConfirmationNeeded,
}


def user_errors(resolve: Resolver[P, R]) -> Resolver[P, R]:
    """For every mutation: answers refusals as data, and runs the whole unit again after a `Collision`."""

    @wraps(resolve)
    async def wrapper(info: Info, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await retried(lambda: resolve(info, *args, **kwargs))
        except errors.SecondFactorNeeded as needed:
            return await _asked_apart(info.context, needed)  # type: ignore[return-value] # unions of sign-ins hold it
        except errors.DomainError as error:
            return _as_data(error)  # type: ignore[return-value] # every result union holds the refusals
        except TooBusy:
            raise rate_limited(random.randint(1, _SOON)) from None  # noqa: S311 - spreads tries, hides nothing
        except Collision:
            raise Refusal(ErrorCode.UNAVAILABLE, "Too busy just now. Nothing was changed; try again.") from None
        except OutcomeUnknown:
            raise Refusal(
                ErrorCode.UNAVAILABLE, "It is not known whether this was done. Look before you retry."
            ) from None

    return wrapper  # type: ignore[return-value] # whose first argument is given by its name


async def asked(session: AsyncSession, needed: errors.SecondFactorNeeded) -> SecondFactorNeeded:
    """The question for a second factor, which stands once the transaction does."""
    question = await sign_ins.ask(session, needed)
    return SecondFactorNeeded(
        message=needed.message,
        challenge=question.challenge,
        expires_at=question.expires_at,
        methods=list(question.methods),
    )


async def _asked_apart(context: Context, needed: errors.SecondFactorNeeded) -> SecondFactorNeeded:
    # The sign-in's own transaction was undone by what it raised, so the question has one of its own.
    async with context.write() as session:
        return await asked(session, needed)


def _as_data(error: errors.DomainError) -> UserError:
    if isinstance(error, errors.InvalidInput):
        return InvalidInput(message=error.message, field=to_camel_case(error.field))
    return _TYPES[type(error)](message=error.message)
