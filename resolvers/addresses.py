"""Root fields about one's own e-mail address."""

from typing import Final

from db.buckets import Charge, Limit
from domain import addresses
from resolvers.errors import user_errors
from resolvers.limits import hashed, take
from schema.addresses import (
    ChangeEmailInput,
    ChangeEmailPayload,
    ChangeEmailResult,
    RequestEmailVerificationInput,
    RequestEmailVerificationPayload,
    RequestEmailVerificationResult,
    VerifyEmailInput,
    VerifyEmailPayload,
    VerifyEmailResult,
)
from schema.context import Info

LETTERS: Final = Limit.parse("3/h")


@user_errors
async def request_email_verification(
    info: Info, input: RequestEmailVerificationInput
) -> RequestEmailVerificationResult:
    viewer = info.context.signed_in
    await take(info.context, Charge(f"verification-letters:{viewer.user_id}", LETTERS))
    async with info.context.write() as session:
        email = await addresses.ask_again(session, viewer, input.email, origin=info.context.origin)
    return RequestEmailVerificationPayload(email=email)


@user_errors
async def verify_email(info: Info, input: VerifyEmailInput) -> VerifyEmailResult:
    async with info.context.write() as session:
        account = await addresses.verify(
            session, input.token, viewer=info.context.viewer, origin=info.context.origin
        )
    return VerifyEmailPayload(email=account.email)


@user_errors
async def change_email(info: Info, input: ChangeEmailInput) -> ChangeEmailResult:
    viewer = info.context.signed_in
    address = addresses.checked("new_email", input.new_email)
    await take(info.context, Charge(f"change-letters:{hashed(address)}", LETTERS))
    async with info.context.write() as session:
        await addresses.change(session, viewer, address, origin=info.context.origin)
    return ChangeEmailPayload(new_email=address)
