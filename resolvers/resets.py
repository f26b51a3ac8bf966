"""Root fields for a password that was forgotten."""

from typing import Final

from db.buckets import Charge, Limit
from domain import addresses, resets
from resolvers.errors import user_errors
from resolvers.limits import hashed, take
from schema.context import Info
from schema.resets import (
    RequestPasswordResetInput,
    RequestPasswordResetPayload,
    RequestPasswordResetResult,
    ResetPasswordInput,
    ResetPasswordPayload,
    ResetPasswordResult,
)

LETTERS: Final = Limit.parse("3/h")

_ASKED: Final = "If this address has an account, a letter is on its way. Its link is good for ten minutes."
_RESET: Final = "Your new password holds. Sign in with it."


@user_errors
async def request_password_reset(info: Info, input: RequestPasswordResetInput) -> RequestPasswordResetResult:
    address = addresses.checked("email", input.email)
    # By what is typed, whether anyone has it or not: the limit must not tell either.
    await take(info.context, Charge(f"reset-letters:{hashed(address)}", LETTERS))
    async with info.context.write() as session:
        await resets.ask(session, address, origin=info.context.origin)
    return RequestPasswordResetPayload(message=_ASKED)


@user_errors
async def reset_password(info: Info, input: ResetPasswordInput) -> ResetPasswordResult:
    services = info.context.services
    await resets.check(services.stores.reads, input.token, input.new_password)
    password_hash = await services.passwords.hash(input.new_password)
    async with info.context.write() as session:
        await resets.reset(session, input.token, password_hash=password_hash, origin=info.context.origin)
    info.context.become(None)
    return ResetPasswordPayload(message=_RESET)
