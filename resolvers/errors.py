"""Domain refusals become members of a mutation's union, and broken ties are tried again."""

import random
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from strawberry.utils.str_converters import to_camel_case

from auth.passwords import TooBusy
from db.transaction import Collision, OutcomeUnknown, retried
from domain import errors
from engine.codes import ErrorCode
from engine.refusals import Refusal
from schema.errors import (
    ConfirmationNeeded,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    UserError,
    rate_limited,
)

P = ParamSpec("P")
R = TypeVar("R")

# Seconds within which those whom a crowd of passwords turned away are to come again, and not all at once.
_SOON: Final = 5

_TYPES: dict[type[errors.DomainError], type[UserError]] = {
    errors.NotFound: NotFound,
    errors.NotAllowed: NotAllowed,
    errors.NotPermitted: NotAllowed,
    errors.Conflict: Conflict,
    errors.ConfirmationNeeded: ConfirmationNeeded,
}


def user_errors(resolve: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """For every mutation: answers refusals as data, and runs the whole unit again after a `Collision`."""

    @wraps(resolve)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await retried(lambda: resolve(*args, **kwargs))
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

    return wrapper


def _as_data(error: errors.DomainError) -> UserError:
    if isinstance(error, errors.InvalidInput):
        return InvalidInput(message=error.message, field=to_camel_case(error.field))
    return _TYPES[type(error)](message=error.message)
